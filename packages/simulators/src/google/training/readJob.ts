import { invalidArgument } from '../googleErrors';
import { requireLabels } from '../messages/labels';
import { readMessage, type Message } from '../messages/readMessage';
import { CUSTOM_JOB, OUTPUT_ONLY_FIELDS, PIPELINE_JOB } from './jobShapes';

/** Limits of the messages. Source: custom_job.proto, env_var. */
const MAX_DISPLAY_NAME = 128;
const MAX_ENV = 100;

/** Machine types that exist in the demo's location. */
const MACHINE_TYPES = [
  'e2-standard-4',
  'e2-standard-8',
  'n1-standard-4',
  'n1-standard-8',
  'n1-highmem-8',
  'n2-standard-4',
  'n2-standard-8',
  'g2-standard-8',
];

/** The custom job that a body asks for, without what only answers have. Refuses what Google's validation would. */
export function readCustomJob(body: Message): Message {
  const job = asked(readMessage(body, CUSTOM_JOB));
  requireText(job.displayName, 'display_name');
  if (!job.jobSpec) throw missing('job_spec');
  const pools: Message[] = job.jobSpec.workerPoolSpecs ?? [];
  if (pools.length === 0) throw missing('job_spec.worker_pool_specs');
  pools.forEach((pool, index) =>
    requirePool(pool, `job_spec.worker_pool_specs[${index}]`),
  );
  if (Number(pools[0].replicaCount ?? 1) !== 1)
    throw invalidArgument(
      'The replica count of the first worker pool must be 1.',
    );
  return job;
}

/** The same for a pipeline job. */
export function readPipelineJob(body: Message): Message {
  const job = asked(readMessage(body, PIPELINE_JOB));
  if (job.displayName !== undefined)
    requireText(job.displayName, 'display_name');
  if (job.pipelineSpec === undefined && !job.templateUri)
    throw missing('pipeline_spec or template_uri');
  const folder = job.runtimeConfig?.gcsOutputDirectory;
  if (!folder) throw missing('runtime_config.gcs_output_directory');
  if (!/^gs:\/\/[a-z0-9][\w.-]+/.test(folder))
    throw invalidArgument(`Invalid Cloud Storage path: ${folder}.`);
  const values = job.runtimeConfig.parameterValues ?? {};
  if (typeof values !== 'object' || Array.isArray(values))
    throw invalidArgument(
      "Invalid value at 'pipeline_job.runtime_config.parameter_values'.",
    );
  return job;
}

function asked(message: Message): Message {
  requireLabels(message.labels);
  return Object.fromEntries(
    Object.entries(message).filter(
      ([field, value]) =>
        value !== undefined && !OUTPUT_ONLY_FIELDS.includes(field),
    ),
  );
}

function requirePool(pool: Message, at: string): void {
  const { containerSpec, pythonPackageSpec, machineSpec } = pool;
  if ((containerSpec === undefined) === (pythonPackageSpec === undefined))
    throw invalidArgument(
      `Exactly one of container_spec and python_package_spec must be set in ${at}.`,
    );
  if (containerSpec && !containerSpec.imageUri)
    throw missing(`${at}.container_spec.image_uri`);
  const env: Message[] = (containerSpec ?? pythonPackageSpec).env ?? [];
  if (env.length > MAX_ENV)
    throw invalidArgument(`At most ${MAX_ENV} environment variables.`);
  if (env.some(({ name }) => !name)) throw missing(`${at} env.name`);
  if (!machineSpec?.machineType)
    throw missing(`${at}.machine_spec.machine_type`);
  // Source of the text: reference, google section 3.8.
  if (!MACHINE_TYPES.includes(machineSpec.machineType))
    throw invalidArgument(
      `Machine type "${machineSpec.machineType}" is not supported.`,
    );
}

function requireText(text: string | undefined, field: string): void {
  if (!text) throw missing(field);
  if ([...text].length > MAX_DISPLAY_NAME)
    throw invalidArgument(
      `The field ${field} must have at most ${MAX_DISPLAY_NAME} characters.`,
    );
}

function missing(field: string) {
  return invalidArgument(`Required field is not set: ${field}.`);
}
