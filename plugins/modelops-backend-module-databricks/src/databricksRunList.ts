import type { KnownJob, PlatformCall } from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { jobIdOf } from './databricksJobs';
import { runsPageSchema, type DatabricksRun } from './databricksSchemas';

/** Most runs per page of runs/list: "greater than 0 and less than 25". */
const RUNS_PER_PAGE = 24;
/** Runs that began this long before a start are listed too, in milliseconds: the clock of the workspace may be behind. */
const LIST_MARGIN_MS = 10 * 60_000;

/** Runs of one Databricks job since the first of some starts. @internal */
export interface ListedRuns {
  runs: DatabricksRun[];
  /** False if there are more than were read. */
  complete: boolean;
}

/** Lists the runs of one job, until all known ones are there; to the end if one is lost. @internal */
export async function listRuns(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
): Promise<ListedRuns> {
  const [{ resource }] = jobs;
  const since = Math.min(...jobs.map(job => job.notBefore.getTime()));
  const wanted = jobs.map(job => job.platformRunId);
  const { pages, complete } = await client.getPages(
    call,
    {
      path: '/api/2.2/jobs/runs/list',
      query: {
        job_id: jobIdOf(client, resource),
        start_time_from: Math.max(since - LIST_MARGIN_MS, 0),
        limit: RUNS_PER_PAGE,
      },
      target: resource.canonical,
      needs: `CAN_VIEW on ${resource.canonical} for the reader of ${client.connection.id}`,
      missingIsInvalid: true,
    },
    runsPageSchema,
    read => {
      const seen = new Set<string | undefined>(
        read.flatMap(page => page.runs.map(run => run.run_id)),
      );
      return wanted.every(id => seen.has(id)); // never, while one of them is undefined
    },
  );
  return { runs: pages.flatMap(page => page.runs), complete };
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
