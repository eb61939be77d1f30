import type { Simulators } from '../../attachSimulators';
import { googleGroup, googlePerson } from '../../handles/googleMembers';
import { startSimulators } from '../../startSimulators';
import { googleCallerOf, type GoogleCaller } from '../../testing/googleCallers';

const LOCATION = '/v1/projects/ml-demo/locations/europe-west4';
const NUMBERED = 'projects/123456789012/locations/europe-west4';
const TRAINER = 'forecast-trainer@ml-demo.iam.gserviceaccount.com';

let simulators: Simulators;
let ada: GoogleCaller;
beforeAll(async () => {
  simulators = await startSimulators({ manualRuns: true });
});
beforeEach(async () => {
  await simulators.google.reset();
  ada = await googleCallerOf(simulators, 'ada');
});
afterAll(() => simulators.close());

function jobSpec(change: Record<string, unknown> = {}, pool = {}) {
  return {
    workerPoolSpecs: [
      {
        machineSpec: { machineType: 'n1-standard-4' },
        replicaCount: '1',
        containerSpec: {
          imageUri:
            'europe-west4-docker.pkg.dev/ml-demo/training/forecast-trainer:3',
          args: ['--epochs', '3', '--learning-rate', '0.3'],
          env: [
            { name: 'MODEL', value: 'demand-forecast' },
            { name: 'MODELOPS_RUN_ID', value: 'run-1' },
          ],
        },
        ...pool,
      },
    ],
    serviceAccount: TRAINER,
    ...change,
  };
}

const customJob = (change: Record<string, unknown> = {}) => ({
  displayName: 'train',
  jobSpec: jobSpec(),
  labels: { 'modelops-run-id': 'run-1' },
  ...change,
});

const withContainer = (change: Record<string, unknown>) => {
  const { containerSpec } = jobSpec().workerPoolSpecs[0];
  return {
    jobSpec: jobSpec({}, { containerSpec: { ...containerSpec, ...change } }),
  };
};

/** Takes seconds, so that it is under way whenever somebody cancels it. */
const LONG = withContainer({ args: ['--epochs', '200'] });

const pipelineJob = (change: Record<string, unknown> = {}) => ({
  displayName: 'pipeline',
  templateUri:
    'https://europe-west4-kfp.pkg.dev/ml-demo/pipelines/forecast/latest',
  runtimeConfig: {
    gcsOutputDirectory: 'gs://ml-demo-pipelines',
    parameterValues: {
      epochs: 2,
      learning_rate: 0.3,
      model: 'demand-forecast',
      run_id: 'run-2',
    },
  },
  serviceAccount: TRAINER,
  labels: { 'modelops-run-id': 'run-2' },
  ...change,
});

const createCustom = (caller = ada, change = {}) =>
  caller.send('POST', `${LOCATION}/customJobs`, customJob(change));

const createPipeline = (id: string, change = {}, caller = ada) =>
  caller.send(
    'POST',
    `${LOCATION}/pipelineJobs?pipelineJobId=${id}`,
    pipelineJob(change),
  );

async function stateOf(name: string): Promise<string> {
  return (await ada.get(`/v1/${name}`)).body.state;
}

async function listed(filter: string, kind = 'customJobs'): Promise<string[]> {
  const { body } = await ada.get(
    `${LOCATION}/${kind}?filter=${encodeURIComponent(filter)}`,
  );
  return (body[kind] ?? []).map((job: any) => job.displayName);
}

