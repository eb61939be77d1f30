import type { Locator } from '@playwright/test';
import { expectAccessible, expectAccessibleNow } from '../accessibility';
import { expect, test } from '../fixtures';
import { pressWithKeyboard } from '../keyboard';
import { endOfLedger, readLedger } from '../ledger';
import {
  FRAUD_DETECTOR_PAGE,
  card,
  deployDialog,
  rows,
  table,
  traffic,
} from '../screens';
import { takeDocumentationImage } from '../screenshot';
import { finishRollout, servedAt } from '../serving';
import { DATABRICKS, VERTEX_AI } from '../stages';
import { FOLLOW_MS, startTraining, untilNoRunIsOpen } from '../training';

const ENDPOINT = 'fraud-detector';

for (const stage of [DATABRICKS, VERTEX_AI]) {
  test(`Ada takes a training to production on ${stage.platform}, and back`, async ({
    openAs,
    portal,
  }, testInfo) => {
    test.setTimeout(180_000);
    const before = endOfLedger(portal);
    const page = await openAs('ada', stage.page);
    const serve = card(page, 'Serve');
    const { first } = stage;
    // The pictures of the documentation are of one of them.
    const documented = async (...picture: [name: string, of?: Locator]) => {
      if (stage === DATABRICKS)
        await takeDocumentationImage(page, testInfo, ...picture);
    };
    let newest = '';

    await test.step('a training makes a version', async () => {
      await startTraining(page, stage.entityRef);
      newest = await stage.endTraining(portal);
      await untilNoRunIsOpen(portal);
      await page.goto(`${stage.page}/versions`);
      const versions = rows(
        table(page, 'Versions of this model, newest first'),
      );
      await expect(versions.first().getByRole('rowheader')).toContainText(
        newest,
      );
      await expect(versions.first()).toContainText(stage.metric);
      await expect(versions.filter({ hasText: 'champion' })).toContainText(
        `${stage.endpoint}: 100 %`,
      );
      await expectAccessible(page, 'main');
      await documented('versions');
    });

    await test.step('she compares it with what is served', async () => {
      for (const version of [newest, first])
        await page.getByLabel(`Compare version ${version}`).check();
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      const comparison = page.getByRole('dialog', {
        name: `Comparison of versions ${newest}, ${first}`,
      });
      const compared = rows(comparison.getByRole('table').first());
      await expect(compared.filter({ hasText: 'epochs' })).toContainText('2');
      await expect(compared.filter({ hasText: stage.metric })).toBeVisible();
      await expectAccessibleNow(page, '[role="dialog"]');
      await page.keyboard.press('Escape');
    });

    await test.step('she deploys it as a canary, and sees before what changes', async () => {
      await page.goto(stage.page);
      await expect(traffic(page)).toHaveText([`Version ${first}: 100 %`]);
      await card(page, 'Deploy')
        .getByRole('button', { name: 'Deploy', exact: true })
        .click();
      const dialog = deployDialog(page, stage.title);
      await dialog.getByLabel('Version').selectOption(newest);
      await expect(dialog).toContainText('What changes');
      await expect(dialog).toContainText('10 %');
      await expect(dialog).toContainText('90 %');
      await expectAccessibleNow(page, '[role="dialog"]');
      await documented('deploy-dialog');
      await dialog.getByLabel('Reason').fill('Better recall');
      await dialog.getByRole('button', { name: 'Deploy' }).click();
      await expect(dialog).toBeHidden();
    });

    await test.step('the card shows the rollout up to its end', async () => {
      await expect(card(page, 'Deploy')).toContainText('Running', {
        timeout: FOLLOW_MS,
      });
      await stage.endDeployment(portal);
      await expect(card(page, 'Deploy')).toContainText('Succeeded', {
        timeout: FOLLOW_MS,
      });
      await expect(traffic(page)).toHaveText([
        `Version ${first}: 90 %`,
        `Version ${newest}: 10 %`,
      ]);
      expect(await stage.served(portal)).toEqual([
        `${first}: 90`,
        `${newest}: 10`,
      ]);
    });

    await test.step('she asks the model', async () => {
      await serve.getByRole('button', { name: /Try it/ }).click();
      const panel = page.getByRole('dialog', { name: `Try ${stage.title}` });
      const { name, value } = stage.column;
      await panel.getByLabel(name).fill(value);
      if (stage.answersByVersion)
        await panel.getByLabel('Version').selectOption(newest);
      else await expect(panel).toContainText('the traffic decides');
      await panel.getByLabel(name).fill(value);
      await panel.getByRole('button', { name: 'Predict' }).click();
      await expect(panel.getByRole('status')).toContainText(
        stage.answersByVersion
          ? `Version ${newest} answered in`
          : /Version \d+ answered in/,
      );
      await expect(
        panel.getByRole('region', { name: 'Answer of the model' }),
      ).toContainText(/0\.\d+/);
      await expectAccessibleNow(page, '[role="dialog"]');
      await documented('try-it');
      await page.keyboard.press('Escape');
    });

    await test.step('she promotes it, with the keyboard alone', async () => {
      await pressWithKeyboard(
        page,
        serve.getByRole('button', { name: `Promote version ${newest}` }),
      );
      await pressWithKeyboard(
        page,
        serve.getByRole('button', { name: 'Confirm promotion' }),
      );
      await stage.endMove(portal);
      await expect(traffic(page)).toHaveText(
        [`Version ${first}: 0 %`, `Version ${newest}: 100 %`],
        { timeout: FOLLOW_MS },
      );
      await expectAccessible(page, 'main');
      await documented('serve-card', serve);
    });

    await test.step('she rolls back', async () => {
      await serve.getByRole('button', { name: 'Roll back' }).click();
      const question = serve.getByRole('group', { name: 'Roll back' });
      await expect(question).toContainText('90 %');
      await question.getByRole('button', { name: 'Confirm roll back' }).click();
      await stage.endMove(portal);
      await expect(traffic(page)).toHaveText(
        [`Version ${first}: 90 %`, `Version ${newest}: 10 %`],
        { timeout: FOLLOW_MS },
      );
    });

    await test.step('every step is in the ledger, as her', async () => {
      await untilNoRunIsOpen(portal);
      const entries = readLedger(portal, before);
      expect(
        entries
          .filter(({ code }) => code === 'run.succeeded')
          .map(({ operation }) => operation),
      ).toEqual(['start', 'deploy', 'promote', 'rollback']);
      expect(
        entries.filter(({ code }) => code === 'prediction.answered'),
      ).toHaveLength(1);
    });
  });
}

