import type {
  KnownJob,
  PlatformCall,
  PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient, DatabricksRequest } from './databricksClient';
import { jobIdOf } from './databricksJobs';
import { latestArrival } from './databricksRunSearch';
import { runsPageSchema, type DatabricksRun } from './databricksSchemas';

/** Most runs per page of runs/list: "greater than 0 and less than 25". */
const RUNS_PER_PAGE = 24;
/**
 * Longest list of known runs that is read, in pages: 2,400 runs. A workspace runs 2,000 tasks at a time, so what is not over
 * is among them. Source: https://docs.databricks.com/aws/en/resources/limits
 */
const KNOWN_RUNS_PAGES = 100;
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

/**
 * Lists the runs of some jobs since the first of some starts, and those of other jobs that the caller may see in between:
 * unfinished ones first, then those that ended last. `onPage` answers whether that is enough.
 * @internal
 */
export async function listKnownRuns(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
  onPage: (runs: DatabricksRun[]) => boolean,
): Promise<void> {
  const [resource, ...others] = new Map(
    jobs.map(job => [job.resource.canonical, job.resource]),
  ).values();
  await client.getPages(
    call,
    listRequest(client, others.length === 0 ? resource : undefined, {
      from: Math.min(...jobs.map(earliestListed)),
      to: Infinity,
    }),
    runsPageSchema,
    { maxPages: KNOWN_RUNS_PAGES, enough: pages => onPage(pages.at(-1)!.runs) },
  );
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
  span: Span,
): Promise<ListedRuns> {
  const { pages, complete } = await client.getPages(
    call,
    listRequest(client, resource, span),
    runsPageSchema,
  );
  return { runs: pages.flatMap(page => page.runs), complete };
}

/** Runs of one job, or of all that the caller may see. */
function listRequest(
  client: DatabricksClient,
  resource: PlatformResource | undefined,
  { from, to }: Span,
): DatabricksRequest {
  const { id } = client.connection;
  const target = resource?.canonical ?? `the runs of ${id}`;
  return {
    path: '/api/2.2/jobs/runs/list',
    query: {
      job_id: resource && jobIdOf(client, resource),
      run_type: 'JOB_RUN',
      start_time_from: from,
      start_time_to: Number.isFinite(to) ? to : undefined,
      limit: RUNS_PER_PAGE,
    },
    target,
    needs: `CAN_VIEW on ${target} for the reader of ${id}`,
    missingIsInvalid: true,
  };
}
