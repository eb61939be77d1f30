import type { Page } from '@playwright/test';
import { callModelops, readSession } from '../backendSession';
import { expect, test } from '../fixtures';
import { fact, rows, table } from '../screens';
import { takeDocumentationImage } from '../screenshot';
import { haveTrained, train } from '../training';

const AUDIT = '/modelops/audit';
/** More than one page of the ledger. */
const ENTRIES = 30;

const auditRows = (page: Page) =>
  rows(table(page, 'Audit entries, newest first'));
const auditTab = (page: Page) => page.getByRole('tab', { name: 'Audit' });

test("Katherine finds all of Ada's run in the ledger", async ({
  openAs,
  portal,
}, testInfo) => {
  const ada = await openAs('ada', '/');
  const runId = await train(portal, ada);
  const page = await openAs('katherine', '/modelops');

  await test.step('the tab Runs shows it', async () => {
    await expect(page).toHaveURL(/\/modelops\/runs$/);
    const newest = rows(table(page, 'Runs, newest first')).first();
    await expect(newest).toContainText('fraud-detector');
    await expect(newest).toContainText('Succeeded');
    await expect(newest).toContainText('ada');
  });

  await test.step('the tab Audit shows who, by which rule and as whom', async () => {
    await auditTab(page).click();
    const requested = auditRows(page)
      .filter({ hasText: 'run.requested' })
      .first();
    await expect(requested).toContainText('ada');
    await expect(requested).toContainText('fraud-ml-engineer');
    await expect(
      auditRows(page).filter({ hasText: 'run.exchanged' }).first(),
    ).toContainText('ada@acme.example');
    await takeDocumentationImage(page, testInfo, 'audit');

    await requested.getByRole('button', { name: /^Details/ }).click();
    const panel = page.getByRole('dialog', { name: /^Entry \d+$/ });
    await expect(fact(panel, 'Actor')).toHaveText('user:default/ada');
    await expect(fact(panel, 'Groups')).toContainText('group:default/fraud-ml');
    await expect(fact(panel, 'Role')).toHaveText('fraud-ml-engineer');
    await expect(fact(panel, 'Rule')).toContainText('fraud-ml-engineer');
    await expect(fact(panel, 'Run')).toHaveText(runId);
    await expect(fact(panel, 'Reason')).toHaveText('Started by a test');
    await expect(fact(panel, 'epochs')).toHaveText('2');
    await expect(fact(panel, 'Hash')).toHaveText(/^[0-9a-f]{64}$/);
    await panel.getByRole('button', { name: 'Close' }).click();
  });
});

test('the ledger is narrowed down by filters', async ({ openAs, portal }) => {
  await haveTrained(portal, await openAs('ada', '/'));
  const page = await openAs('katherine', AUDIT);
  const filters = page.getByRole('form', { name: 'Filters' });
  const apply = filters.getByRole('button', { name: 'Apply filters' });

  await filters.getByLabel('Code').selectOption('run.succeeded');
  await apply.click();
  await expect(
    auditRows(page).filter({ hasText: 'run.requested' }),
  ).toHaveCount(0);
  await expect(auditRows(page).first()).toContainText('run.succeeded');

  await filters.getByLabel('Actor').fill('user:default/ada');
  await apply.click();
  // Our backend found that out by itself; no person did.
  await expect(page.getByText('No entry matches these filters.')).toBeVisible();

  await filters.getByRole('button', { name: 'Clear filters' }).click();
  await filters.getByLabel('Actor').fill('user:default/ada');
  await filters.getByLabel('Outcome').selectOption('accepted');
  await apply.click();
  await expect(auditRows(page).first()).toContainText('accepted');
  await expect(auditRows(page).first()).toContainText('ada');
  await expect(auditRows(page).filter({ hasText: 'modelops' })).toHaveCount(0);

  await filters.getByLabel('From').fill('2040-01-01T00:00');
  await apply.click();
  await expect(page.getByText('No entry matches these filters.')).toBeVisible();
});

test('the ledger is read page by page', async ({ openAs }) => {
  const ada = await openAs('ada', '/');
  const session = await readSession(ada);
  await Promise.all(
    Array.from({ length: ENTRIES }, async () => {
      const { status } = await callModelops(ada, session, {
        path: '/models/resource/default/fraud-detector/actions/train',
      });
      expect(status).toBe(200);
    }),
  );
  const page = await openAs('katherine', AUDIT);
  const pager = page.getByRole('navigation', { name: /audit entries/ });
  const sequences = () =>
    auditRows(page).getByRole('rowheader').allInnerTexts();
  await expect(pager).toContainText('Page 1');
  const first = (await sequences()).map(Number);
  await pager.getByRole('button', { name: 'Older' }).click();
  await expect(pager).toContainText('Page 2');
  await expect
    .poll(async () => Number((await sequences())[0]))
    .toBe(first.at(-1)! - 1);
  await pager.getByRole('button', { name: 'Newer' }).click();
  await expect(pager).toContainText('Page 1');
  await expect.poll(async () => (await sequences()).map(Number)).toEqual(first);
});

for (const person of ['ada', 'grace'] as const) {
  test(`${person} has no tab Audit, and its address says why`, async ({
    openAs,
  }) => {
    const page = await openAs(person, '/modelops');
    await expect(page.getByRole('tab', { name: 'Runs' })).toBeVisible();
    await expect(page.getByRole('group', { name: 'Filters' })).toBeVisible();
    await expect(auditTab(page)).toHaveCount(0);
    await page.goto(AUDIT);
    await expect(page.getByRole('alert')).toContainText(
      'open to people whose role allows the action audit',
    );
    await expect(auditTab(page)).toHaveCount(0);
    await expect(table(page, 'Audit entries, newest first')).toHaveCount(0);
  });
}
