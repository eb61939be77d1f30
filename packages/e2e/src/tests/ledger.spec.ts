import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import {
  COLOR_SCHEMES,
  expectAccessibleNow,
  preferScheme,
} from '../accessibility';
import { callModelops, readSession } from '../backendSession';
import { expect, test } from '../fixtures';
import { pressWithKeyboard } from '../keyboard';
import { endOfLedger, readLedger } from '../ledger';
import { REPO } from '../paths';
import { fact, rows, table } from '../screens';
import { takeDocumentationImage } from '../screenshot';
import { blameSomebodyElse } from '../tamper';
import { watchLeftAlone } from '../watch';

const AUDIT = '/modelops/audit';
const OUR_PAGE = 'main';
const COMMAND = path.join(
  REPO,
  'plugins/modelops-backend/bin/modelops-audit.cjs',
);

const ledgerState = (page: Page) =>
  page.getByRole('region', { name: 'Ledger state' });
const auditTable = (page: Page) => table(page, 'Audit entries, newest first');

const verifyNow = (page: Page) =>
  ledgerState(page).getByRole('button', { name: 'Verify now' });

async function verify(page: Page) {
  await verifyNow(page).click();
  await expect(fact(ledgerState(page), 'Newest anchored entry')).toBeVisible();
}

async function exportAs(page: Page, format: 'JSONL' | 'CSV') {
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: `Export ${format}` }).click();
  const download = await downloading;
  const file = await download.path();
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/).filter(Boolean);
  return { name: download.suggestedFilename(), file, lines };
}

test('Katherine verifies the ledger when she asks for it, and the page says how far the proof goes', async ({
  openAs,
  portal,
}, testInfo) => {
  const page = await openAs('katherine', AUDIT);
  await expect(ledgerState(page)).toContainText('Verifying reads every entry');
  await pressWithKeyboard(page, verifyNow(page));
  await expect(ledgerState(page)).toContainText('Verified at');
  await expect(verifyNow(page)).toBeFocused();

  // A checkpoint outside the database covers them some seconds after they were written.
  await expect(async () => {
    await verify(page);
    await expect(ledgerState(page).getByRole('status')).toContainText(
      /Intact up to entry \d+Anchored/,
      { timeout: 1_000 },
    );
  }).toPass({ timeout: 60_000 });
  await expect(
    fact(ledgerState(page), 'Checkpoints outside the database'),
  ).toContainText('disk (file) has them up to entry');
  await takeDocumentationImage(page, testInfo, 'ledger-state');
  const { sequence } = endOfLedger(portal);
  expect(readLedger(portal, { sequence: sequence - 1 })[0]).toMatchObject({
    code: 'audit.verified',
    actor: 'user:default/katherine',
  });
});

test('the page leaves the ledger alone until somebody asks, because reading it is recorded', async ({
  openAs,
  portal,
}) => {
  const page = await openAs('katherine', AUDIT);
  await expect(rows(auditTable(page)).first()).toBeVisible();
  const before = endOfLedger(portal);
  expect(await watchLeftAlone(page)).toEqual([]);
  expect(readLedger(portal, before)).toEqual([]);

  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(rows(auditTable(page)).first()).toContainText('audit.read');
  expect(readLedger(portal, before).map(({ code }) => code)).toEqual([
    'audit.read',
  ]);
});

test('an entry that the owner of the database changed is named', async ({
  openAs,
  portal,
}, testInfo) => {
  const page = await openAs('katherine', AUDIT);
  await verify(page);
  const undo = blameSomebodyElse(portal, 2, 'user:default/grace');
  try {
    for (const scheme of COLOR_SCHEMES) {
      await preferScheme(page, scheme);
      await verify(page);
      const alert = ledgerState(page).getByRole('alert');
      await expect(alert).toContainText('Entry 2 was changed');
      await expect(alert).toContainText('Keep the database');
      await expectAccessibleNow(page, OUR_PAGE);
      await page.screenshot({
        path: testInfo.outputPath(`changed-${scheme}.png`),
      });
    }
    await page
      .getByRole('button', { name: 'Show the entries around 2' })
      .click();
    const changed = auditTable(page)
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: '2', exact: true }) });
    await expect(changed).toContainText('grace');
  } finally {
    undo();
  }
  await verify(page);
  await expect(ledgerState(page)).toContainText('Intact up to entry');
});

