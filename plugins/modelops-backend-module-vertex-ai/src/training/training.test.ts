import { randomUUID } from 'node:crypto';
import type {
  JobReading,
  KnownJob,
  PlatformForm,
} from 'backstage-plugin-modelops-node';
import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
import { googlePerson } from 'modelops-simulators';
import { TestProject } from '../__testUtils__/TestProject';
import {
  ADA,
  aStart,
  MODEL,
  PARAMETERS,
  TEMPLATES,
  TRAINER,
  type TemplateName,
} from '../__testUtils__/trainings';
import { personLabel } from './jobToStart';
import { pipelineJobId } from './startTraining';

const CUSTOM_JOBS = '/v1/projects/ml-demo/locations/europe-west4/customJobs';
const METRIC = 'aiplatform.googleapis.com/custom_model_training_nvidia_t4_gpus';

let project: TestProject;
beforeAll(async () => {
  project = await TestProject.start({ manualRuns: true });
});
afterEach(() => project.reset());
afterAll(() => project.close());

function open(trainingTemplates: object = TEMPLATES) {
  return project.open({ trainingTemplates });
}

type Named = KnownJob & { platformRunId: string };

async function start(job = aStart(), templates: object = TEMPLATES) {
  const { platformRunId } = await open(templates).start(
    await project.callAs('ada'),
    job,
  );
  return { ...knownJob(job), platformRunId };
}

async function read(
  job: KnownJob,
  templates: object = TEMPLATES,
): Promise<JobReading> {
  const readings = await open(templates).readJobs(
    await project.callAsReader(),
    [job],
  );
  return readings.get(job.runId)!;
}

async function trained(template: TemplateName): Promise<Named> {
  const job = await start(aStart({ template }));
  await project.google.advanceJob(job.platformRunId, { to: 'SUCCEEDED' });
  return job;
}

/** The weekly template, changed in its job. */
function weekly(change: (job: any) => void) {
  const templates = structuredClone(TEMPLATES);
  change(templates['forecast-weekly']);
  return templates;
}

describe('the form', () => {
  async function formOf(templates: object, name = 'forecast-weekly') {
    return open(templates).readForm(await project.callAs('ada'), {
      resource: aStart({ template: name }).resource,
      operation: 'start',
    });
  }

  it('is what the template declares, with whom the job runs as', async () => {
    const form: PlatformForm = await formOf(TEMPLATES);
    expect(form).toMatchObject({
      title: 'Weekly forecast',
      url: 'https://console.cloud.google.com/vertex-ai/training/custom-jobs?project=ml-demo',
      jobRunsAs: TRAINER,
    });
    expect(form.parameters).toMatchObject([
      {
        name: 'epochs',
        field: { type: 'integer', minimum: 1, maximum: 50 },
        default: 5,
        required: false,
      },
      { name: 'learning_rate', field: { type: 'number' } },
    ]);
    expect(form.direct).toBeUndefined();
  });

  it('says in words whom Google takes where no account is named', async () => {
    const nobody = weekly(({ customJob }) => {
      delete customJob.jobSpec.serviceAccount;
    });
    expect((await formOf(nobody)).jobRunsAs).toBe(
      'Custom Code Service Agent of project ml-demo',
    );
    const chosen = weekly(template => {
      template.customJob.jobSpec.serviceAccount = '{{account}}';
      template.parameters.account = {
        type: 'string',
        enum: [TRAINER, 'other@ml-demo.iam.gserviceaccount.com'],
      };
    });
    expect((await formOf(chosen)).jobRunsAs).toBe(
      `${TRAINER} or other@ml-demo.iam.gserviceaccount.com, as account says`,
    );
  });

  it('of a template that is not there says where templates are', async () => {
    const { code, message } = await project.failureOf(formOf({}));
    expect(code).toBe('platform-not-found');
    expect(message).toContain('trainingTemplates');
  });

  it('matches patterns whole, and masks secrets', async () => {
    const secret = weekly(template => {
      template.customJob.jobSpec.workerPoolSpecs[0].containerSpec.env.push({
        name: 'TOKEN',
        value: '{{token}}',
      });
      template.parameters.token = {
        type: 'string',
        pattern: '[a-z]+',
        maxLength: 9,
        secret: true,
      };
    });
    const { parameters } = await formOf(secret);
    expect(parameters[2]).toMatchObject({
      field: { pattern: '^(?:[a-z]+)$', maxLength: 9, writeOnly: true },
      required: true,
    });
  });
});

