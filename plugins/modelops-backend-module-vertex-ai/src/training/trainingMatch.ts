import type { JobReading, KnownJob } from 'backstage-plugin-modelops-node';
import { isOfItsTime } from '../vertexClock';
import { nameOf } from '../vertexResources';
import { personLabel } from './jobToStart';
import {
  asText,
  isPipelineParameter,
  placesOf,
  RUN_ID_PLACEHOLDER,
  valueAt,
  type JobPath,
} from './placeholders';
import { jobOf, kindOf, serviceAccountOf } from './templates';
import type { TrainingJob } from './trainingJob';
import {
  PERSON_LABEL,
  TEMPLATE_LABEL,
  type TrainingTemplate,
} from './trainingTemplate';

/** Where a job that carries our id is not the one we asked for, in a sentence of ours. @internal */
export interface Difference {
  /** `template` proves nothing: what app-config says may have changed since the start. */
  in: 'person' | 'parameters' | 'time' | 'template';
  why: string;
}

const PROGRAM: readonly JobPath[] = [
  ['containerSpec', 'imageUri'],
  ['pythonPackageSpec', 'executorImageUri'],
  ['pythonPackageSpec', 'pythonModule'],
];

/** What is compared: what was sent, by whom, and when if that is known. */
type Sent = Pick<KnownJob, 'resource' | 'parameters' | 'principal' | 'runId'> &
  Partial<Pick<KnownJob, 'notBefore' | 'notAfter'>>;

/**
 * Compares a job with what was, or would have been, sent. Vertex AI does not tell who created a job: the labels are all there is,
 * and whoever may create jobs can write any (README, who did it).
 * @internal
 */
export function findDifference(
  job: TrainingJob,
  template: TrainingTemplate,
  sent: Sent,
): Difference | undefined {
  if (job.labels[PERSON_LABEL] !== personLabel(sent.principal))
    return { in: 'person', why: 'it does not carry the mark of the person' };
  if (job.labels[TEMPLATE_LABEL] !== nameOf(sent.resource))
    return { in: 'parameters', why: 'it was made from another template' };
  if (job.kind !== kindOf(template))
    return { in: 'template', why: 'it is of another kind than the template' };
  const parameter = findOtherParameter(job, template, sent);
  if (parameter !== undefined)
    return {
      in: 'parameters',
      why: `its parameter '${parameter}' has another value`,
    };
  if (!createdInTime(job, sent))
    return { in: 'time', why: 'it was created at another time' };
  const part = findOtherProgram(job, template);
  return part
    ? { in: 'template', why: `its ${part} is not the one of the template` }
    : undefined;
}

/** Whether a job was created when a start can have made it. @internal */
export function createdInTime(job: TrainingJob, sent: Sent): boolean {
  const { notBefore, notAfter } = sent;
  return !notBefore || isOfItsTime(job.createTime, { notBefore, notAfter });
}

/** What is said of a job that goes by the id of ours and is another one. @internal */
export function notOurs(
  { platformRunId }: TrainingJob,
  why: string,
): Extract<JobReading, { kind: 'not-ours' }> {
  return {
    kind: 'not-ours',
    platformRunId,
    why: `${platformRunId} on Vertex AI goes by the id of this run, but ${why}. It was not adopted; have it looked at.`,
  };
}

/**
 * Name of a parameter that differs or is missing. Parameters that we do not know the value of, such as masked ones, are
 * not compared.
 */
function findOtherParameter(
  { body }: TrainingJob,
  template: TrainingTemplate,
  { parameters, runId }: Sent,
): string | undefined {
  const values: Readonly<Record<string, string | number | boolean>> = {
    ...parameters,
    [RUN_ID_PLACEHOLDER]: runId,
  };
  const other = placesOf(jobOf(template)).find(
    ({ path, name }) =>
      path[0] !== 'pipelineSpec' && // not in a list
      Object.hasOwn(values, name) &&
      !isSame(valueAt(body, path), values[name], path),
  );
  return other?.name;
}

/** Values of a pipeline keep their type, but a number may come back as another spelling of it. */
function isSame(
  found: unknown,
  sent: string | number | boolean,
  path: JobPath,
): boolean {
  // Google leaves out what is empty or 0.
  if (found === undefined)
    return !isPipelineParameter(path) && (sent === '' || sent === 0);
  // Anybody may have made the job that is compared; an object could throw as it becomes a text.
  if (typeof found === 'object') return false;
  return isPipelineParameter(path) && typeof sent === 'number'
    ? Number(found) === sent
    : String(found) === asText(sent);
}

/**
 * The part of a job that decides what runs and as whom, and is not the template's. Vertex AI fills in much that a template leaves
 * out, so only what a template says is compared.
 */
function findOtherProgram(
  { body }: TrainingJob,
  template: TrainingTemplate,
): string | undefined {
  const wanted = jobOf(template);
  const account = serviceAccountOf(wanted);
  if (account && !hasPlace(account) && serviceAccountOf(body) !== account)
    return 'service account';
  const templateUri = valueAt(wanted, ['templateUri']);
  if (
    templateUri !== undefined &&
    valueAt(body, ['templateUri']) !== templateUri
  )
    return 'pipeline';
  const pools = template.customJob?.jobSpec.workerPoolSpecs ?? [];
  for (let at = 0; at < pools.length; at++)
    for (const part of PROGRAM) {
      const path = ['jobSpec', 'workerPoolSpecs', at, ...part];
      const value = valueAt(wanted, path);
      if (
        value !== undefined &&
        !hasPlace(value) &&
        valueAt(body, path) !== value
      )
        return 'program';
    }
  return undefined;
}

function hasPlace(value: unknown): boolean {
  return placesOf({ value }).length > 0;
}
