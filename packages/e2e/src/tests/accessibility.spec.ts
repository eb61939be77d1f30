import {
  COLOR_SCHEMES,
  expectAccessible,
  expectAccessibleNow,
  preferScheme,
} from '../accessibility';
import { expect, test } from '../fixtures';
import { pressWithKeyboard, tabTo, typeWithKeyboard } from '../keyboard';
import {
  FRAUD_DETECTOR_PAGE,
  GROWTH_UPLIFT_PAGE,
  cancelDialog,
  fact,
  mlRunsTab,
  newestState,
  openTrainDialog,
  rows,
  runPanel,
  table,
  trainButton,
  trainCard,
  trainDialog,
} from '../screens';
import {
  FOLLOW_MS,
  haveTrained,
  moveTraining,
  startTraining,
} from '../training';

const CARD = 'section';
const DIALOG = '[role="dialog"]';
const OUR_PAGE = 'main';

test.describe('axe finds nothing, in the light theme and in the dark one', () => {
  test('on the card: never trained, not allowed, not configured, error', async ({
    openAs,
  }) => {
    const page = await openAs('grace', GROWTH_UPLIFT_PAGE);
    await expect(trainCard(page)).toContainText('Never trained');
    await expectAccessible(page, CARD);

    await page.goto(FRAUD_DETECTOR_PAGE);
    await expect(trainButton(page)).toBeDisabled();
    await expectAccessible(page, CARD);

    await page.goto('/catalog/default/resource/legacy-scorer');
    await expect(trainCard(page)).toContainText('leads nowhere');
    await expectAccessible(page, CARD);

    await page.route('**/api/modelops/**', route => route.abort());
    await page.goto(FRAUD_DETECTOR_PAGE);
    await expect(trainCard(page)).toContainText('could not be loaded');
    await expectAccessible(page, CARD);
  });

  test('on the card: running, succeeded', async ({ openAs, portal }) => {
    const page = await openAs('ada', FRAUD_DETECTOR_PAGE);
    await startTraining(page);
    await moveTraining(portal, 'RUNNING');
    await page.reload();
    await expect(newestState(page, 'Running')).toBeVisible({
      timeout: FOLLOW_MS,
    });
    await expectAccessible(page, CARD);

    await moveTraining(portal, 'TERMINATED');
    await expect(newestState(page, 'Succeeded')).toBeVisible({
      timeout: FOLLOW_MS,
    });
    await expectAccessible(page, CARD);
    await mlRunsTab(page).click();
    const runs = rows(table(page, 'ML runs of this model, newest first'));
    await expect(runs.first()).toContainText('Succeeded');
    await expectAccessible(page, OUR_PAGE);
  });

  test('on the page /modelops: Runs and Audit', async ({ openAs, portal }) => {
    await haveTrained(portal, await openAs('ada', '/'));
    const page = await openAs('katherine', '/modelops');
    await expect(rows(table(page, 'Runs, newest first')).first()).toBeVisible();
    await expectAccessible(page, OUR_PAGE);

    await page.getByRole('tab', { name: 'Audit' }).click();
    const entries = rows(table(page, 'Audit entries, newest first'));
    await expect(entries.first()).toBeVisible();
    await expectAccessible(page, OUR_PAGE);
  });
});

