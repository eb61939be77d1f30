import { trainingTemplatesSchema } from './trainingTemplate';

const CONTAINER = {
  imageUri: 'example/trainer:1',
  args: ['--epochs', '{{epochs}}'],
};
const POOL = {
  machineSpec: { machineType: 'n1-standard-4' },
  containerSpec: CONTAINER,
};
const EPOCHS = { type: 'integer', default: 5, minimum: 1, maximum: 50 };

/** A template of one custom job, changed in one of its parts. */
function customJob(
  change: {
    spec?: object;
    pool?: object;
    container?: object;
    job?: object;
    template?: object;
  } = {},
) {
  const containerSpec = { ...CONTAINER, ...change.container };
  const pool = { ...POOL, containerSpec, ...change.pool };
  const jobSpec = { workerPoolSpecs: [pool], ...change.spec };
  return {
    customJob: { jobSpec, ...change.job },
    parameters: { epochs: EPOCHS },
    ...change.template,
  };
}

function pipelineJob(change: object = {}, parameters: object = {}) {
  return {
    pipelineJob: {
      templateUri: 'https://example/pipeline.yaml',
      runtimeConfig: { gcsOutputDirectory: 'gs://bucket/out' },
      ...change,
    },
    parameters,
  };
}

function withParameter(epochs: object) {
  return customJob({ template: { parameters: { epochs } } });
}

/** Problems of a template by their path. */
function problemsOf(template: unknown): Record<string, string> {
  const { error } = trainingTemplatesSchema.safeParse({ weekly: template });
  return Object.fromEntries(
    (error?.issues ?? []).map(({ path, message }) => [
      path.slice(1).join('.'),
      message,
    ]),
  );
}

const POOL_PATH = 'customJob.jobSpec.workerPoolSpecs.0';