describe('a custom job', () => {
  it('trains, and uploads a version with its run as the account it runs as', async () => {
    const { google } = simulators;
    const { status, body } = await createCustom();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: expect.stringMatching(new RegExp(`^${NUMBERED}/customJobs/\\d+$`)),
      state: 'JOB_STATE_QUEUED',
      displayName: 'train',
      labels: { 'modelops-run-id': 'run-1' },
      jobSpec: jobSpec(),
    });
    expect(body).not.toHaveProperty('startTime');
    await google.advanceJob(body.name);
    expect(await stateOf(body.name)).toBe('JOB_STATE_PENDING');
    await google.advanceJob(body.name);
    expect(await stateOf(body.name)).toBe('JOB_STATE_RUNNING');
    const done = await google.advanceJob(body.name, { to: 'SUCCEEDED' });
    expect(done).toMatchObject({
      state: 'SUCCEEDED',
      creator: googlePerson('ada@acme.example'),
      serviceAccount: TRAINER,
      parameters: { epochs: '3', learning_rate: '0.3' },
      env: { MODEL: 'demand-forecast', MODELOPS_RUN_ID: 'run-1' },
    });
    const ended = (await ada.get(`/v1/${body.name}`)).body;
    expect(ended.state).toBe('JOB_STATE_SUCCEEDED');
    expect(Date.parse(ended.endTime)).toBeGreaterThanOrEqual(
      Date.parse(ended.startTime),
    );
    const version = await ada.get(`/v1/${done.version!.name}`);
    expect(version.body).toMatchObject({
      labels: { 'modelops-run-id': 'run-1' },
      versionId: done.version!.versionId,
    });
  });

  it('is created twice by the same request: nothing makes it idempotent', async () => {
    const [first, second] = [await createCustom(), await createCustom()];
    expect(first.body.name).not.toBe(second.body.name);
    expect(await simulators.google.jobs()).toHaveLength(2);
  });

  it('is cancelled in two steps and ends with code 1', async () => {
    const { name } = (await createCustom(ada, LONG)).body;
    await simulators.google.advanceJob(name, { to: 'RUNNING' });
    expect(await ada.send('POST', `/v1/${name}:cancel`, {})).toMatchObject({
      status: 200,
      body: {},
    });
    expect(await stateOf(name)).toBe('JOB_STATE_CANCELLING');
    await simulators.google.advanceJob(name);
    expect((await ada.get(`/v1/${name}`)).body).toMatchObject({
      state: 'JOB_STATE_CANCELLED',
      error: { code: 1 },
    });
    expect((await simulators.google.jobs())[0].version).toBeUndefined();
    expect(
      (await ada.send('POST', `/v1/${name}:cancel`, {})).body,
    ).toMatchObject({ error: { code: 400, status: 'FAILED_PRECONDITION' } });
  });

  it('is deleted when it has ended, by an operation', async () => {
    const { name } = (await createCustom()).body;
    expect((await ada.send('DELETE', `/v1/${name}`)).status).toBe(400);
    await simulators.google.advanceJob(name, { code: 8 });
    const { body } = await ada.send('DELETE', `/v1/${name}`);
    expect(body).toMatchObject({ done: true });
    expect(body.name).toContain(`${name}/operations/`);
    expect((await ada.get(`/v1/${name}`)).body.error.status).toBe('NOT_FOUND');
  });

  it.each<[string, object, string]>([
    ['an unknown field', { region: 'x' }, 'Unknown name "region"'],
    [
      'an unknown field deep inside',
      { jobSpec: jobSpec({}, { machines: 2 }) },
      'Unknown name "machines" at \'job_spec.worker_pool_specs[0]\'',
    ],
    ['a number for a text', { displayName: 7 }, 'TYPE_STRING'],
    ['no display name', { displayName: undefined }, 'display_name'],
    ['a long display name', { displayName: 'x'.repeat(129) }, '128'],
    ['no spec', { jobSpec: undefined }, 'job_spec'],
    ['no pool', { jobSpec: jobSpec({ workerPoolSpecs: [] }) }, 'worker_pool'],
    [
      'no machine type',
      { jobSpec: jobSpec({}, { machineSpec: {} }) },
      'machine_type',
    ],
    [
      'a machine type that is not there',
      {
        jobSpec: jobSpec({}, { machineSpec: { machineType: 'a2-highgpu-1g' } }),
      },
      'Machine type "a2-highgpu-1g" is not supported.',
    ],
    [
      'a replica count that is no number',
      { jobSpec: jobSpec({}, { replicaCount: 'one' }) },
      'TYPE_INT64',
    ],
    ['two chiefs', { jobSpec: jobSpec({}, { replicaCount: 2 }) }, 'must be 1'],
    [
      'an accelerator nobody makes',
      {
        jobSpec: jobSpec(
          {},
          {
            machineSpec: {
              machineType: 'n1-standard-4',
              acceleratorType: 'GPU',
            },
          },
        ),
      },
      'TYPE_ENUM',
    ],
    ['a label with capitals', { labels: { Team: 'x' } }, 'Label'],
    ['a label that is an e-mail', { labels: { by: 'a@b.c' } }, 'Label'],
  ])('is refused with %s', async (_case, change, message) => {
    const { status, body } = await createCustom(ada, change);
    expect(status).toBe(400);
    expect(body.error.status).toBe('INVALID_ARGUMENT');
    expect(body.error.message).toContain(message);
    expect(await simulators.google.jobs()).toEqual([]);
  });

  it('fails as its code does: unknown arguments, no model, an image that is not there', async () => {
    for (const change of [
      { args: ['--epoch', '3'] },
      { args: ['--epochs', '0'] },
      { env: [] },
      { env: [{ name: 'MODEL', value: 'no-such-model' }] },
      { imageUri: 'europe-west4-docker.pkg.dev/ml-demo/training/other:1' },
    ]) {
      const { name } = (await createCustom(ada, withContainer(change))).body;
      expect(
        await simulators.google.advanceJob(name, { to: 'SUCCEEDED' }),
      ).toMatchObject({
        state: 'FAILED',
        error: {
          code: 3,
          message: expect.stringContaining('exited with a non-zero status'),
        },
      });
    }
  });
});

