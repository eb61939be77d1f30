import type { KnownJob } from 'backstage-plugin-modelops-node';
import { findDifference } from './databricksRunMatch';
import type { DatabricksRun } from './databricksSchemas';

/** Platform's clock may be behind ours by this much, in milliseconds; hosts keep time to well within a second. */
const CLOCK_SKEW_MS = 15_000;
/** A start may arrive this long after we gave up on its answer, in milliseconds: gateways hold requests for up to a minute. */
const LATE_ARRIVAL_MS = 60_000;

/** What the runs of a job say about a start whose answer was lost. See docs/adr/0001. @internal */
export type Search =
  /** `likeness`: it carries no id, and looks like ours. */
  | { kind: 'ours'; run: DatabricksRun; likeness?: true }
  | { kind: 'not-ours'; run: DatabricksRun; why: string }
  | { kind: 'unclear'; why: string }
  | { kind: 'missing' };

/** A start whose answer was lost, and what became of it. @internal */
export interface LostStart {
  job: KnownJob;
  search: Search;
}

/** Searches for several lost starts of one job. `isComplete`: whether no run that a start can have made is missing. @internal */
export function searchLostRuns(
  jobs: readonly KnownJob[],
  runs: readonly DatabricksRun[],
  runIdParameter: string,
  isComplete: (job: KnownJob) => boolean,
): LostStart[] {
  const starts = jobs.map(job => ({
    job,
    search: searchLostRun(job, runs, runIdParameter, isComplete(job)),
  }));
  const found = starts.flatMap(({ search }) =>
    search.kind === 'ours' ? [search.run.run_id] : [],
  );
  // Two that both match one run: it belongs to one of them, and nobody can say to which.
  return starts.map(({ job, search }) =>
    search.kind === 'ours' &&
    found.filter(id => id === search.run.run_id).length > 1
      ? {
          job,
          search: {
            kind: 'unclear',
            why: `Another lost start matches run ${
              search.run.run_id
            }, too. ${toldApartBy(runIdParameter)}`,
          },
        }
      : { job, search },
  );
}

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
      why: `${alike.length} runs of ${
        job.principal
      } with the same parameters began at that time; any of them may be this one. ${toldApartBy(
        runIdParameter,
      )}`,
    };
  return alike.length === 1
    ? { kind: 'ours', run: alike[0], likeness: true }
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

function toldApartBy(runIdParameter: string): string {
  return `Give the job the parameter ${runIdParameter}, and its runs can be told apart.`;
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

/** Whether a run began when a start can have made it. @internal */
export function startedInTime(run: DatabricksRun, job: KnownJob): boolean {
  const { start_time: start, queue_duration: queuedMs } = run;
  if (!start) return false;
  const from = job.notBefore.getTime() - CLOCK_SKEW_MS;
  const to = latestArrival(job);
  // For a run that had to queue, it is not documented whether the start is before or after the wait.
  return [start.getTime(), start.getTime() - queuedMs].some(
    at => at >= from && at <= to,
  );
}

/** Latest moment a start can have arrived, in epoch milliseconds; infinite while a submit may be under way. @internal */
export function latestArrival(job: KnownJob): number {
  return (job.notAfter?.getTime() ?? Infinity) + LATE_ARRIVAL_MS;
}
