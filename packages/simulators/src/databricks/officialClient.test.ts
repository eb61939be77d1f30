import { retries, TimeUnits, Time } from '@databricks/sdk-experimental';
import type { Simulators } from '../attachSimulators';
import type { Person } from '../people';
import { startSimulators } from '../startSimulators';
import {
  all,
  officialClientOf,
  officialClientWith,
  refusalOf,
} from '../__testUtils__/officialClient';

// The official client drives the simulator: what it accepts and refuses is what Databricks' own code expects.

const FAST = { epochs: '1', class_weight: 'none' };
const WAIT = { timeout: new Time(20, TimeUnits.seconds) };

let simulators: Simulators;
beforeAll(async () => {
  simulators = await startSimulators();
});
beforeEach(() => simulators.databricks.reset());
afterAll(() => simulators.close());

const clientWith = (accessToken: string) =>
  officialClientWith(simulators, accessToken);
const clientOf = (person: Person) => officialClientOf(simulators, person);

it('knows who it is', async () => {
  const client = await clientOf('ada');
  expect(await client.currentUser.me()).toMatchObject({
    userName: 'ada@acme.example',
  });
});

it('lists jobs over all pages', async () => {
  const jobs = await all((await clientOf('ada')).jobs.list({ limit: 10 }));
  expect(jobs).toHaveLength(32);
  expect(jobs.map(job => job.settings?.name)).toContain(
    'fraud-detector-training',
  );
});

it('gets a job with its parameters', async () => {
  const job = await (await clientOf('ada')).jobs.get({ job_id: 8123 });
  expect(job.run_as_user_name).toBe('33333333-3333-4333-8333-333333333333');
  expect(job.settings?.parameters?.map(parameter => parameter.name)).toContain(
    'epochs',
  );
});

it('starts a run, waits for its end and finds its version and metrics', async () => {
  const client = await clientOf('ada');
  const waiter = await client.jobs.runNow({
    job_id: 8123,
    job_parameters: FAST,
    idempotency_token: 'sdk-1',
  });
  const run = await waiter.wait(WAIT);
  expect(run.state).toMatchObject({
    life_cycle_state: 'TERMINATED',
    result_state: 'SUCCESS',
  });
  const again = await client.jobs.runNow({
    job_id: 8123,
    job_parameters: FAST,
    idempotency_token: 'sdk-1',
  });
  expect(again.run_id).toBe(run.run_id);

  const versions = await all(
    client.modelVersions.list({ full_name: 'main.fraud.detector' }),
  );
  const newest = versions.at(-1)!;
  expect(newest).toMatchObject({ version: 5, status: 'READY' });
  const mlflow = await client.experiments.getRun({ run_id: newest.run_id! });
  expect(mlflow.run?.data?.tags).toContainEqual({
    key: 'mlflow.databricks.jobRunID',
    value: String(run.tasks![0].run_id),
  });
  const history = await all(
    client.experiments.getHistory({
      run_id: newest.run_id!,
      metric_key: 'auc',
    }),
  );
  expect(history).toHaveLength(1);

  const output = await client.jobs.getRunOutput({
    run_id: run.tasks![0].run_id!,
  });
  expect(output.logs).toContain('Registered main.fraud.detector version 5');
});

it('cancels a run and waits until it has ended', async () => {
  const client = await clientOf('ada');
  const { run_id: runId } = await client.jobs.runNow({
    job_id: 8123,
    job_parameters: { epochs: '200' },
  });
  const canceled = await (
    await client.jobs.cancelRun({ run_id: runId! })
  ).wait(WAIT);
  expect(canceled.state).toMatchObject({
    result_state: 'CANCELED',
    user_cancelled_or_timedout: true,
  });
});

it('lists runs', async () => {
  const client = await clientOf('ada');
  await client.jobs.runNow({ job_id: 8123, job_parameters: FAST });
  await client.jobs.runNow({ job_id: 8123, job_parameters: FAST });
  expect(
    await all(client.jobs.listRuns({ job_id: 8123, limit: 1 })),
  ).toHaveLength(2);
});

it('gets a wrong token as 403 with its numeric code', async () => {
  const refusal = await refusalOf(
    clientWith('dapi-made-up').jobs.get({ job_id: 8123 }),
  );
  expect(refusal).toMatchObject({
    statusCode: 403,
    errorCode: 403,
    message: 'Invalid access token.',
  });
});

it('gets a wrong id as an invalid parameter', async () => {
  const client = await clientOf('alan');
  expect(await refusalOf(client.jobs.get({ job_id: 404404 }))).toMatchObject({
    statusCode: 400,
    errorCode: 'INVALID_PARAMETER_VALUE',
    message: 'Job 404404 does not exist.',
  });
  expect(await refusalOf(client.jobs.getRun({ run_id: 12 }))).toMatchObject({
    statusCode: 400,
    message: 'Run 12 does not exist.',
  });
});

it('gets a wrong page as an invalid parameter', async () => {
  const { jobs } = await clientOf('ada');
  const refusal = await refusalOf(all(jobs.list({ page_token: 'made-up' })));
  expect(refusal).toMatchObject({
    statusCode: 400,
    errorCode: 'INVALID_PARAMETER_VALUE',
  });
});

it('gets a missing right as permission denied', async () => {
  const { jobs } = await clientOf('grace');
  expect(await refusalOf(jobs.runNow({ job_id: 8123 }))).toMatchObject({
    statusCode: 403,
    errorCode: 'PERMISSION_DENIED',
  });
});

it('loses the code of a Unity Catalog error, a defect of the client that the real details cause too', async () => {
  const { registeredModels } = await clientOf('grace');
  const refusal = await refusalOf(
    registeredModels.get({ full_name: 'main.hr.attrition' }),
  );
  expect(refusal).toMatchObject({ statusCode: 403, errorCode: 'Forbidden' });
  expect(refusal.message).toContain('PERMISSION_DENIED');
});

it('tries again after 429', async () => {
  await simulators.databricks.fault({
    path: '/api/2.2/jobs/get',
    effect: 'status',
    status: 429,
    count: 1,
  });
  expect(
    (await (await clientOf('ada')).jobs.get({ job_id: 8123 })).job_id,
  ).toBe(8123);
  expect(
    await simulators.databricks.requests({ path: '/api/2.2/jobs/get' }),
  ).toHaveLength(2);
});

it('knows no error but its own for a run that never ends', async () => {
  const waiter = await (
    await clientOf('ada')
  ).jobs.runNow({ job_id: 8123, job_parameters: { epochs: '200' } });
  await expect(
    waiter.wait({ timeout: new Time(1, TimeUnits.milliseconds) }),
  ).rejects.toBeInstanceOf(retries.TimeoutError);
});