describe('who may', () => {
  it('create: not a viewer, and the answer names permission and resource', async () => {
    const grace = await googleCallerOf(simulators, 'grace');
    const { status, body } = await createCustom(grace);
    expect(status).toBe(403);
    expect(body.error).toEqual({
      code: 403,
      status: 'PERMISSION_DENIED',
      message:
        "Permission 'aiplatform.customJobs.create' denied on resource '//aiplatform.googleapis.com/projects/ml-demo/locations/europe-west4' (or it may not exist).",
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'IAM_PERMISSION_DENIED',
          domain: 'aiplatform.googleapis.com',
          metadata: {
            permission: 'aiplatform.customJobs.create',
            resource: 'projects/ml-demo/locations/europe-west4',
          },
        },
      ],
    });
  });

  it('see and cancel: a viewer sees and does not cancel', async () => {
    const { name } = (await createCustom()).body;
    const grace = await googleCallerOf(simulators, 'grace');
    expect((await grace.get(`/v1/${name}`)).status).toBe(200);
    const refusal = await grace.send('POST', `/v1/${name}:cancel`, {});
    expect(refusal.body.error.message).toContain(
      'aiplatform.customJobs.cancel',
    );
  });

  it('run a job as an account: only with actAs on that account', async () => {
    await simulators.google.revoke(
      'iam.serviceAccounts.actAs',
      googleGroup('ml-engineers'),
    );
    for (const serviceAccount of [
      TRAINER,
      'nobody@ml-demo.iam.gserviceaccount.com',
    ]) {
      const { status, body } = await createCustom(ada, {
        jobSpec: jobSpec({ serviceAccount }),
      });
      expect(status).toBe(403);
      expect(body.error.message).toContain(
        `act as service_account: ${serviceAccount}`,
      );
    }
    expect((await createPipeline('p-1', { serviceAccount: '' })).status).toBe(
      403,
    );
  });

  it('call at all: nobody without the right to use the project, or for another project', async () => {
    const katherine = await googleCallerOf(simulators, 'katherine');
    const { body } = await katherine.get(`${LOCATION}/customJobs`);
    expect(body.error.details[0].reason).toBe('USER_PROJECT_DENIED');
    const other = LOCATION.replace('ml-demo', 'other');
    expect((await ada.get(`${other}/customJobs`)).status).toBe(403);
    const elsewhere = LOCATION.replace('europe-west4', 'us-central1');
    expect((await ada.get(`${elsewhere}/customJobs`)).status).toBe(400);
  });
});