describe('a start', () => {
  it('sends the template with its values and our labels, once', async () => {
    const job = await start();
    const [request] = await project.google.requests({
      method: 'POST',
      path: CUSTOM_JOBS,
    });
    const sent = JSON.parse(request.body);
    expect(sent.labels).toEqual({
      'modelops-run-id': job.runId,
      'modelops-person': personLabel(ADA),
      'modelops-template': 'forecast-weekly',
    });
    const [{ containerSpec }] = sent.jobSpec.workerPoolSpecs;
    expect(containerSpec.args).toEqual([
      '--epochs',
      '2',
      '--learning-rate',
      '0.05',
    ]);
    expect(containerSpec.env[1].value).toBe(job.runId);
    expect(request.headers['user-agent']).toBe(
      `backstage-modelops run/${job.runId}`,
    );
    // A label takes at most 63 characters, of which none is a capital or an @.
    for (const value of Object.values<string>(sent.labels))
      expect(value).toMatch(/^[a-z0-9_-]{1,63}$/);
  });

  it('writes a small number as a decimal, and knows it again', async () => {
    const tiny = weekly(({ parameters }) => {
      parameters.learning_rate = { type: 'number' };
    });
    const parameters = { epochs: 2, learning_rate: 2.5e-9 };
    const job = await start(aStart({ parameters }), tiny);
    const [{ args }] = await project.google.jobs();
    expect(args[3]).toBe('0.0000000025');
    const lost = { ...job, platformRunId: undefined };
    expect(await read(lost, tiny)).toMatchObject({ kind: 'found' });
  });

  it('keeps the types of the values of a pipeline', async () => {
    const job = await start(aStart({ template: 'forecast-pipeline' }));
    expect(job.platformRunId).toBe(`pipelineJobs/${pipelineJobId(job.runId)}`);
    const [{ parameterValues }] = await project.google.jobs();
    expect(parameterValues).toEqual({
      ...PARAMETERS,
      model: 'demand-forecast',
      run_id: job.runId,
    });
  });

  it('gives a link to the console of the connection', async () => {
    const job = aStart();
    const { url, platformRunId } = await open().start(
      await project.callAs('ada'),
      job,
    );
    const id = platformRunId.replace('customJobs/', '');
    expect(url).toBe(
      `https://console.cloud.google.com/agent-platform/locations/europe-west4/training/${id}?project=ml-demo`,
    );
  });

  it.each<[string, Parameters<typeof aStart>[0], string, string]>([
    [
      'another type',
      { parameters: { ...PARAMETERS, epochs: '2' } },
      'platform-rejected-request',
      "'epochs' has to be a number",
    ],
    [
      'more than the template allows',
      { parameters: { ...PARAMETERS, epochs: 51 } },
      'platform-rejected-request',
      'at most 50',
    ],
    [
      'a value too few',
      { parameters: { epochs: 2 } },
      'platform-rejected-request',
      "needs the parameter 'learning_rate'",
    ],
    [
      'another account than the form said',
      { jobRunsAs: 'other@ml-demo.iam.gserviceaccount.com' },
      'platform-conflict',
      'Open the form again',
    ],
  ])('with %s sends nothing', async (_what, change, code, words) => {
    const error = await project.failureOf(start(aStart(change)));
    expect(error).toMatchObject({ code, refused: true });
    expect(error.message).toContain(words);
    expect(await project.google.requests({ path: CUSTOM_JOBS })).toEqual([]);
  });

  it('says which quota is used up, and what was asked for', async () => {
    await project.google.exceedQuota('custom_model_training_nvidia_t4_gpus');
    const gpu = weekly(({ customJob }) => {
      customJob.jobSpec.workerPoolSpecs[0].machineSpec = {
        machineType: 'n1-standard-8',
        acceleratorType: 'NVIDIA_TESLA_T4',
        acceleratorCount: 2,
      };
    });
    const error = await project.failureOf(start(aStart(), gpu));
    expect(error).toMatchObject({
      code: 'platform-quota-exceeded',
      refused: true,
    });
    expect(error.message).toBe(
      `The quota of project ml-demo is used up (${METRIC}); asked for was 1 × n1-standard-8 with 2 × NVIDIA_TESLA_T4. Ask for less, try again later, or ask the owner of the project for more quota.`,
    );
  });

  it('says which pipeline there is no quota for, at once and at the end', async () => {
    const job = await start(aStart({ template: 'forecast-pipeline' }));
    await project.google.advanceJob(job.platformRunId, { code: 8 });
    const reading = await read(job);
    expect(reading).toMatchObject({
      failure: { code: 'job-quota-exceeded' },
    });
    expect(JSON.stringify(reading)).toContain('pipeline forecast-pipeline');
    await project.google.exceedQuota('custom_model_training_nvidia_t4_gpus');
    const error = await project.failureOf(
      start(aStart({ template: 'forecast-pipeline' })),
    );
    expect(error.code).toBe('platform-quota-exceeded');
    expect(error.message).toContain(
      'asked for was what pipeline forecast-pipeline runs on',
    );
  });

  it('says of a machine that is not there that it may not be there', async () => {
    const odd = weekly(({ customJob }) => {
      customJob.jobSpec.workerPoolSpecs[0].machineSpec.machineType = 'n9-huge';
    });
    const { code, message } = await project.failureOf(start(aStart(), odd));
    expect(code).toBe('platform-rejected-request');
    expect(message).toContain('1 × n9-huge may not exist in this location');
  });

  it('says that the account of the job may not be used, and by which role it may', async () => {
    await project.google.grant(
      'aiplatform.customJobs.create',
      googlePerson('grace@acme.example'),
    );
    const error = await project.failureOf(
      open().start(await project.callAs('grace'), aStart()),
    );
    expect(error).toMatchObject({
      code: 'platform-permission-denied',
      refused: true,
    });
    for (const word of [
      'iam.serviceAccounts.actAs',
      TRAINER,
      'roles/iam.serviceAccountUser',
    ])
      expect(error.message).toContain(word);
  });

  it('says which permission of Vertex AI is missing', async () => {
    const { message } = await project.failureOf(
      open().start(await project.callAs('grace'), aStart()),
    );
    expect(message).toContain('aiplatform.customJobs.create');
    expect(message).toContain('roles/aiplatform.user');
  });

  it('does not believe an answer that is about something else', async () => {
    for (const json of [
      { name: 'projects/123456789012/locations/us-central1/customJobs/7' },
      { name: 'projects/123456789012/locations/europe-west4/models/7' },
      { labels: {} },
      { state: 'JOB_STATE_MIGRATING' },
    ]) {
      await project.google.fault({
        method: 'POST',
        path: CUSTOM_JOBS,
        count: 1,
        effect: 'merge',
        json,
      });
      const error = await project.failureOf(start());
      expect(error).toMatchObject({
        code: 'platform-response-invalid',
        refused: false,
      });
    }
  });
});

