import { expect, test } from '../fixtures';
import { countOpenRuns, endOfLedger, readLedger } from '../ledger';
import {
  FRAUD_DETECTOR_PAGE,
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
import { takeDocumentationImage } from '../screenshot';
import {
  FOLLOW_MS,
  FRAUD_DETECTOR,
  moveTraining,
  startTraining,
} from '../training';
import {
  scriptsWith,
  showTab,
  watchLeftAlone,
  watchModelops,
  watchScripts,
} from '../watch';

const RUN_NOW = { method: 'POST', path: '/api/2.2/jobs/run-now' };
/** Words that only the code of the card holds. */
const WORDS_OF_THE_CARD = 'Never trained from this portal so far';

test('Ada trains the fraud detector and follows it to its result', async ({
  openAs,
  portal,
}, testInfo) => {
  const before = endOfLedger(portal);
  const page = await openAs('ada', FRAUD_DETECTOR_PAGE);
  const card = trainCard(page);

  await test.step('the card says what would be started, and as whom', async () => {
    await expect(fact(card, 'Platform')).toHaveText(
      'Databricks (databricks-demo)',
    );
    await expect(fact(card, 'Resource')).toHaveText('job/8123');
    await expect(fact(card, 'Environment')).toHaveText('production');
    await expect(card).toContainText(
      'The platform sees you, ada@acme.example.',
    );
    await expect(card).toContainText(
      "The job's code runs as 33333333-3333-4333-8333-333333333333",
    );
  });

  await test.step('she changes parameters, gives a reason and starts', async () => {
    const dialog = await openTrainDialog(page);
    await dialog.getByLabel('epochs').fill('12');
    await dialog.getByLabel('learning_rate').fill('0.08');
    await dialog.getByLabel('Reason').fill('Retrain after the October fraud');
    await dialog.getByRole('button', { name: 'Start training' }).click();
    await expect(dialog).toBeHidden();
    await expect(newestState(page, 'Submitted')).toBeVisible();
  });

  await test.step('she sees it live, up to its end', async () => {
    await moveTraining(portal, 'RUNNING');
    await expect(newestState(page, 'Running')).toBeVisible({
      timeout: FOLLOW_MS,
    });
    await moveTraining(portal, 'TERMINATED');
    await expect(newestState(page, 'Succeeded')).toBeVisible({
      timeout: FOLLOW_MS,
    });
    await takeDocumentationImage(page, testInfo, 'train-card');
  });

  await test.step('the tab ML runs tells all about it', async () => {
    await mlRunsTab(page).click();
    const newest = rows(table(page, 'ML runs of this model, newest first'));
    await expect(newest.first()).toContainText('Succeeded');
    await expect(newest.first()).toContainText('ada@acme.example');
    await newest
      .first()
      .getByRole('button', { name: /^Details/ })
      .click();

    const panel = runPanel(page);
    await expect(fact(panel, 'epochs')).toHaveText('12');
    await expect(fact(panel, 'learning_rate')).toHaveText('0.08');
    await expect(fact(panel, 'Reason')).toHaveText(
      'Retrain after the October fraud',
    );
    await expect(fact(panel, 'Allowed by')).toContainText('fraud-ml-engineer');
    const timeline = panel.getByRole('list', {
      name: 'Audit entries of the run',
    });
    await expect(timeline.locator('code')).toHaveText([
      'run.requested',
      'run.exchanged',
      'run.submitted',
      'run.running',
      'run.succeeded',
    ]);
  });

  await test.step('the new version, its metric and the log are there', async () => {
    const panel = runPanel(page);
    const { databricks } = portal.simulators;
    const made = (await databricks.runs()).at(-1)!;
    await expect(panel).toContainText(
      `main.fraud.detector version ${made.modelVersion}`,
    );
    await expect(fact(panel, 'accuracy')).toHaveText(/^0\.\d+$|^1$/);
    await panel.getByRole('button', { name: 'Show log' }).click();
    await expect(
      panel.getByRole('region', { name: 'End of the log' }),
    ).toContainText('epoch');
  });

  await test.step('the ledger names her, her role and who the platform saw', async () => {
    const entries = readLedger(portal, before);
    const requested = entries.find(({ code }) => code === 'run.requested');
    expect(requested).toMatchObject({
      actor: 'user:default/ada',
      role: 'fraud-ml-engineer',
      action: 'train',
      entityRef: FRAUD_DETECTOR,
      parameters: { epochs: '12', learning_rate: '0.08' },
    });
    expect(requested?.groups).toContain('group:default/fraud-ml');
    const ofTheRun = entries.filter(({ runId }) => runId === requested?.runId);
    expect(
      ofTheRun.find(({ code }) => code === 'run.exchanged')?.principal,
    ).toBe('ada@acme.example');
  });
});

test('the page of a model costs one request of ours and one per endpoint, and any other page none', async ({
  openAs,
}) => {
  const ours = scriptsWith(WORDS_OF_THE_CARD);
  expect(ours).not.toEqual([]);
  const page = await openAs('ada', '/');
  const scripts = watchScripts(page);
  const requests = watchModelops(page);

  await page.goto('/catalog/default/component/fraud-api');
  await expect(page.getByText('Asks the fraud detector')).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(requests).toEqual([]);
  expect(scripts.filter(script => ours.includes(script))).toEqual([]);
  await expect(mlRunsTab(page)).toHaveCount(0);

  await page.goto(FRAUD_DETECTOR_PAGE);
  await expect(trainButton(page)).toBeEnabled();
  await page.waitForLoadState('networkidle');
  // The second is the Serve card's: what the chosen endpoint serves.
  expect(requests).toEqual([
    'GET /models/resource/default/fraud-detector',
    'GET /models/resource/default/fraud-detector/serving',
  ]);
  expect(scripts.filter(script => ours.includes(script))).not.toEqual([]);
});

test('the card reads again while something runs and somebody looks, and only then', async ({
  openAs,
  portal,
}) => {
  const page = await openAs('ada', FRAUD_DETECTOR_PAGE);
  const id = await startTraining(page);
  await page.reload();
  await expect(newestState(page, 'Submitted')).toBeVisible();

  const requests = watchModelops(page);
  await expect.poll(() => requests).toContain(`GET /runs/${id}`);
  await showTab(page, false);
  expect(await watchLeftAlone(page)).toEqual([]);

  // Coming back shows at once what happened meanwhile.
  await moveTraining(portal, 'TERMINATED');
  await expect
    .poll(() => countOpenRuns(portal), { timeout: FOLLOW_MS })
    .toBe(0);
  await showTab(page, true);
  await expect(newestState(page, 'Succeeded')).toBeVisible();
  await expect(trainButton(page)).toBeEnabled();
  expect(await watchLeftAlone(page)).toEqual([]);
});

test('a value beyond a guardrail is explained beside its field, and nothing is sent', async ({
  openAs,
}) => {
  const page = await openAs('ada', FRAUD_DETECTOR_PAGE);
  const dialog = await openTrainDialog(page);
  const requests = watchModelops(page);
  const epochs = dialog.getByLabel('epochs');
  await expect(epochs).toHaveAccessibleDescription(
    /Your role fraud-ml-engineer allows at least 1 and at most 20/,
  );
  await epochs.fill('21');
  await dialog.getByRole('button', { name: 'Start training' }).click();
  await expect(epochs).toHaveAccessibleDescription(/Has to be at most 20/);
  await expect(epochs).toHaveAttribute('aria-invalid', 'true');
  await expect(epochs).toBeFocused();
  await epochs.fill('20');
  await expect(epochs).not.toHaveAccessibleDescription(/Has to be/);
  expect(requests).toEqual([]);
});

test('a double click on Start training starts one run', async ({
  openAs,
  portal,
}) => {
  const { databricks } = portal.simulators;
  const page = await openAs('ada', FRAUD_DETECTOR_PAGE);
  const dialog = await openTrainDialog(page);
  const jobsBefore = (await databricks.requests(RUN_NOW)).length;
  const requests = watchModelops(page);
  await dialog.getByRole('button', { name: 'Start training' }).dblclick();
  await expect(newestState(page, 'Submitted')).toBeVisible();
  expect(requests.filter(request => request === 'POST /runs')).toHaveLength(1);
  expect(await databricks.requests(RUN_NOW)).toHaveLength(jobsBefore + 1);
});

test('a lost answer is found out, not repeated', async ({ openAs, portal }) => {
  const { databricks } = portal.simulators;
  const page = await openAs('ada', FRAUD_DETECTOR_PAGE);
  const card = trainCard(page);
  const dialog = await openTrainDialog(page);
  const jobsBefore = (await databricks.runs()).length;
  await databricks.fault({
    ...RUN_NOW,
    effect: 'drop',
    commit: true,
    count: 1,
  });
  // Until it is taken out, the portal cannot find out either.
  await databricks.fault({
    path: '/api/2.2/jobs/runs/list',
    effect: 'status',
    status: 503,
  });
  await dialog.getByRole('button', { name: 'Start training' }).click();
  await expect(dialog).toBeHidden();
  await expect(newestState(page, 'Finding out')).toBeVisible();
  await expect(card).toContainText('Nothing is started twice');

  await databricks.clearFaults();
  await expect(newestState(page, 'Submitted')).toBeVisible({
    timeout: FOLLOW_MS,
  });
  expect(await databricks.runs()).toHaveLength(jobsBefore + 1);
  await moveTraining(portal, 'TERMINATED');
  await expect(newestState(page, 'Succeeded')).toBeVisible({
    timeout: FOLLOW_MS,
  });
});

test('a run is cancelled after a second question', async ({
  openAs,
  portal,
}) => {
  const { databricks } = portal.simulators;
  const page = await openAs('ada', FRAUD_DETECTOR_PAGE);
  await startTraining(page);
  await moveTraining(portal, 'RUNNING');
  await page.goto(`${FRAUD_DETECTOR_PAGE}/ml-runs`);
  const newest = rows(table(page, 'ML runs of this model, newest first'));
  await newest
    .first()
    .getByRole('button', { name: /^Details/ })
    .click();
  const panel = runPanel(page);
  const state = fact(panel, 'State');
  await expect(state).toHaveText('Running', { timeout: FOLLOW_MS });

  await panel.getByRole('button', { name: 'Cancel run' }).click();
  await expect(cancelDialog(page)).toContainText('as you');
  await page.getByRole('button', { name: 'Keep running' }).click();
  await expect(cancelDialog(page)).toBeHidden();
  expect((await databricks.runs()).at(-1)?.state).toBe('RUNNING');

  await panel.getByRole('button', { name: 'Cancel run' }).click();
  await page.getByRole('button', { name: 'Cancel the run' }).click();
  await expect(panel).toContainText('The platform was asked to cancel it');
  await moveTraining(portal, 'TERMINATED');
  await expect(state).toHaveText('Canceled', { timeout: FOLLOW_MS });
  await expect(panel.getByRole('button', { name: 'Cancel run' })).toHaveCount(
    0,
  );
  await expect(
    panel.getByRole('list', { name: 'Audit entries of the run' }),
  ).toContainText('run.cancel-requested');
  await panel.getByRole('button', { name: 'Close' }).click();
  await expect(newest.first()).toContainText('Canceled');
});

test('the dialog keeps what was typed when somebody clicks beside it', async ({
  openAs,
}) => {
  const page = await openAs('ada', FRAUD_DETECTOR_PAGE);
  const dialog = await openTrainDialog(page);
  await dialog.getByLabel('epochs').fill('7');
  await page.mouse.click(5, 5);
  await expect(trainDialog(page).getByLabel('epochs')).toHaveValue('7');
});