describe('a template', () => {
  it.each<[string, object]>([
    ['a custom job', customJob()],
    [
      'our run id and a parameter in the environment',
      customJob({
        container: {
          env: [
            { name: 'EPOCHS', value: '{{epochs}}' },
            { name: 'RUN', value: '{{modelops.runId}}' },
          ],
        },
      }),
    ],
    [
      'a python package',
      customJob({
        pool: {
          containerSpec: undefined,
          pythonPackageSpec: { pythonModule: 'train', args: ['{{ epochs }}'] },
        },
      }),
    ],
    [
      'a machine that is chosen from an enum',
      {
        ...customJob({
          pool: { machineSpec: { machineType: '{{machine}}' } },
        }),
        parameters: {
          epochs: EPOCHS,
          machine: { type: 'string', enum: ['n1-standard-4'] },
        },
      },
    ],
    [
      'a pipeline with a typed value',
      pipelineJob(
        {
          runtimeConfig: {
            gcsOutputDirectory: 'gs://bucket/out',
            parameterValues: { epochs: '{{epochs}}' },
          },
        },
        { epochs: EPOCHS },
      ),
    ],
    [
      "a compiled pipeline with Kubeflow's own placeholders",
      pipelineJob({
        templateUri: undefined,
        pipelineSpec: { args: ["{{$.inputs.parameters['epochs']}}"] },
      }),
    ],
  ])('takes %s', (_what, template) => {
    expect(problemsOf(template)).toEqual({});
  });

  it.each<[string, object, string, string]>([
    [
      'a placeholder in the image',
      customJob({ container: { imageUri: '{{epochs}}' } }),
      `${POOL_PATH}.containerSpec.imageUri`,
      'only of a parameter with an enum',
    ],
    [
      'one in the command',
      customJob({ container: { command: ['sh', '{{epochs}}'] } }),
      `${POOL_PATH}.containerSpec.command.1`,
      'only of a parameter with an enum',
    ],
    [
      'one in the service account',
      customJob({ spec: { serviceAccount: '{{epochs}}' } }),
      'customJob.jobSpec.serviceAccount',
      'only of a parameter with an enum',
    ],
    [
      'one in the machine',
      customJob({ pool: { machineSpec: { machineType: '{{epochs}}' } } }),
      `${POOL_PATH}.machineSpec.machineType`,
      'only of a parameter with an enum',
    ],
    [
      'one in the network',
      customJob({ spec: { network: '{{epochs}}' } }),
      'customJob.jobSpec.network',
      'only of a parameter with an enum',
    ],
    [
      'one in the bucket of a pipeline',
      pipelineJob(
        {
          runtimeConfig: {
            gcsOutputDirectory: 'gs://{{epochs}}/out',
            parameterValues: { epochs: '{{epochs}}' },
          },
        },
        { epochs: EPOCHS },
      ),
      'pipelineJob.runtimeConfig.gcsOutputDirectory',
      'part of a placeholder',
    ],
    [
      'our run id outside of values',
      customJob({ job: { displayName: '{{modelops.runId}}' } }),
      'customJob.displayName',
      'only of a parameter with an enum',
    ],
    [
      'one in the middle of an argument',
      customJob({ container: { args: ['--epochs={{epochs}}'] } }),
      `${POOL_PATH}.containerSpec.args.0`,
      'has to be the whole value',
    ],
    [
      'one in the name of a variable',
      customJob({
        container: { env: [{ name: '{{epochs}}', value: '{{epochs}}' }] },
      }),
      `${POOL_PATH}.containerSpec.env.0.name`,
      'only of a parameter with an enum',
    ],
    [
      'one in the name of a field',
      customJob({ spec: { '{{epochs}}': 'a' } }),
      'customJob.jobSpec.{{epochs}}',
      'has to be the whole value',
    ],
    [
      'one of no parameter',
      customJob({ container: { args: ['{{epochs}}', '{{epcohs}}'] } }),
      `${POOL_PATH}.containerSpec.args.1`,
      "names a parameter 'epcohs' that the template does not declare; declared: epochs",
    ],
    [
      'one of what every object has',
      customJob({ container: { args: ['{{epochs}}', '{{constructor}}'] } }),
      `${POOL_PATH}.containerSpec.args.1`,
      "parameter 'constructor' that the template does not declare",
    ],
    [
      'one in a compiled pipeline',
      pipelineJob({
        templateUri: undefined,
        pipelineSpec: { args: ['{{epochs}}'] },
      }),
      'pipelineJob.pipelineSpec.args.0',
      'does not declare',
    ],
    [
      'a parameter without a place',
      customJob({ container: { args: [] } }),
      'parameters.epochs',
      "is not used; write '{{epochs}}'",
    ],
    ['no job', { parameters: {} }, '', 'one of customJob and pipelineJob'],
    [
      'two jobs',
      { ...customJob(), pipelineJob: pipelineJob().pipelineJob },
      '',
      'one of customJob and pipelineJob',
    ],
    [
      'a pipeline without a program',
      pipelineJob({ templateUri: undefined }),
      'pipelineJob',
      'one of templateUri and pipelineSpec',
    ],
    [
      'a spelling that Google reads and we do not',
      customJob({ spec: { service_account: 'other@example.com' } }),
      'customJob.jobSpec.service_account',
      'without _',
    ],
    [
      'a default that names another variable',
      customJob({
        container: { args: ['{{epochs}}', '{{note}}'] },
        template: {
          parameters: {
            epochs: EPOCHS,
            note: { type: 'string', default: '$(PASSWORD)' },
          },
        },
      }),
      'parameters.note.default',
      "must not contain '$('",
    ],
    [
      'a secret that is chosen from a list',
      withParameter({ type: 'string', enum: ['a'], secret: true }),
      'parameters.epochs.secret',
      'does not go with enum',
    ],
    [
      'a label of ours',
      customJob({ job: { labels: { 'modelops-run-id': 'a' } } }),
      'customJob.labels',
      'every job gets',
    ],
    [
      'a default outside of the bounds',
      withParameter({ ...EPOCHS, default: 51 }),
      'parameters.epochs.default',
      'at most 50',
    ],
    [
      'a default of another type',
      withParameter({ type: 'integer', default: '5' }),
      'parameters.epochs.default',
      'has to be a number',
    ],
    [
      'a minimum above the maximum',
      withParameter({ type: 'integer', minimum: 2, maximum: 1 }),
      'parameters.epochs.minimum',
      'more than maximum',
    ],
    [
      'bounds of a text',
      withParameter({ type: 'string', maximum: 1 }),
      'parameters.epochs.maximum',
      'does not go with type string',
    ],
    [
      'a pattern that is none',
      withParameter({ type: 'string', pattern: '(' }),
      'parameters.epochs.pattern',
      'no regular expression',
    ],
    [
      'an enum of another type',
      withParameter({ type: 'string', enum: [1] }),
      'parameters.epochs.enum',
      'values of type string',
    ],
  ])('refuses %s, and says where', (_what, template, path, sentence) => {
    const problems = problemsOf(template);
    expect(Object.keys(problems)).toContain(path);
    expect(problems[path]).toContain(sentence);
  });
});