describe('a job that is read', () => {
  it('and failed for want of quota says so, and what it had asked for', async () => {
    await project.google.failNextJob({ code: 8 });
    const job = await start();
    await project.google.advanceJob(job.platformRunId, { to: 'SUCCEEDED' });
    const reading = await read(job);
    expect(reading).toMatchObject({
      state: 'failed',
      failure: { code: 'job-quota-exceeded' },
    });
    const message = reading.kind === 'found' ? reading.failure?.message : '';
    expect(message).toContain('custom_model_training_cpus');
    expect(message).toContain('1 × n1-standard-4');
  });

  it.each([
    [4, 'job-timed-out'],
    [3, 'job-failed'],
  ])('and ended with rpc code %s is %s', async (code, expected) => {
    const job = await start();
    await project.google.advanceJob(job.platformRunId, { code });
    expect(await read(job)).toMatchObject({
      state: 'failed',
      failure: { code: expected },
    });
  });

  it('is found by its id although app-config no longer has its template', async () => {
    const job = await start();
    expect(await read(job, {})).toMatchObject({ kind: 'found' });
  });
});

describe('a start whose answer was lost', () => {
  const template = 'forecast-weekly';

  /** A job with everything that a start of ours has, whoever made it. */
  async function plant(runId: string, change: object = {}) {
    const { kind, id } = await project.google.plantJob({
      labels: {
        'modelops-run-id': runId,
        'modelops-person': personLabel(ADA),
        'modelops-template': template,
      },
      args: ['--epochs', '2', '--learning-rate', '0.05'],
      env: { MODEL: 'demand-forecast', MODELOPS_RUN_ID: runId },
      ...change,
    });
    return `${kind}/${id}`;
  }

  it.each<[string, object, string]>([
    [
      'of another template',
      { 'modelops-template': 'other' },
      'another template',
    ],
    [
      'of somebody else',
      { 'modelops-person': personLabel('mallory') },
      'the mark of the person',
    ],
  ])('is not the one of a job %s', async (_what, labels, why) => {
    const job = knownJob(aStart());
    await plant(job.runId, {
      labels: {
        'modelops-run-id': job.runId,
        'modelops-person': personLabel(ADA),
        'modelops-template': template,
        ...labels,
      },
    });
    const reading = await read(job);
    expect(reading).toMatchObject({ kind: 'not-ours' });
    expect(reading).toHaveProperty('why', expect.stringContaining(why));
  });

  it('is found although it reached Google minutes after it was given up', async () => {
    const job = knownJob(aStart(), {
      notBefore: new Date(Date.now() - 400_000),
      notAfter: new Date(Date.now() - 300_000),
    });
    const platformRunId = await plant(job.runId);
    expect(await read(job)).toMatchObject({ kind: 'found', platformRunId });
  });

  it('is not that of a job that was created at another time', async () => {
    const job = knownJob(aStart(), {
      notBefore: new Date(Date.now() - 3_600_000),
      notAfter: new Date(Date.now() - 3_500_000),
    });
    await plant(job.runId);
    expect(await read(job)).toMatchObject({ kind: 'not-ours' });
  });

  it('stays open when two jobs fit', async () => {
    const job = knownJob(aStart());
    await plant(job.runId);
    await plant(job.runId);
    expect(await read(job)).toMatchObject({ kind: 'unclear' });
  });

  it('stays open when the job runs another program than the template, which may have changed', async () => {
    const job = knownJob(aStart());
    await plant(job.runId);
    const other = weekly(({ customJob }) => {
      customJob.jobSpec.workerPoolSpecs[0].containerSpec.imageUri = 'other:1';
    });
    expect(await read(job, other)).toMatchObject({ kind: 'unclear' });
    expect(await read(job)).toMatchObject({ kind: 'found' });
  });

  it.each<[TemplateName, TemplateName]>([
    ['forecast-weekly', 'forecast-pipeline'],
    ['forecast-pipeline', 'forecast-weekly'],
  ])(
    'is looked for among the jobs of either kind, for %s may have changed',
    async (name, other) => {
      const { platformRunId, ...lost } = await start(
        aStart({ template: name }),
      );
      const never = knownJob(aStart({ template: name }));
      const changed = { ...TEMPLATES, [name]: TEMPLATES[other] };
      const reading = await read(lost, changed);
      expect(reading).toMatchObject({ kind: 'unclear' });
      expect(reading).toHaveProperty(
        'why',
        expect.stringContaining(platformRunId),
      );
      expect(await read(never, changed)).toEqual({ kind: 'missing' });
      const readings = await open(changed).readJobs(
        await project.callAsReader(),
        [lost, never],
      );
      expect(readings.get(lost.runId)?.kind).toBe('unclear');
      expect(readings.get(never.runId)?.kind).toBe('missing');
    },
  );

  it('stays open when the template is gone', async () => {
    expect(await read(knownJob(aStart()), {})).toMatchObject({
      kind: 'unclear',
    });
  });

  it('is found although a secret value is no longer known', async () => {
    const job = knownJob(aStart(), { parameters: { epochs: 2 } });
    const platformRunId = await plant(job.runId);
    expect(await read(job)).toMatchObject({ kind: 'found', platformRunId });
  });
});

