import { z } from 'zod';
import { RUN_ID_LABEL } from '../vertexLabels';
import { TEMPLATE_NAME } from '../vertexResources';
import { checkPlaceholders } from './placeholders';
import { trainingParameterSchema } from './trainingParameter';

/** Labels of a job that are ours, beside the id of its run; a template must not set them. @internal */
export const PERSON_LABEL = 'modelops-person';
/** Name of the template that a job was made from. @internal */
export const TEMPLATE_LABEL = 'modelops-template';
const OUR_LABELS = [RUN_ID_LABEL, PERSON_LABEL, TEMPLATE_LABEL];

/** Source: Vertex AI `labels`, and Cloud Billing's narrower rule, by which costs are found. */
const labelsSchema = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/),
    z.string().regex(/^[a-z0-9_-]{0,63}$/),
  )
  .refine(
    labels => !OUR_LABELS.some(label => Object.hasOwn(labels, label)),
    `must not hold ${OUR_LABELS.join(', ')}, which every job gets`,
  );
/** Names of parameters, as placeholders, guardrails and forms write them. */
const parameterNameSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'must be letters, digits and _');

const serviceAccountSchema = z.string().min(1).optional();

/** Vertex AI `WorkerPoolSpec`: what is not named here is sent as it is written. Source: google/cloud/aiplatform/v1/custom_job.proto. */
const workerPoolSchema = z.looseObject({
  machineSpec: z
    .looseObject({
      machineType: z.string(),
      acceleratorType: z.string().optional(),
      acceleratorCount: z.union([z.int(), z.string()]).optional(),
    })
    .optional(),
  replicaCount: z.union([z.int(), z.string()]).optional(),
  containerSpec: z.looseObject({ imageUri: z.string() }).optional(),
  pythonPackageSpec: z.looseObject({ pythonModule: z.string() }).optional(),
});

/** Vertex AI `CustomJob`, without what it answers. */
const customJobSchema = z.strictObject({
  displayName: z.string().min(1).max(128).optional(),
  jobSpec: z.looseObject({
    workerPoolSpecs: z.array(workerPoolSchema).min(1),
    serviceAccount: serviceAccountSchema,
  }),
  labels: labelsSchema.optional(),
  encryptionSpec: z.looseObject({}).optional(),
});

/** Vertex AI `PipelineJob`, without what it answers. Source: pipeline_job.proto. */
const pipelineJobSchema = z
  .strictObject({
    displayName: z.string().min(1).max(128).optional(),
    templateUri: z.string().min(1).optional(),
    pipelineSpec: z.looseObject({}).optional(),
    runtimeConfig: z.looseObject({
      gcsOutputDirectory: z.string().regex(/^gs:\/\//, 'must begin with gs://'),
      parameterValues: z.record(z.string(), z.json()).optional(),
    }),
    serviceAccount: serviceAccountSchema,
    labels: labelsSchema.optional(),
    network: z.string().optional(),
    encryptionSpec: z.looseObject({}).optional(),
  })
  .refine(
    job => (job.templateUri === undefined) !== (job.pipelineSpec === undefined),
    'needs one of templateUri and pipelineSpec',
  );

/** What Train starts: one job, with places for parameters. @internal */
export const trainingTemplateSchema = z
  .strictObject({
    title: z.string().min(1).max(100).optional(),
    customJob: customJobSchema.optional(),
    pipelineJob: pipelineJobSchema.optional(),
    parameters: z
      .record(parameterNameSchema, trainingParameterSchema)
      .default({}),
  })
  .superRefine((template, context) => {
    const { customJob, pipelineJob } = template;
    if ((customJob === undefined) === (pipelineJob === undefined))
      context.addIssue({
        code: 'custom',
        message: 'needs one of customJob and pipelineJob',
      });
    for (const path of otherSpellings({ customJob, pipelineJob }))
      context.addIssue({
        code: 'custom',
        path,
        message: 'has to be written as in the REST API, without _',
      });
    for (const { path, message } of checkPlaceholders(template))
      context.addIssue({ code: 'custom', path, message });
  });
/** Parts of a job whose keys are of people's own making. */
const FREE_KEYS: ReadonlySet<string> = new Set([
  'pipelineSpec',
  'parameterValues',
  'labels',
]);

/** Google also reads `service_account`; we would not, and say that the job runs as somebody else. */
function* otherSpellings(
  value: unknown,
  path: Array<string | number> = [],
): Generator<Array<string | number>> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (key.includes('_')) yield at;
    else if (!FREE_KEYS.has(key)) yield* otherSpellings(inner, at);
  }
}

/** What Train starts. @internal */
export type TrainingTemplate = z.output<typeof trainingTemplateSchema>;

/** `trainingTemplates` of a connection. @internal */
export const trainingTemplatesSchema = z.record(
  z.string().regex(TEMPLATE_NAME, 'must be 1 to 63 of a-z 0-9 -'),
  trainingTemplateSchema,
);
