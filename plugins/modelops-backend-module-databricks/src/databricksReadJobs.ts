import {
  PlatformError,
  type JobReading,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { readJob, readRun, toReading } from './databricksJobs';
import { nameOf } from './databricksResources';
import {
  isCovered,
  listKnownRuns,
  listNearbyRuns,
  listPossibleRuns,
} from './databricksRunList';
import {
  searchLostRuns,
  startedInTime,
  type LostStart,
  type Search,
} from './databricksRunSearch';
import type { DatabricksRun } from './databricksSchemas';

type Known = KnownJob & { platformRunId: string };
type Outcomes = Map<string, JobReading | PlatformError>;

/**
 * Reads many jobs: the known runs of a Databricks job in one list, or alone if there is just one; lost ones in lists. What cannot be read is `unclear`,
 * so that it does not keep the others from being read; if nothing can be read, the first error is thrown.
 * @internal
 */
export async function readJobs(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
): Promise<Map<string, JobReading>> {
  const outcomes: Outcomes = new Map();
  let failure: PlatformError | undefined;
  for (const group of groupByResource(jobs)) {
    if (!failure || !endsTheBatch(failure))
      failure = await readGroup(client, call, group, outcomes);
    for (const { runId } of group)
      if (failure && !outcomes.has(runId)) outcomes.set(runId, failure);
  }
  return toReadings(outcomes);
}

function groupByResource(jobs: readonly KnownJob[]): Iterable<KnownJob[]> {
  const groups = new Map<string, KnownJob[]>();
  for (const job of jobs) {
    const { canonical } = job.resource;
    groups.set(canonical, [...(groups.get(canonical) ?? []), job]);
  }
  return groups.values();
}

/** Further calls would fail the same way, each after its deadline. */
function endsTheBatch({ code }: PlatformError): boolean {
  return (
    code === 'platform-unreachable' ||
    code === 'platform-throttled' ||
    code === 'platform-refused-credential'
  );
}

function toReadings(outcomes: Outcomes): Map<string, JobReading> {
  const errors = [...outcomes.values()].filter(
    outcome => outcome instanceof PlatformError,
  );
  if (errors.length > 0 && errors.length === outcomes.size) throw errors[0];
  return new Map(
    [...outcomes].map(([runId, outcome]) => [
      runId,
      outcome instanceof PlatformError
        ? { kind: 'unclear', why: outcome.message }
        : outcome,
    ]),
  );
}

/** Reads the runs of one Databricks job. Gives the error that kept it from reading the rest. */
async function readGroup(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: KnownJob[],
  outcomes: Outcomes,
): Promise<PlatformError | undefined> {
  try {
    await readKnownRuns(client, call, jobs.filter(isKnown), outcomes);
    const lost = jobs.filter(job => !isKnown(job));
    await readLostRuns(client, call, lost, outcomes);
    return undefined;
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
}

function isKnown(job: KnownJob): job is Known {
  return job.platformRunId !== undefined;
}

/** One run that cannot be read must not keep the others from being read, unless they could not be read either. */
async function settle(
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

async function readKnownRuns(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: Known[],
  outcomes: Outcomes,
): Promise<void> {
  const listed = jobs.length > 1 ? await listKnownRuns(client, call, jobs) : [];
  for (const job of jobs) {
    const run = listed.find(({ run_id: id }) => id === job.platformRunId);
    await settle(outcomes, job, () => readKnown(client, call, job, run));
  }
}

/**
 * A run was compared before it got known as ours. Since then its creator may have been renamed and a repair may have
 * changed its parameters; it cannot have become a run of another job.
 */
async function readKnown(
  client: DatabricksClient,
  call: PlatformCall,
  job: Known,
  listed: DatabricksRun | undefined,
): Promise<JobReading> {
  const run = listed ?? (await ifFound(readRun(client, call, job)));
  if (!run) return { kind: 'missing' };
  return run.job_id && run.job_id !== nameOf(job.resource)
    ? notOurs(run, 'it is a run of another job')
    : toReading(client, run);
}

async function readLostRuns(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: KnownJob[],
  outcomes: Outcomes,
): Promise<void> {
  const searches = await searchLost(client, call, jobs);
  for (const { job, search } of searches)
    if (search.kind !== 'missing')
      await settle(outcomes, job, () => toJobReading(client, search));
  const missing = searches.filter(({ search }) => search.kind === 'missing');
  if (missing.length === 0) return;
  // runs/list leaves out what the reader may not view. Only one who may view the job can say that there is no run.
  await ifFound(readJob(client, call, missing[0].job.resource));
  for (const { job } of missing) outcomes.set(job.runId, { kind: 'missing' });
}

/** First by our id among the runs of that time, then among all that may be ours: a queued run begins much later. */
async function searchLost(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: KnownJob[],
): Promise<LostStart[]> {
  const { runIdParameter } = client.settings;
  const nearby = await listNearbyRuns(client, call, jobs);
  const starts = searchLostRuns(jobs, nearby, runIdParameter, () => false);
  const found = starts.filter(
    ({ job, search }) =>
      search.kind === 'ours' && startedInTime(search.run, job),
  );
  const rest = jobs.filter(job => !found.some(start => start.job === job));
  if (rest.length === 0) return found;
  const possible = await listPossibleRuns(client, call, rest);
  const runs = new Map(
    [...nearby, ...possible.runs].map(run => [run.run_id, run]),
  );
  return [
    ...found,
    ...searchLostRuns(rest, [...runs.values()], runIdParameter, job =>
      isCovered(possible, job),
    ),
  ];
}

function toJobReading(client: DatabricksClient, search: Search): JobReading {
  if (search.kind === 'ours')
    return {
      ...toReading(client, search.run),
      ...(search.likeness && { likeness: true }),
    };
  return search.kind === 'not-ours' ? notOurs(search.run, search.why) : search;
}

function notOurs(run: DatabricksRun, why: string): JobReading {
  return {
    kind: 'not-ours',
    platformRunId: run.run_id,
    why: `Run ${run.run_id} on Databricks goes by the id of this run, but ${why}. It was not adopted; have it looked at.`,
  };
}

async function ifFound<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch(error => {
    if (error instanceof PlatformError && error.code === 'platform-not-found')
      return undefined;
    throw error;
  });
}