test('a rollout that fails is said, and what was served goes on', async ({
  openAs,
  portal,
}) => {
  const page = await openAs('ada', FRAUD_DETECTOR_PAGE);
  const before = await servedAt(portal, ENDPOINT);
  await card(page, 'Deploy')
    .getByRole('button', { name: 'Deploy', exact: true })
    .click();
  const dialog = deployDialog(page, 'Fraud detector');
  await dialog.getByLabel('Version').selectOption('3');
  await dialog.getByRole('button', { name: 'Deploy' }).click();
  await finishRollout(portal, ENDPOINT, { failure: 'the image did not build' });
  await expect(card(page, 'Deploy')).toContainText('Failed', {
    timeout: FOLLOW_MS,
  });
  await expect(card(page, 'Serve')).toContainText(/still answer/i);
  expect(await servedAt(portal, ENDPOINT)).toEqual(before);
  await expectAccessible(page, 'main');
});

test('Grace looks at an endpoint that another team shares, and moves none of its traffic', async ({
  openAs,
}) => {
  const page = await openAs('grace', '/catalog/default/resource/growth-uplift');
  await expect(traffic(page)).toHaveText([/Version 1: 80 %/, /fraud.*20 %/i]);
  await card(page, 'Deploy')
    .getByRole('button', { name: 'Deploy', exact: true })
    .click();
  const dialog = deployDialog(page, 'Growth uplift');
  await expect(dialog).toContainText('The endpoint also serves');
  await expect(dialog).toContainText('main.fraud.detector');
});

test('Grace sees no version of a model that Databricks hides from her', async ({
  openAs,
}) => {
  const page = await openAs(
    'grace',
    '/catalog/default/resource/staff-attrition/versions',
  );
  await expect(page.getByRole('alert')).toContainText(
    'Ask its owner on Databricks',
  );
  await expect(
    table(page, 'Versions of this model, newest first'),
  ).toBeHidden();
});

test('a model that somebody registers on Databricks appears in the catalog, with its mapped owner', async ({
  openAs,
  portal,
}) => {
  test.setTimeout(150_000);
  await portal.simulators.databricks.addModel({
    fullName: 'main.fraud.velocity_rules',
    owner: 'alan@acme.example',
    comment: 'Counts payments per hour',
    tags: { team: 'fraud', 'modelops/train': 'databricks-demo:job/8124' },
    versions: 1,
    // The portal's reader, who tells the catalog of it, and Ada.
    executors: ['11111111-1111-4111-8111-111111111111', 'ada@acme.example'],
  });
  const page = await openAs('ada', '/');
  await expect(async () => {
    await page.reload();
    await page
      .getByRole('link', { name: /velocity_rules/ })
      .first()
      .click({ timeout: 20_000 });
  }).toPass({ timeout: 120_000 });
  await expect(page.getByText('Counts payments per hour')).toBeVisible();
  await expect(
    page.getByRole('link', { name: 'Fraud ML' }).first(),
  ).toBeVisible();
  // A tag of the platform is no annotation: Train is not bound.
  await expect(card(page, 'Train')).toContainText('modelops/train');
  await expect(card(page, 'Train')).not.toContainText('8124');
  await page.getByRole('link', { name: 'Versions' }).click();
  await expect(
    rows(table(page, 'Versions of this model, newest first')),
  ).toHaveCount(1);
});