describe('a name that is no job', () => {
  it.each(['7', 'customJobs/../models/a', 'models/a', 'pipelineJobs/A', ''])(
    'is not put into an address: %s',
    async platformRunId => {
      const job = knownJob(aStart(), { platformRunId });
      const named = { ...job, platformRunId };
      await project.callAs('ada');
      const { code } = await project.failureOf(
        open().cancel(await project.callAs('ada'), named),
      );
      expect(code).toBe('platform-response-invalid');
      const calls = await project.google.requests();
      expect(calls.filter(({ path }) => path.includes('europe-west4'))).toEqual(
        [],
      );
    },
  );
});

describe('the log', () => {
  it.each<[TemplateName]>([['forecast-weekly'], ['forecast-pipeline']])(
    'of %s is what it wrote, oldest first',
    async template => {
      const job = await trained(template);
      const call = await project.callAs('ada');
      const log = await open().readLogs(call, job, 100_000);
      const lines = log.split('\n');
      expect(lines[0]).toBe('Job is queued.');
      expect(lines).toContain('epochs=2');
      expect(log).toMatch(/epoch 1: loss/);
      expect(lines.at(-1)).toBe('Job is succeeded.');
      const [first] = await project.google.requests({
        path: '/v2/entries:list',
      });
      expect(JSON.parse(first.body)).toMatchObject({
        resourceNames: ['projects/ml-demo'],
        orderBy: 'timestamp desc',
        filter: expect.stringMatching(/ AND timestamp>="20/),
      });
    },
  );

  it('is cut at its beginning', async () => {
    const job = await trained('forecast-weekly');
    const log = await open().readLogs(await project.callAs('ada'), job, 40);
    expect(Buffer.byteLength(log)).toBe(40);
    expect(log.endsWith('Job is succeeded.')).toBe(true);
  });

  /** Of one moment, oldest first: Cloud Logging orders those by their ids, whichever way it was asked for the others. */
  async function logAtOnce(lines: string[], nextPageToken?: string) {
    const entries = lines.map((textPayload, at) => ({
      timestamp: '2026-11-22T09:00:00.5Z',
      insertId: `s${1000 + at}`,
      textPayload,
    }));
    await project.google.fault({
      path: '/v2/entries:list',
      effect: 'body',
      body: JSON.stringify({ entries, nextPageToken }),
      count: 1,
    });
  }

  it('ends with its last line although all of it was written at one moment', async () => {
    const job = await start();
    await logAtOnce(Array.from({ length: 100 }, (_, at) => `line ${at}`));
    const log = await open().readLogs(await project.callAs('ada'), job, 15);
    expect(log).toBe('line 98\nline 99');
  });

  it('is not read for ever when whoever writes it gives everything one moment', async () => {
    const job = await start();
    for (let page = 0; page < 10; page++)
      await logAtOnce(['x'.repeat(250_000)], `page-${page}`);
    const log = await open().readLogs(await project.callAs('ada'), job, 16);
    expect(log).toBe('x'.repeat(16));
    expect(
      await project.google.requests({ path: '/v2/entries:list' }),
    ).toHaveLength(6); // five are more than a MiB
  });

  it('of another job is not in it', async () => {
    const [one, other] = [await start(), await start()];
    await project.google.advanceJob(other.platformRunId, { to: 'RUNNING' });
    const log = await open().readLogs(await project.callAs('ada'), one, 10_000);
    expect(log).toBe('Job is queued.');
  });

  it('says which permission it needs', async () => {
    const job = await start();
    const { message } = await project.failureOf(
      open().readLogs(await project.callAs('grace'), job, 10_000),
    );
    expect(message).toContain('logging.logEntries.list');
    expect(message).toContain('roles/logging.viewer');
  });

  it('comes to an end although Cloud Logging finds nothing for ever', async () => {
    const job = await start();
    const call = await project.callAs('ada');
    for (let at = 0; at < 30; at++)
      await project.google.fault({
        path: '/v2/entries:list',
        effect: 'body',
        body: JSON.stringify({ nextPageToken: `page-${at}` }),
        count: 1,
      });
    expect(await open().readLogs(call, job, 10_000)).toBe('');
  });
});

describe('what a training made', () => {
  it.each<[TemplateName]>([['forecast-weekly'], ['forecast-pipeline']])(
    'is the version of %s, with its evaluation',
    async template => {
      const job = await trained(template);
      const result = await open().readResult(
        await project.callAs('ada'),
        job,
        MODEL,
      );
      expect(result.modelVersion).toMatchObject({
        model: 'demand-forecast',
        version: '3',
        url: expect.stringContaining('/models/demand-forecast/versions/3'),
      });
      expect(result.metrics.length).toBeGreaterThan(0);
    },
  );

  it('is nothing while it runs, and nothing without a model', async () => {
    const job = await start();
    const call = await project.callAs('ada');
    expect(await open().readResult(call, job, MODEL)).toEqual({ metrics: [] });
    expect(await open().readResult(call, job)).toEqual({ metrics: [] });
  });

  it.each<[TemplateName]>([['forecast-weekly'], ['forecast-pipeline']])(
    'tells with its version what %s was started with, but no secret',
    async template => {
      await trained(template);
      const secret = structuredClone(TEMPLATES);
      Object.assign(secret[template].parameters.learning_rate, {
        secret: true,
      });
      const detail = (templates: object) =>
        project
          .callAs('ada')
          .then(call =>
            open(templates).registry!.readVersion(call, MODEL, '3'),
          );
      expect((await detail(TEMPLATES)).parameters).toEqual({
        epochs: '2',
        learning_rate: '0.05',
      });
      expect((await detail(secret)).parameters).toEqual({ epochs: '2' });
      expect((await detail({})).parameters).toEqual({});
    },
  );
});

describe('what cannot be done', () => {
  it('is refused by name', async () => {
    const call = await project.callAs('ada');
    const { resource } = aStart();
    const form = await project.failureOf(
      open().readForm(call, { resource, operation: 'deploy' }),
    );
    expect(form.code).toBe('operation-unsupported');
    const change = {
      ...knownJob(aStart({ runId: randomUUID() })),
      operation: 'deploy' as const,
      resource: { kind: 'endpoint', canonical: 'endpoint/demand-forecast' },
      platformRunId: 'endpoints/demand-forecast@deploy.1.2',
    };
    const { code, message } = await project.failureOf(
      open().cancel(call, change),
    );
    expect(code).toBe('operation-unsupported');
    expect(message).toContain('change it back');
  });
});
