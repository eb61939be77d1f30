import {
  ifFound,
  settleJob,
  type JobOutcomes,
  type JobReading,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { readJob, toReading } from './databricksJobs';
import {
  isCovered,
  listNearbyRuns,
  listPossibleRuns,
} from './databricksRunList';
import { notOurs } from './databricksRunMatch';
import {
  searchLostRuns,
  startedInTime,
  type LostStart,
  type Search,
} from './databricksRunSearch';

/** Looks for the runs of starts of one Databricks job whose answers were lost. @internal */
export async function readLostRuns(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
  outcomes: JobOutcomes,
): Promise<void> {
  const searches = await ifFound(searchLost(client, call, jobs));
  if (!searches) {
    const why = `${jobs[0].resource.canonical} is no longer on Databricks, so its runs cannot be listed.`;
    for (const { runId } of jobs) outcomes.set(runId, { kind: 'unclear', why });
    return;
  }
  for (const { job, search } of searches)
    if (search.kind !== 'missing')
      await settleJob(outcomes, job, () => toJobReading(client, search));
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
  jobs: readonly KnownJob[],
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