test('what is exported as JSONL is the whole ledger, and can be verified without the portal', async ({
  openAs,
  portal,
}) => {
  const page = await openAs('katherine', AUDIT);
  await expect(rows(auditTable(page)).first()).toBeVisible();
  const { sequence } = endOfLedger(portal);
  const { name, file, lines } = await exportAs(page, 'JSONL');
  expect(name).toMatch(/^modelops-audit-\d{4}-\d\d-\d\d\.jsonl$/);
  await expect(page.getByText(`Saved as ${name}`)).toBeVisible();

  const entries = lines.filter(line => line.startsWith('{"hash"'));
  expect(entries.length).toBeGreaterThanOrEqual(sequence);
  expect(entries.map(line => JSON.parse(line).entry.sequence)).toEqual(
    entries.map((_, index) => index + 1),
  );
  for (const line of entries) {
    const canonical = line.slice(line.indexOf('"entry":') + 8, -1);
    expect(createHash('sha256').update(canonical).digest('hex')).toBe(
      JSON.parse(line).hash,
    );
  }
  const { stdout } = await promisify(execFile)(process.execPath, [
    COMMAND,
    'verify',
    file,
  ]);
  expect(stdout).toContain(`Intact up to entry ${entries.length}.`);
});

test('an export as CSV holds what the filters let through', async ({
  openAs,
}) => {
  const ada = await openAs('ada', '/');
  const { status } = await callModelops(ada, await readSession(ada), {
    path: '/models/resource/default/fraud-detector/actions/train',
  });
  expect(status).toBe(200);
  const page = await openAs('katherine', AUDIT);
  const filters = page.getByRole('form', { name: 'Filters' });
  await filters.getByLabel('Code').selectOption('form.read');
  await filters.getByRole('button', { name: 'Apply filters' }).click();
  await expect(rows(auditTable(page)).first()).toContainText('form.read');

  const { name, lines } = await exportAs(page, 'CSV');
  expect(name).toMatch(/^modelops-audit-\d{4}-\d\d-\d\d-filtered\.csv$/);
  const [head, ...entries] = lines;
  expect(head).toMatch(/^sequence,time,code,outcome,actor,/);
  expect(entries.length).toBeGreaterThan(0);
  for (const line of entries) {
    expect(line).toMatch(
      /^\d+,"[^"]+","form\.read","accepted","user:default\/ada",/,
    );
  }
});

test('an export that breaks off is no file, and can be tried again', async ({
  openAs,
}) => {
  const page = await openAs('katherine', AUDIT);
  const address = '**/api/modelops/v1/audit/export**';
  await page.route(address, route => route.abort());
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('The export failed');
  await page.unroute(address);
  const downloading = page.waitForEvent('download');
  await alert.getByRole('button', { name: 'Try again' }).click();
  expect((await downloading).suggestedFilename()).toMatch(/\.csv$/);
  await expect(alert).toBeHidden();
});

for (const scheme of COLOR_SCHEMES) {
  test(`every column fits, and axe finds nothing in a verified ledger, in the ${scheme} theme`, async ({
    openAs,
  }, testInfo) => {
    const page = await openAs('katherine', AUDIT);
    await preferScheme(page, scheme);
    await expect(rows(auditTable(page)).first()).toBeVisible();
    await verify(page);
    await expectAccessibleNow(page, OUR_PAGE);
    await page.screenshot({
      path: testInfo.outputPath('ledger.png'),
      fullPage: true,
    });
    const entries = page.getByRole('group', {
      name: 'Audit entries, newest first',
    });
    await expect
      .poll(() =>
        entries.evaluate(element => element.scrollWidth - element.clientWidth),
      )
      .toBe(0);
  });
}
