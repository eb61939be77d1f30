import { TEMPLATE_NAME } from '../vertexResources';
import { valueAt } from './placeholders';
import type { JobKind } from './trainingJob';
import { TEMPLATE_LABEL } from './trainingTemplate';

/** Names of machines and accelerators, as Google writes them. */
const MACHINE = /^[a-z][a-z0-9-]{1,60}$/;
const ACCELERATOR = /^[A-Z][A-Z0-9_]{1,60}$/;
/** A job has at most four pools that differ. */
const MOST_POOLS = 4;

/**
 * What a job asks for, for the sentence about a quota: `1 × n1-standard-8 with 1 × NVIDIA_TESLA_T4`; of a pipeline, whose
 * machines only its compiled form tells, its template. Undefined where the job does not say.
 * @internal
 */
export function askedFor(kind: JobKind, job: unknown): string | undefined {
  return kind === 'customJobs' ? machinesOf(job) : pipelineOf(job);
}

/** The label comes from an answer when a job is read, so it counts only if it looks like the name of a template. */
function pipelineOf(job: unknown): string | undefined {
  const template = valueAt(job, ['labels', TEMPLATE_LABEL]);
  return typeof template === 'string' && TEMPLATE_NAME.test(template)
    ? `what pipeline ${template} runs on`
    : undefined;
}

function machinesOf(job: unknown): string | undefined {
  const pools = valueAt(job, ['jobSpec', 'workerPoolSpecs']);
  if (!Array.isArray(pools)) return undefined;
  const machines = pools
    .slice(0, MOST_POOLS)
    .flatMap(pool => describe(pool) ?? []);
  return machines.length > 0 ? machines.join(', ') : undefined;
}

function describe(pool: unknown): string | undefined {
  const machine = valueAt(pool, ['machineSpec', 'machineType']);
  if (typeof machine !== 'string' || !MACHINE.test(machine)) return undefined;
  const accelerator = valueAt(pool, ['machineSpec', 'acceleratorType']);
  const count = valueAt(pool, ['machineSpec', 'acceleratorCount']);
  return `${wholeNumber(valueAt(pool, ['replicaCount']))} × ${machine}${
    typeof accelerator === 'string' && ACCELERATOR.test(accelerator)
      ? ` with ${wholeNumber(count)} × ${accelerator}`
      : ''
  }`;
}

/** int64 is a text in Google's JSON; one that is absent counts as one machine. */
function wholeNumber(value: unknown): string {
  return /^[0-9]{1,6}$/.test(String(value)) ? String(value) : '1';
}
