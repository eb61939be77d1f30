import type { JobReading, KnownJob } from './ModelPlatform';
import { PlatformError } from './PlatformError';

/** By run id: what was read of its job, or why nothing was. @public */
export type JobOutcomes = Map<string, JobReading | PlatformError>;

/** Jobs that are read together, with a list or with the calls for one resource. @public */
export interface JobBatch {
  readonly jobs: readonly KnownJob[];
  /** Puts an outcome for each job into the map. What it throws becomes the outcome of the jobs that have none yet. */
  read(outcomes: JobOutcomes): Promise<void>;
}

/**
 * Readings for the jobs of all batches, read one after another. What cannot be read is `unreachable`, so that it does not keep
 * the others from being read; if nothing can be read, the first error is thrown. After a failure that the next calls would share,
 * such as a platform that does not answer, nothing more is asked.
 * @public
 */
export async function readBatches(
  batches: readonly JobBatch[],
): Promise<Map<string, JobReading>> {
  const outcomes: JobOutcomes = new Map();
  let failure: PlatformError | undefined;
  for (const batch of batches) {
    if (!failure || !endsTheBatch(failure))
      failure = await failureOf(batch.read(outcomes));
    for (const { runId } of batch.jobs)
      if (failure && !outcomes.has(runId)) outcomes.set(runId, failure);
  }
  return toReadings(outcomes);
}

/** Jobs by their resource, in the order in which the resources come. @public */
export function groupByResource(jobs: readonly KnownJob[]): KnownJob[][] {
  const groups = new Map<string, KnownJob[]>();
  for (const job of jobs) {
    const { canonical } = job.resource;
    groups.set(canonical, [...(groups.get(canonical) ?? []), job]);
  }
  return [...groups.values()];
}

/**
 * Reads one job. That it cannot be read must not keep the others from being read, unless they could not be read either: then the
 * error is thrown.
 * @public
 */
export async function settleJob(
  outcomes: JobOutcomes,
  job: KnownJob,
  read: () => Promise<JobReading> | JobReading,
): Promise<void> {
  try {
    outcomes.set(job.runId, await read());
  } catch (error) {
    if (!(error instanceof PlatformError) || endsTheBatch(error)) throw error;
    outcomes.set(job.runId, error);
  }
}

/** Whether further calls would fail the same way, each after its deadline. */
function endsTheBatch({ code }: PlatformError): boolean {
  return (
    code === 'platform-unreachable' ||
    code === 'platform-throttled' ||
    code === 'platform-refused-credential'
  );
}

async function failureOf(
  reading: Promise<void>,
): Promise<PlatformError | undefined> {
  try {
    await reading;
    return undefined;
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
}

/** Readings for all; throws the first error if nothing could be read. */
function toReadings(outcomes: JobOutcomes): Map<string, JobReading> {
  const errors = [...outcomes.values()].filter(
    outcome => outcome instanceof PlatformError,
  );
  if (errors.length > 0 && errors.length === outcomes.size) throw errors[0];
  return new Map(
    [...outcomes].map(([runId, outcome]) => [
      runId,
      outcome instanceof PlatformError
        ? { kind: 'unreachable', why: outcome.message }
        : outcome,
    ]),
  );
}
