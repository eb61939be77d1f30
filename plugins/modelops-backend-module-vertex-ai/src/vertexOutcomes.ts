import {
  PlatformError,
  type JobReading,
  type KnownJob,
} from 'backstage-plugin-modelops-node';

/** By run id: what was read of its job, or why nothing was. @internal */
export type Outcomes = Map<string, JobReading | PlatformError>;

/** Whether further calls would fail the same way, each after its deadline. @internal */
export function endsTheBatch({ code }: PlatformError): boolean {
  return (
    code === 'platform-unreachable' ||
    code === 'platform-throttled' ||
    code === 'platform-refused-credential'
  );
}

/**
 * Reads one job. That it cannot be read must not keep the others from being read, unless they could not be read either.
 * @internal
 */
export async function settle(
  outcomes: Outcomes,
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

/** Readings for all; throws the first error if nothing could be read. @internal */
export function toReadings(outcomes: Outcomes): Map<string, JobReading> {
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