describe('a quota that is used up', () => {
  it('refuses at create with 429 and names the metrics', async () => {
    await simulators.google.exceedQuota('custom_model_training_nvidia_t4_gpus');
    expect(await createCustom()).toMatchObject({
      status: 429,
      body: {
        error: {
          status: 'RESOURCE_EXHAUSTED',
          message:
            'The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_training_nvidia_t4_gpus',
        },
      },
    });
    await simulators.google.exceedQuota();
    expect((await createCustom()).status).toBe(200);
  });

  it('fails a job later with code 8, and it uploads nothing', async () => {
    await simulators.google.failNextJob({ code: 8 });
    const { name } = (await createCustom()).body;
    const job = await simulators.google.advanceJob(name, { to: 'SUCCEEDED' });
    expect(job).toMatchObject({
      state: 'FAILED',
      error: {
        code: 8,
        message: expect.stringContaining('custom_model_training_cpus'),
      },
    });
    expect(job.version).toBeUndefined();
  });
});

describe('a list of jobs', () => {
  it('is filtered by labels, names, states and times', async () => {
    const { google } = simulators;
    const first = (await createCustom(ada, { displayName: 'first' })).body;
    await createCustom(ada, {
      displayName: 'second',
      labels: { 'modelops-run-id': 'run-2', team: 'growth' },
    });
    await google.plantJob({ displayName: 'third', labels: { team: 'fraud' } });
    await google.advanceJob(first.name, { code: 8 });

    expect(await listed('labels.modelops-run-id=run-2')).toEqual(['second']);
    expect(await listed('labels.modelops-run-id="run-2"')).toEqual(['second']);
    expect(await listed('labels.team:*')).toEqual(['third', 'second']);
    expect(await listed('display_name="first"')).toEqual(['first']);
    expect(await listed('display_name:"*ir*"')).toEqual(['third', 'first']);
    expect(await listed('state="JOB_STATE_FAILED"')).toEqual(['first']);
    expect(await listed('labels.team:* AND state!="JOB_STATE_FAILED"')).toEqual(
      ['third', 'second'],
    );
    expect(
      await listed(
        'labels.team=growth OR display_name=first AND NOT state="JOB_STATE_FAILED"',
      ),
    ).toEqual(['second']);
    expect(await listed('NOT (labels.team:*)')).toEqual(['first']);
    expect(await listed('create_time>="2020-01-01T00:00:00Z"')).toHaveLength(3);
    expect(await listed('create_time<"2020-01-01T00:00:00Z"')).toEqual([]);
  });

  it.each([
    'labels.team',
    'state="FAILED"',
    'state="PIPELINE_STATE_FAILED"',
    'creator="ada"',
    'display_name=a b',
    '(state="JOB_STATE_FAILED"',
    'create_time>yesterday',
  ])('refuses the filter %s', async filter => {
    const { status } = await ada.get(
      `${LOCATION}/customJobs?filter=${encodeURIComponent(filter)}`,
    );
    expect(status).toBe(400);
  });

  it('comes in pages, newest first, with what the read mask keeps', async () => {
    for (const displayName of ['a', 'b', 'c'])
      await createCustom(ada, { displayName });
    const first = await ada.get(
      `${LOCATION}/customJobs?pageSize=2&readMask=name,displayName`,
    );
    expect(first.body.customJobs).toEqual([
      { name: expect.any(String), displayName: 'c' },
      { name: expect.any(String), displayName: 'b' },
    ]);
    const token = encodeURIComponent(first.body.nextPageToken);
    const second = await ada.get(
      `${LOCATION}/customJobs?pageSize=2&pageToken=${token}`,
    );
    expect(second.body.customJobs).toHaveLength(1);
    expect(second.body).not.toHaveProperty('nextPageToken');
    for (const query of [
      `pageToken=x${token}`,
      `pageToken=${token}&filter=labels.a:*`,
      'pageSize=many',
      'order=asc',
    ])
      expect((await ada.get(`${LOCATION}/customJobs?${query}`)).status).toBe(
        400,
      );
  });
});

