import { ADA, aStart, TEMPLATES } from '../__testUtils__/trainings';
import { personLabel } from './jobToStart';
import type { TrainingJob } from './trainingJob';
import { findDifference } from './trainingMatch';
import { trainingTemplatesSchema } from './trainingTemplate';

/** A job as Google tells of it: with our labels, made of a template's job whose values are `values`. */
function jobOf(
  kind: TrainingJob['kind'],
  name: string,
  body: object,
): TrainingJob {
  return {
    kind,
    id: '1',
    platformRunId: `${kind}/1`,
    labels: {
      'modelops-person': personLabel(ADA),
      'modelops-template': name,
    },
    body: body as TrainingJob['body'],
  };
}

describe('A job that carries our labels', () => {
  it.each([{ toString: 1, valueOf: 1 }, [[['5']]], null])(
    'is another one when a parameter is %j, and nothing throws',
    epochs => {
      const { 'forecast-pipeline': template } = trainingTemplatesSchema.parse({
        'forecast-pipeline': TEMPLATES['forecast-pipeline'],
      });
      const { pipelineJob } = TEMPLATES['forecast-pipeline'];
      const sent = aStart({ template: 'forecast-pipeline' });
      const planted = jobOf('pipelineJobs', 'forecast-pipeline', {
        ...pipelineJob,
        runtimeConfig: {
          parameterValues: { ...sent.parameters, epochs },
        },
      });
      expect(findDifference(planted, template, sent)).toMatchObject({
        in: 'parameters',
        why: expect.stringContaining("'epochs'"),
      });
    },
  );

  it('is ours when Google leaves out an empty value', () => {
    const containerSpec = {
      imageUri: 'example/trainer:1',
      env: [{ name: 'NOTE', value: '{{note}}' }],
    };
    const customJob = { jobSpec: { workerPoolSpecs: [{ containerSpec }] } };
    const { weekly } = trainingTemplatesSchema.parse({
      weekly: {
        customJob,
        parameters: { note: { type: 'string', default: '' } },
      },
    });
    const sent = {
      ...aStart({ template: 'weekly' }),
      parameters: { note: '' },
    };
    const answered = structuredClone(customJob);
    delete (
      answered.jobSpec.workerPoolSpecs[0].containerSpec.env[0] as {
        value?: string;
      }
    ).value;
    expect(
      findDifference(jobOf('customJobs', 'weekly', answered), weekly, sent),
    ).toBeUndefined();
  });
});
