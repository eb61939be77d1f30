import { randomUUID } from 'node:crypto';
import type { StartJob } from 'backstage-plugin-modelops-node';
import { googlePerson } from 'modelops-simulators';

export const ADA = googlePerson('ada@acme.example');
export const TRAINER = 'forecast-trainer@ml-demo.iam.gserviceaccount.com';
export const MODEL = { kind: 'model', canonical: 'model/demand-forecast' };

/** Parameters of a short training. */
export const PARAMETERS = { epochs: 2, learning_rate: 0.05 };

const DECLARED = {
  epochs: { type: 'integer', default: 5, minimum: 1, maximum: 50 },
  learning_rate: { type: 'number', default: 0.05, minimum: 0.0001, maximum: 1 },
};

/** The demo's training as a custom job and as a pipeline. */
export const TEMPLATES = {
  'forecast-weekly': {
    title: 'Weekly forecast',
    customJob: {
      jobSpec: {
        serviceAccount: TRAINER,
        workerPoolSpecs: [
          {
            machineSpec: { machineType: 'n1-standard-4' },
            replicaCount: 1,
            containerSpec: {
              imageUri:
                'europe-west4-docker.pkg.dev/ml-demo/training/forecast-trainer:3',
              args: [
                '--epochs',
                '{{epochs}}',
                '--learning-rate',
                '{{learning_rate}}',
              ],
              env: [
                { name: 'MODEL', value: 'demand-forecast' },
                { name: 'MODELOPS_RUN_ID', value: '{{modelops.runId}}' },
              ],
            },
          },
        ],
      },
    },
    parameters: { ...DECLARED },
  },
  'forecast-pipeline': {
    pipelineJob: {
      displayName: 'forecast pipeline',
      templateUri:
        'https://europe-west4-kfp.pkg.dev/ml-demo/pipelines/forecast/latest',
      serviceAccount: TRAINER,
      runtimeConfig: {
        gcsOutputDirectory: 'gs://ml-demo-pipelines/123456789012',
        parameterValues: {
          epochs: '{{epochs}}',
          learning_rate: '{{learning_rate}}',
          model: 'demand-forecast',
          run_id: '{{modelops.runId}}',
        },
      },
    },
    parameters: { ...DECLARED },
  },
};
/** Name of a template of the tests. */
export type TemplateName = keyof typeof TEMPLATES;

/** A start of the weekly forecast by ada, unless told. */
export function aStart(
  change: Partial<StartJob> & { template?: string } = {},
): StartJob & { principal: string } {
  const { template = 'forecast-weekly', ...rest } = change;
  return {
    runId: randomUUID(),
    operation: 'start',
    resource: {
      kind: 'training-template',
      canonical: `training-template/${template}`,
    },
    parameters: PARAMETERS,
    principal: ADA,
    jobRunsAs: TRAINER,
    ...rest,
  };
}