describe('a pipeline job', () => {
  it('has the id it was given, once', async () => {
    const { status, body } = await createPipeline('modelops-run-2');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: `${NUMBERED}/pipelineJobs/modelops-run-2`,
      state: 'PIPELINE_STATE_QUEUED',
    });
    expect(await createPipeline('modelops-run-2')).toMatchObject({
      status: 409,
      body: { error: { code: 409, status: 'ALREADY_EXISTS' } },
    });
    for (const id of ['Capital', '1st', 'a'.repeat(128), 'a_b'])
      expect((await createPipeline(id)).status).toBe(400);
  });

  it('trains with its parameters, and the version names it', async () => {
    const { name } = (await createPipeline('modelops-run-2')).body;
    const job = await simulators.google.advanceJob(name, { to: 'SUCCEEDED' });
    expect(job).toMatchObject({
      state: 'SUCCEEDED',
      parameters: { epochs: '2', learning_rate: '0.3' },
    });
    expect((await ada.get(`/v1/${job.version!.name}`)).body).toMatchObject({
      pipelineJob: name,
      labels: { 'modelops-run-id': 'run-2' },
    });
  });

  it('fails with a parameter it does not have', async () => {
    const { name } = (
      await createPipeline('p-1', {
        runtimeConfig: {
          gcsOutputDirectory: 'gs://ml-demo-pipelines',
          parameterValues: { model: 'demand-forecast', eta: 1 },
        },
      })
    ).body;
    expect(
      await simulators.google.advanceJob(name, { to: 'SUCCEEDED' }),
    ).toMatchObject({ state: 'FAILED', error: { code: 9 } });
  });

  it.each([
    ['no folder', { runtimeConfig: {} }],
    [
      'a folder that is none',
      { runtimeConfig: { gcsOutputDirectory: '/tmp' } },
    ],
    ['nothing to run', { templateUri: undefined }],
    ['an unknown field', { jobSpec: {} }],
  ])('is refused with %s', async (_case, change) => {
    expect((await createPipeline('p-1', change)).status).toBe(400);
  });

  it('is cancelled, listed in an order, and deleted', async () => {
    const { name } = (await createPipeline('p-1')).body;
    await createPipeline('p-2', { displayName: 'later' });
    await ada.send('POST', `/v1/${name}:cancel`);
    await simulators.google.advanceJob(name);
    expect(await stateOf(name)).toBe('PIPELINE_STATE_CANCELLED');
    expect(await listed('', 'pipelineJobs')).toEqual(['later', 'pipeline']);
    const ordered = await ada.get(
      `${LOCATION}/pipelineJobs?orderBy=${encodeURIComponent('create_time')}`,
    );
    expect(ordered.body.pipelineJobs[0].displayName).toBe('pipeline');
    expect((await ada.send('DELETE', `/v1/${name}`)).status).toBe(200);
    expect((await createPipeline('p-1')).status).toBe(200);
  });
});

describe('control of jobs', () => {
  it('plants, forgets, and takes a job to any state', async () => {
    const { google } = simulators;
    const { name } = await google.plantJob({ labels: { a: 'b' } });
    expect((await google.jobs({ labels: { a: 'b' } }))[0].creator).toContain(
      'mallory',
    );
    await google.advanceJob(name, { to: 'PAUSED' });
    expect(await stateOf(name)).toBe('JOB_STATE_PAUSED');
    await google.advanceJob(name, { to: 'EXPIRED' });
    expect(await stateOf(name)).toBe('JOB_STATE_EXPIRED');
    await google.forgetJob(name);
    expect((await ada.get(`/v1/${name}`)).status).toBe(404);
    await expect(google.advanceJob(name)).rejects.toThrow('There is no job');
  });
});
