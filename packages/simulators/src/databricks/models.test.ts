import type { Simulators } from '../attachSimulators';
import { startSimulators } from '../startSimulators';
import { callerOf, startFraudRun, type Caller } from '../testing/callers';

const FRAUD = '/api/2.1/unity-catalog/models/main.fraud.detector';
const HIDDEN = '/api/2.1/unity-catalog/models/main.hr.attrition';

let simulators: Simulators;
let ada: Caller;
let grace: Caller;
let alan: Caller;
beforeAll(async () => {
  simulators = await startSimulators({ manualRuns: true });
});
beforeEach(async () => {
  await simulators.databricks.reset();
  [ada, grace, alan] = await Promise.all(
    (['ada', 'grace', 'alan'] as const).map(person =>
      callerOf(simulators, person),
    ),
  );
});
afterAll(() => simulators.close());

/** Trains with these parameters and gives the new version with its MLflow run. */
async function train(parameters: Record<string, string>) {
  const runId = await startFraudRun(ada, { job_parameters: parameters });
  const run = await simulators.databricks.advanceRun(runId, {
    to: 'TERMINATED',
  });
  const { body: version } = await ada.get(
    `${FRAUD}/versions/${run.modelVersion}`,
  );
  const { body } = await ada.get(
    `/api/2.0/mlflow/runs/get?run_id=${version.run_id}`,
  );
  const valuesOf = (list: Array<{ key: string; value: any }>) =>
    Object.fromEntries(list.map(({ key, value }) => [key, value]));
  return {
    run,
    version,
    info: body.run.info,
    metrics: valuesOf(body.run.data.metrics),
    params: valuesOf(body.run.data.params),
    tags: valuesOf(body.run.data.tags),
  };
}

describe('training', () => {
  it('adds a READY version whose MLflow run names the task run, the job and the parameters', async () => {
    const { run, version, info, params, tags } = await train({
      epochs: '2',
      modelops_run_id: 'r-42',
    });
    expect(version).toMatchObject({
      version: 5,
      status: 'READY',
      model_name: 'detector',
      created_by: '33333333-3333-4333-8333-333333333333',
    });
    expect(info).toMatchObject({ run_id: version.run_id, status: 'FINISHED' });
    expect(tags).toMatchObject({
      'mlflow.databricks.jobRunID': run.taskRunId,
      'mlflow.databricks.jobID': '8123',
    });
    expect(params).toEqual({
      epochs: '2',
      learning_rate: '0.05',
      class_weight: 'balanced',
      modelops_run_id: 'r-42',
    });
  });

  it('is true: too few epochs, and a learning rate far too small, give a worse model', async () => {
    const good = await train({ epochs: '10' });
    const short = await train({ epochs: '1' });
    const slow = await train({ epochs: '10', learning_rate: '0.0001' });
    expect(good.metrics.auc).toBeGreaterThan(0.9);
    expect(short.metrics.auc).toBeLessThan(good.metrics.auc - 0.1);
    expect(slow.metrics.auc).toBeLessThan(good.metrics.auc - 0.1);
    expect(short.metrics.loss).toBeGreaterThan(good.metrics.loss + 0.1);
  });

  it('weighs the classes: balanced finds more of the rare one, at the price of precision', async () => {
    const balanced = await train({ epochs: '5', class_weight: 'balanced' });
    const none = await train({ epochs: '5', class_weight: 'none' });
    expect(balanced.metrics.recall).toBeGreaterThan(none.metrics.recall);
    expect(balanced.metrics.precision).toBeLessThan(none.metrics.precision);
  });

  it('keeps the weights: the same parameters give the same ones, others give others', async () => {
    const versions = [
      await train({ epochs: '1' }),
      await train({ epochs: '1' }),
      await train({ epochs: '2' }),
    ].map(({ version }) => version.version);
    const [first, again, other] = await Promise.all(
      versions.map(version =>
        simulators.databricks.weights('main.fraud.detector', version),
      ),
    );
    expect(first.bytes).toBeGreaterThan(0);
    expect(again.sha256).toBe(first.sha256);
    expect(other.sha256).not.toBe(first.sha256);
  });

  it('records one value per epoch', async () => {
    const { version } = await train({ epochs: '4' });
    const path = `/api/2.0/mlflow/metrics/get-history?run_id=${version.run_id}&metric_key=loss`;
    const { body } = await ada.get(path);
    expect(body.metrics.map((metric: any) => metric.step)).toEqual([
      1, 2, 3, 4,
    ]);
    expect(body.metrics[3].value).toBeLessThan(body.metrics[0].value);

    const firstPage = (await ada.get(`${path}&max_results=3`)).body;
    expect(firstPage.metrics).toHaveLength(3);
    const rest = (
      await ada.get(
        `${path}&max_results=3&page_token=${firstPage.next_page_token}`,
      )
    ).body;
    expect(rest.metrics).toHaveLength(1);
    expect(rest).not.toHaveProperty('next_page_token');
  });

  it('that is canceled leaves a killed MLflow run and no version', async () => {
    const runId = await startFraudRun(ada, {
      job_parameters: { epochs: '200' },
    });
    await simulators.databricks.advanceRun(runId);
    await ada.send('POST', '/api/2.2/jobs/runs/cancel', {
      run_id: BigInt(runId),
    });
    const run = await simulators.databricks.advanceRun(runId, {
      to: 'TERMINATED',
    });
    const { body } = await ada.get(
      `/api/2.0/mlflow/runs/get?run_id=${run.mlflowRunId}`,
    );
    expect(body.run.info.status).toBe('KILLED');
    expect(
      (await ada.get(`${FRAUD}/versions`)).body.model_versions,
    ).toHaveLength(4);
  });

  it('does not hold up answers', async () => {
    const runId = await startFraudRun(ada, {
      job_parameters: { epochs: '200' },
    });
    await simulators.databricks.advanceRun(runId);
    const started = Date.now();
    for (let call = 0; call < 5; call += 1)
      await ada.get('/api/2.0/preview/scim/v2/Me');
    // In the server's own thread they would wait for all 200 epochs: six seconds on an idle machine.
    expect(Date.now() - started).toBeLessThan(3000);
    expect(
      (await ada.get(`/api/2.2/jobs/runs/get?run_id=${runId}`)).body.status
        .state,
    ).toBe('RUNNING');
  });
});