for (const scheme of COLOR_SCHEMES) {
  test(`axe finds nothing in what opens over the page, in the ${scheme} theme`, async ({
    openAs,
    portal,
  }) => {
    const page = await openAs('ada', '/');
    await preferScheme(page, scheme);
    await haveTrained(portal, page);
    await startTraining(page);
    await page.goto(FRAUD_DETECTOR_PAGE);

    await test.step('the dialog with a field that is wrong', async () => {
      const dialog = await openTrainDialog(page);
      await dialog.getByLabel('epochs').fill('99');
      await dialog.getByRole('button', { name: 'Start training' }).click();
      await expect(dialog).toContainText('Has to be at most 20');
      await expectAccessibleNow(page, DIALOG);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
    });

    const runs = rows(table(page, 'ML runs of this model, newest first'));
    await test.step('the details of a run, and the question before it is cancelled', async () => {
      await mlRunsTab(page).click();
      await runs
        .first()
        .getByRole('button', { name: /^Details/ })
        .click();
      const panel = runPanel(page);
      await panel.getByRole('button', { name: 'Cancel run' }).click();
      await expect(cancelDialog(page)).toBeVisible();
      await expectAccessibleNow(page, DIALOG);
      await page.getByRole('button', { name: 'Keep running' }).click();
      await expect(cancelDialog(page)).toBeHidden();
      await expectAccessibleNow(page, DIALOG);
      await panel.getByRole('button', { name: 'Close' }).click();
    });

    await test.step('the details with the result and the log', async () => {
      await runs
        .filter({ hasText: 'Succeeded' })
        .first()
        .getByRole('button', { name: /^Details/ })
        .click();
      const panel = runPanel(page);
      await panel.getByRole('button', { name: 'Show log' }).click();
      await expect(
        panel.getByRole('region', { name: 'End of the log' }),
      ).toBeVisible();
      await expect(fact(panel, 'accuracy')).toBeVisible();
      await expectAccessibleNow(page, DIALOG);
    });

    await test.step('an entry of the ledger', async () => {
      const auditor = await openAs('katherine', '/');
      await preferScheme(auditor, scheme);
      await auditor.goto('/modelops/audit');
      await rows(table(auditor, 'Audit entries, newest first'))
        .first()
        .getByRole('button', { name: /^Details/ })
        .click();
      await expect(
        auditor.getByRole('dialog', { name: /^Entry/ }),
      ).toBeVisible();
      await expectAccessibleNow(auditor, DIALOG);
    });
  });
}

test('everything from the sign-in to the cancellation works with the keyboard alone', async ({
  page,
  portal,
}) => {
  await test.step('sign in', async () => {
    await page.goto(FRAUD_DETECTOR_PAGE);
    const opening = page.waitForEvent('popup');
    await expect(page.getByRole('button', { name: 'Sign In' })).toBeVisible();
    await pressWithKeyboard(
      page,
      page.getByRole('button', { name: 'Sign In' }),
    );
    const popup = await opening;
    await typeWithKeyboard(
      popup,
      popup.getByRole('textbox', { name: 'Name' }),
      'ada',
    );
    await typeWithKeyboard(
      popup,
      popup.getByRole('textbox', { name: 'Password' }),
      'ada',
    );
    await popup.keyboard.press('Enter');
    await expect(trainButton(page)).toBeEnabled();
  });

  await test.step('open the dialog and leave it: focus is back on the button', async () => {
    await pressWithKeyboard(page, trainButton(page));
    await expect(trainDialog(page).getByLabel('epochs')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(trainDialog(page)).toBeHidden();
    await expect(trainButton(page)).toBeFocused();
  });

  await test.step('fill the form in and start', async () => {
    await page.keyboard.press('Enter');
    const dialog = trainDialog(page);
    await expect(dialog.getByLabel('epochs')).toBeVisible();
    await typeWithKeyboard(page, dialog.getByLabel('epochs'), '3');
    await typeWithKeyboard(page, dialog.getByLabel('Reason'), 'No mouse today');
    await pressWithKeyboard(
      page,
      dialog.getByRole('button', { name: 'Start training' }),
    );
    await expect(dialog).toBeHidden();
    await expect(newestState(page, 'Submitted')).toBeVisible();
    await expect(trainButton(page)).toBeFocused();
  });

  await test.step('open the details and cancel', async () => {
    const details = trainCard(page).getByRole('button', { name: /^Details/ });
    await pressWithKeyboard(page, details);
    const panel = runPanel(page);
    const cancel = panel.getByRole('button', { name: 'Cancel run' });
    await expect(cancel).toBeVisible();
    await pressWithKeyboard(page, cancel);
    await pressWithKeyboard(
      page,
      page.getByRole('button', { name: 'Cancel the run' }),
    );
    await expect(cancelDialog(page)).toBeHidden();
    await expect(panel).toContainText('The platform was asked to cancel it');
    await moveTraining(portal, 'TERMINATED');
    await expect(fact(panel, 'State')).toHaveText('Canceled', {
      timeout: FOLLOW_MS,
    });
    await page.keyboard.press('Escape');
    await expect(panel).toBeHidden();
    await tabTo(page, trainButton(page));
  });
});
