import { v1 } from '@google-cloud/aiplatform';
import {
  lendFetchToGoogleLibraries,
  officialOptionsOf,
} from '../../__testUtils__/officialGoogle';
import type { Simulators } from '../../attachSimulators';
import { startSimulators } from '../../startSimulators';

const PARENT = 'projects/ml-demo/locations/europe-west4';
const TRAINER = 'forecast-trainer@ml-demo.iam.gserviceaccount.com';

let simulators: Simulators;
let jobs: v1.JobServiceClient;
let pipelines: v1.PipelineServiceClient;
// The clients take seconds to load.
jest.setTimeout(120_000);
beforeAll(async () => {
  lendFetchToGoogleLibraries();
  simulators = await startSimulators({ manualRuns: true });
  const options = await officialOptionsOf(simulators, 'ada');
  jobs = new v1.JobServiceClient(options);
  pipelines = new v1.PipelineServiceClient(options);
});
afterAll(async () => {
  await jobs.close();
  await pipelines.close();
  await simulators.close();
});

const customJob = (machineType = 'n1-standard-4') => ({
  displayName: 'by the official client',
  labels: { 'modelops-run-id': 'run-9' },
  jobSpec: {
    serviceAccount: TRAINER,
    workerPoolSpecs: [
      {
        replicaCount: 1,
        machineSpec: {
          machineType,
          acceleratorType: 'NVIDIA_TESLA_T4' as const,
          acceleratorCount: 1,
        },
        containerSpec: {
          imageUri:
            'europe-west4-docker.pkg.dev/ml-demo/training/forecast-trainer:3',
          args: ['--epochs', '2', '--learning-rate', '0.3'],
          env: [{ name: 'MODEL', value: 'demand-forecast' }],
        },
      },
    ],
    scheduling: { timeout: { seconds: 3600 } },
  },
});

/** What a call of the official client ends with: its code, over REST the HTTP status, and its message, the body as text. */
async function refusalOf(call: Promise<unknown>) {
  const error: any = await call.then(
    () => undefined,
    refused => refused,
  );
  return { code: error?.code, message: String(error?.message) };
}

it('creates, reads, lists, cancels and deletes custom jobs', async () => {
  const [created] = await jobs.createCustomJob({
    parent: PARENT,
    customJob: customJob(),
  });
  const name = created.name!;
  expect(created.state).toBe('JOB_STATE_QUEUED');
  expect(created.createTime!.seconds).toBeDefined();
  const spec = created.jobSpec!.workerPoolSpecs![0];
  expect(spec.machineSpec!.acceleratorType).toBe('NVIDIA_TESLA_T4');
  expect(String(spec.replicaCount)).toBe('1');

  const [listed] = await jobs.listCustomJobs({
    parent: PARENT,
    filter: 'labels.modelops-run-id="run-9" AND state="JOB_STATE_QUEUED"',
  });
  expect(listed.map(job => job.name)).toEqual([name]);

  await jobs.cancelCustomJob({ name });
  expect((await jobs.getCustomJob({ name }))[0].state).toBe(
    'JOB_STATE_CANCELLING',
  );
  await simulators.google.advanceJob(name);
  const [cancelled] = await jobs.getCustomJob({ name });
  expect(cancelled).toMatchObject({
    state: 'JOB_STATE_CANCELLED',
    error: { code: 1 },
  });
  const [operation] = await jobs.deleteCustomJob({ name });
  expect(operation.done).toBe(true);
  expect(await refusalOf(jobs.getCustomJob({ name }))).toMatchObject({
    code: 404,
  });
});

it('creates a pipeline job under its id, once, reads it to its end and lists it', async () => {
  const request = {
    parent: PARENT,
    pipelineJobId: 'modelops-run-9',
    pipelineJob: {
      displayName: 'pipeline',
      templateUri:
        'https://europe-west4-kfp.pkg.dev/ml-demo/pipelines/forecast/latest',
      serviceAccount: TRAINER,
      runtimeConfig: {
        gcsOutputDirectory: 'gs://ml-demo-pipelines',
        parameterValues: {
          epochs: { numberValue: 2 },
          learning_rate: { numberValue: 0.3 },
          model: { stringValue: 'demand-forecast' },
          run_id: { stringValue: 'run-9' },
        },
      },
    },
  };
  const [created] = await pipelines.createPipelineJob(request);
  const name = created.name!;
  expect(name).toMatch(/^projects\/123456789012\/.*\/modelops-run-9$/);
  expect(await refusalOf(pipelines.createPipelineJob(request))).toMatchObject({
    code: 409,
  });
  expect(
    await simulators.google.advanceJob(name, { to: 'SUCCEEDED' }),
  ).toMatchObject({
    state: 'SUCCEEDED',
    parameterValues: { epochs: 2, learning_rate: 0.3 },
  });
  const [ended] = await pipelines.getPipelineJob({ name });
  expect(ended.state).toBe('PIPELINE_STATE_SUCCEEDED');
  const [listed] = await pipelines.listPipelineJobs({ parent: PARENT });
  expect(listed).toHaveLength(1);
  await pipelines.deletePipelineJob({ name });

  await pipelines.createPipelineJob(request);
  await pipelines.cancelPipelineJob({ name });
  expect((await pipelines.getPipelineJob({ name }))[0].state).toBe(
    'PIPELINE_STATE_CANCELLING',
  );
});

it('gets refusals it can read: permission, argument, quota, credential', async () => {
  const grace = new v1.JobServiceClient(
    await officialOptionsOf(simulators, 'grace'),
  );
  const create = (client: v1.JobServiceClient, machineType?: string) =>
    refusalOf(
      client.createCustomJob({
        parent: PARENT,
        customJob: customJob(machineType),
      }),
    );
  expect(await create(grace)).toMatchObject({
    code: 403,
    message: expect.stringContaining('aiplatform.customJobs.create'),
  });
  expect(await create(jobs, 'a2-highgpu-1g')).toMatchObject({
    code: 400,
    message: expect.stringContaining('is not supported.'),
  });
  await simulators.google.exceedQuota('custom_model_training_cpus');
  expect(await create(jobs)).toMatchObject({
    code: 429,
    message: expect.stringContaining('custom_model_training_cpus'),
  });
  await simulators.google.exceedQuota();
  await simulators.google.revokePrincipal(
    'principal://iam.googleapis.com/locations/global/workforcePools/acme/subject/grace@acme.example',
  );
  expect(await create(grace)).toMatchObject({ code: 401 });
  await grace.close();
});