describe('the model registry', () => {
  it('holds four older versions with true metrics, the second one champion', async () => {
    const { body } = await ada.get(`${FRAUD}/versions`);
    expect(body.model_versions.map((version: any) => version.version)).toEqual([
      1, 2, 3, 4,
    ]);
    for (const version of body.model_versions) {
      const { body: mlflow } = await ada.get(
        `/api/2.0/mlflow/runs/get?run_id=${version.run_id}`,
      );
      expect(
        mlflow.run.data.metrics.map((metric: any) => metric.key),
      ).toContain('auc');
    }
    expect((await ada.get(`${FRAUD}/aliases/champion`)).body).toMatchObject({
      version: 2,
      status: 'READY',
    });
    expect(await ada.get(`${FRAUD}/aliases/challenger`)).toMatchObject({
      status: 404,
    });
  });

  it('tells aliases only when asked, and never in lists', async () => {
    const aliases = [{ alias_name: 'champion', version_num: 2 }];
    expect(
      (await ada.get(`${FRAUD}?include_aliases=true`)).body.aliases,
    ).toEqual(aliases);
    expect(
      (await ada.get(`${FRAUD}/versions/2?include_aliases=true`)).body.aliases,
    ).toEqual(aliases);
    expect((await ada.get(FRAUD)).body).not.toHaveProperty('aliases');
    const { body } = await ada.get(`${FRAUD}/versions?include_aliases=true`);
    for (const version of body.model_versions)
      expect(version).not.toHaveProperty('aliases');
  });

  it('reads names in any case', async () => {
    expect(
      (await ada.get('/api/2.1/unity-catalog/models/Main.Fraud.Detector')).body
        .full_name,
    ).toBe('main.fraud.detector');
  });

  it('shows each what they may read', async () => {
    const names = async (caller: Caller) =>
      (
        (await caller.get('/api/2.1/unity-catalog/models')).body
          .registered_models ?? []
      ).map((m: any) => m.full_name);
    expect(await names(ada)).toEqual([
      'main.fraud.detector',
      'main.risk.chargeback',
    ]);
    expect(await names(grace)).toEqual([
      'main.fraud.detector',
      'main.growth.uplift',
    ]);
    expect(await names(alan)).toEqual([
      'main.fraud.detector',
      'main.growth.uplift',
      'main.hr.attrition',
      'main.risk.chargeback',
      'main.risk.velocity',
    ]);
    expect(await grace.get(HIDDEN)).toMatchObject({
      status: 403,
      body: { error_code: 'PERMISSION_DENIED' },
    });
    expect(await grace.get(`${HIDDEN}/versions/1`)).toMatchObject({
      status: 403,
    });
    const { body } = await ada.get(`${FRAUD}/versions/1`);
    expect(
      await grace.get(`/api/2.0/mlflow/runs/get?run_id=${body.run_id}`),
    ).toMatchObject({ status: 403 });
  });

  it('can give an empty page that is not the last', async () => {
    const pages: number[] = [];
    let page: string | undefined;
    do {
      const { body } = await ada.get(
        `/api/2.1/unity-catalog/models?max_results=1${
          page ? `&page_token=${page}` : ''
        }`,
      );
      pages.push(body.registered_models?.length ?? 0);
      page = body.next_page_token;
    } while (page);
    expect(pages).toEqual([1, 0, 0, 1, 0]);
  });

  it('wants catalog and schema together', async () => {
    expect(
      await ada.get('/api/2.1/unity-catalog/models?catalog_name=main'),
    ).toMatchObject({ status: 400 });
    const { body } = await ada.get(
      '/api/2.1/unity-catalog/models?catalog_name=main&schema_name=fraud',
    );
    expect(body.registered_models).toHaveLength(1);
  });

  it.each([
    ['a model', '/api/2.1/unity-catalog/models/main.fraud.none'],
    ['a version', `${FRAUD}/versions/99`],
    [
      'an MLflow run',
      '/api/2.0/mlflow/runs/get?run_id=0123456789abcdef0123456789abcdef',
    ],
  ])('says 404 for %s that does not exist', async (_what, path) => {
    expect(await alan.get(path)).toMatchObject({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST' },
    });
  });

  it('adds details to its errors, one of them without metadata', async () => {
    const { body } = await grace.get(HIDDEN);
    expect(body.details.map((detail: any) => detail.metadata)).toEqual([
      {},
      undefined,
    ]);
  });
});
