import type { KnownJob, PlatformCall } from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { jobIdOf } from './databricksJobs';
import { latestArrival } from './databricksRunSearch';
import { runsPageSchema, type DatabricksRun } from './databricksSchemas';

/** Most runs per page of runs/list: "greater than 0 and less than 25". */
const RUNS_PER_PAGE = 24;
/** Runs that began this long before or after are listed too, in milliseconds: the clock of the workspace may be wrong. */
const LIST_MARGIN_MS = 10 * 60_000;
/**
 * Longest time Databricks keeps a run in its queue, in milliseconds. A run that had to queue may show the end of the wait
 * as its start. Source: https://docs.databricks.com/aws/en/jobs/advanced, "the run is queued for up to 48 hours".
 */
const LONGEST_QUEUE_MS = 48 * 3_600_000;

/** Runs of one Databricks job that began within some time. @internal */
export interface ListedRuns {
  runs: DatabricksRun[];
  /** False if there are more than were read. */
  complete: boolean;
}

/** A time, in epoch milliseconds; the ends belong to it. `to` is infinite if it has no end. */
interface Span {
  from: number;
  to: number;
}

/** Lists the runs of one job since the first of some starts, until all of these runs are there. @internal */
export async function listKnownRuns(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: ReadonlyArray<KnownJob & { platformRunId: string }>,
): Promise<DatabricksRun[]> {
  const wanted = jobs.map(job => job.platformRunId);
  const from = Math.min(...jobs.map(earliestListed));
  const { runs } = await listRuns(
    client,
    call,
    jobs[0],
    { from, to: Infinity },
    read => {
      const seen = new Set(read.map(run => run.run_id));
      return wanted.every(id => seen.has(id));
    },
  );
  return runs;
}

/**
 * Lists the runs that began when some lost starts were sent: few, however many a busy job had since. A run that had to
 * queue may be absent. A start that may still be under way is not looked for here. @internal
 */
export async function listNearbyRuns(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
): Promise<DatabricksRun[]> {
  const runs: DatabricksRun[] = [];
  for (const span of nearbySpans(jobs))
    runs.push(...(await listRuns(client, call, jobs[0], span)).runs);
  return runs;
}

/** Spans that overlap are one. */
function nearbySpans(jobs: readonly KnownJob[]): Span[] {
  const spans = jobs
    .filter(job => job.notAfter !== undefined)
    .map(job => ({
      from: earliestListed(job),
      to: latestArrival(job) + LIST_MARGIN_MS,
    }))
    .sort((a, b) => a.from - b.from);
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else joined.push(span);
  }
  return joined;
}

/** Lists all runs that some lost starts can have made, those that had to queue among them. @internal */
export async function listPossibleRuns(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
): Promise<ListedRuns> {
  const from = Math.min(...jobs.map(earliestListed));
  const to =
    Math.max(...jobs.map(latestArrival)) + LONGEST_QUEUE_MS + LIST_MARGIN_MS;
  return listRuns(client, call, jobs[0], { from, to });
}

/**
 * Whether all runs that a start can have made are among those listed. The order is: unfinished ones, then the newest end
 * first; so once an end lies before the start, what follows is older still.
 * @internal
 */
export function isCovered(listed: ListedRuns, job: KnownJob): boolean {
  const lastEnd = listed.runs.at(-1)?.end_time?.getTime() ?? Infinity;
  return listed.complete || lastEnd < job.notBefore.getTime() - LIST_MARGIN_MS;
}

function earliestListed(job: KnownJob): number {
  return Math.max(job.notBefore.getTime() - LIST_MARGIN_MS, 0);
}

async function listRuns(
  client: DatabricksClient,
  call: PlatformCall,
  { resource }: KnownJob,
  { from, to }: Span,
  enough: (runs: DatabricksRun[]) => boolean = () => false,
): Promise<ListedRuns> {
  const { pages, complete } = await client.getPages(
    call,
    {
      path: '/api/2.2/jobs/runs/list',
      query: {
        job_id: jobIdOf(client, resource),
        start_time_from: from,
        start_time_to: Number.isFinite(to) ? to : undefined,
        limit: RUNS_PER_PAGE,
      },
      target: resource.canonical,
      needs: `CAN_VIEW on ${resource.canonical} for the reader of ${client.connection.id}`,
      missingIsInvalid: true,
    },
    runsPageSchema,
    read => enough(read.flatMap(page => page.runs)),
  );
  return { runs: pages.flatMap(page => page.runs), complete };
}
