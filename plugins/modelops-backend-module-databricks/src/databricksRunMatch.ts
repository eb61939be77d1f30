import type { KnownJob, StartJob } from 'backstage-plugin-modelops-node';
import { asciiLowerCase, nameOf } from './databricksResources';
import type { DatabricksRun } from './databricksSchemas';

/** Platform's clock may be behind ours by this much, in milliseconds; hosts keep time to well within a second. */
const CLOCK_SKEW_MS = 15_000;
/** A start may arrive this long after we gave up on its answer, in milliseconds: gateways hold requests for up to a minute. */
const LATE_ARRIVAL_MS = 60_000;

/** Where a run is not the one we asked for, in a sentence of ours. @internal */
export interface Difference {
  /** `creator-unknown` proves nothing: Databricks leaves out users that were deleted. */
  in: 'job' | 'creator' | 'creator-unknown' | 'parameters';
  why: string;
}

/** Compares a run with what was, or would have been, sent. @internal */
export function findDifference(
  run: DatabricksRun,
  job: Pick<StartJob, 'resource' | 'parameters'> & { principal: string },
): Difference | undefined {
  if (run.job_id !== nameOf(job.resource))
    return { in: 'job', why: 'it is a run of another job' };
  if (!run.creator_user_name)
    return {
      in: 'creator-unknown',
      why: 'Databricks does not say who started it',
    };
  if (!isSamePrincipal(run.creator_user_name, job.principal))
    return { in: 'creator', why: 'somebody else started it' };
  const name = findOtherParameter(run, toSentParameters(job));
  return name === undefined
    ? undefined
    : { in: 'parameters', why: `its parameter '${name}' has another value` };
}

/** Whether two names mean one principal on Databricks, which ignores case. @internal */
export function isSamePrincipal(one: string, other: string): boolean {
  return asciiLowerCase(one) === asciiLowerCase(other);
}

/** Parameters as the platform gets them, without the one that carries our id: all values are text. @internal */
export function toSentParameters(
  job: Pick<StartJob, 'parameters'>,
): Map<string, string> {
  return new Map(
    Object.entries(job.parameters).map(([name, value]) => [
      name,
      String(value),
    ]),
  );
}

/**
 * Name of a parameter that differs or is missing. Parameters that we do not know the value of, such as masked ones, are
 * not compared.
 */
function findOtherParameter(
  run: DatabricksRun,
  sent: ReadonlyMap<string, string>,
): string | undefined {
  const found = new Map(
    run.job_parameters.map(({ name, value, default: fallback }) => [
      name,
      value ?? fallback ?? '',
    ]),
  );
  return [...sent.keys()].find(name => found.get(name) !== sent.get(name));
}

/** What the runs of a job say about a start whose answer was lost. See docs/adr/0001. @internal */
export type Search =
  | { kind: 'ours'; run: DatabricksRun }
  | { kind: 'not-ours'; run: DatabricksRun; why: string }
  | { kind: 'unclear'; why: string }
  | { kind: 'missing' };

/** Finds the run of a start whose answer was lost, among runs of its job. @internal */
export function searchLostRun(
  job: KnownJob,
  runs: readonly DatabricksRun[],
  runIdParameter: string,
  complete: boolean,
): Search {
  const free = runs.filter(run => !job.claimed.has(run.run_id));
  const marked = free.filter(run => markOf(run, runIdParameter) === job.runId);
  if (marked.length > 0) return searchMarked(job, marked);
  if (!complete)
    return {
      kind: 'unclear',
      why: `${job.resource.canonical} has too many runs to look at them all.`,
    };
  const alike = free.filter(
    run =>
      markOf(run, runIdParameter) === undefined &&
      run.trigger === 'ONE_TIME' &&
      (run.run_type ?? 'JOB_RUN') === 'JOB_RUN' &&
      startedInTime(run, job) &&
      !findDifference(run, job),
  );
  if (alike.length > 1)
    return {
      kind: 'unclear',
      why: `${alike.length} runs of ${job.principal} with the same parameters began at that time; any of them may be this one.`,
    };
  return alike.length === 1
    ? { kind: 'ours', run: alike[0] }
    : { kind: 'missing' };
}

/** Among runs that carry our id, which anybody who knows it can give to a run. */
function searchMarked(job: KnownJob, marked: DatabricksRun[]): Search {
  const compared = marked.map(run => ({
    run,
    difference: findDifference(run, job),
  }));
  const same = compared.filter(({ difference }) => !difference);
  // Repeating a run in the console copies its parameters; a repetition is later than any answer could have been.
  const ours =
    same.length > 1 ? same.filter(({ run }) => startedInTime(run, job)) : same;
  if (ours.length === 1) return { kind: 'ours', run: ours[0].run };
  if (same.length > 1)
    return {
      kind: 'unclear',
      why: `${same.length} runs carry the id of this run.`,
    };
  const { run, difference } = compared[0];
  if (difference?.in === 'creator-unknown')
    return {
      kind: 'unclear',
      why: `Run ${run.run_id} carries the id of this run, but ${difference.why}.`,
    };
  return { kind: 'not-ours', run, why: difference?.why ?? 'it is another run' };
}

/** Our id on a run; undefined if the job does not declare the parameter. */
function markOf(
  run: DatabricksRun,
  runIdParameter: string,
): string | undefined {
  const parameter = run.job_parameters.find(
    ({ name }) => name === runIdParameter,
  );
  return parameter && (parameter.value ?? parameter.default ?? '');
}

function startedInTime(run: DatabricksRun, job: KnownJob): boolean {
  const { start_time: start, queue_duration: queuedMs } = run;
  if (!start) return false;
  const from = job.notBefore.getTime() - CLOCK_SKEW_MS;
  const to = (job.notAfter?.getTime() ?? Infinity) + LATE_ARRIVAL_MS;
  // For a run that had to queue, it is not documented whether the start is before or after the wait.
  return [start.getTime(), start.getTime() - queuedMs].some(
    at => at >= from && at <= to,
  );
}
