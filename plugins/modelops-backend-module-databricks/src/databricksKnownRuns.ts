import { randomInt } from 'node:crypto';
import {
  ifFound,
  PlatformError,
  settleJob,
  type JobOutcomes,
  type JobReading,
  type KnownJob,
  type PlatformCall,
  type PlatformErrorCode,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { readRun, toReading } from './databricksJobs';
import { nameOf } from './databricksResources';
import { listKnownRuns } from './databricksRunList';
import { notOurs } from './databricksRunMatch';
import type { DatabricksRun } from './databricksSchemas';

/** A job whose run on Databricks is known. @internal */
export type KnownRun = KnownJob & { platformRunId: string };

/** Most runs that are read one by one in a look: those the list does not show. The others have their turn at later looks. */
const MOST_READ_ALONE = 24;

/** Errors of a list that say nothing about its runs: a run in it that we do not understand, a job that was deleted. */
const UNLISTABLE: ReadonlySet<PlatformErrorCode> = new Set([
  'platform-response-invalid',
  'platform-response-too-large',
  'platform-rejected-request',
  'platform-not-found',
]);

/**
 * Reads known runs: as many as can be in one list over the jobs of the workspace, so that the calls grow with its pages and
 * not with the runs. A run that the list does not show is read alone; only that can say that Databricks has forgotten it.
 * @internal
 */
export async function readKnownRuns(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownRun[],
  outcomes: JobOutcomes,
): Promise<void> {
  const { runs, failure } = await listKnown(client, call, jobs);
  const rest: KnownRun[] = [];
  for (const job of jobs) {
    const run = runs.get(job.platformRunId);
    if (run)
      await settleJob(outcomes, job, () => toKnownReading(client, job, run));
    else rest.push(job);
  }
  if (failure && !UNLISTABLE.has(failure.code)) throw failure;
  await readAlone(client, call, rest, outcomes);
}

/** What the list shows, up to where it failed. */
async function listKnown(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownRun[],
): Promise<{ runs: Map<string, DatabricksRun>; failure?: PlatformError }> {
  const runs = new Map<string, DatabricksRun>();
  if (jobs.length < 2) return { runs };
  const missing = new Set(jobs.map(job => job.platformRunId));
  let pagesInVain = 0;
  try {
    await listKnownRuns(client, call, jobs, page => {
      const before = missing.size;
      for (const run of page)
        if (missing.delete(run.run_id)) runs.set(run.run_id, run);
      pagesInVain = missing.size < before ? 0 : pagesInVain + 1;
      // To read on pays until as many pages were in vain as runs can be read alone.
      return pagesInVain >= Math.min(missing.size, MOST_READ_ALONE);
    });
    return { runs };
  } catch (error) {
    if (error instanceof PlatformError) return { runs, failure: error };
    throw error;
  }
}

async function readAlone(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: KnownRun[],
  outcomes: JobOutcomes,
): Promise<void> {
  // If it cannot be all of them, it must not be the same ones each time.
  const from = jobs.length > MOST_READ_ALONE ? randomInt(jobs.length) : 0;
  const denied = new Map<string, PlatformError>();
  let left = MOST_READ_ALONE;
  for (const job of [...jobs.slice(from), ...jobs.slice(0, from)]) {
    const { canonical } = job.resource;
    const refusal = denied.get(canonical); // the right to see a run is one on its job
    if (refusal || left === 0) {
      outcomes.set(job.runId, refusal ?? notThisTime(client));
      continue;
    }
    left -= 1;
    await settleJob(outcomes, job, async () => {
      const run = await ifFound(readRun(client, call, job));
      return run ? toKnownReading(client, job, run) : { kind: 'missing' };
    });
    const outcome = outcomes.get(job.runId);
    if (
      outcome instanceof PlatformError &&
      outcome.code === 'platform-permission-denied'
    )
      denied.set(canonical, outcome);
  }
}

function notThisTime({ connection }: DatabricksClient): JobReading {
  return {
    kind: 'unreachable',
    why: `${connection.id} has so many runs that this one was not read this time.`,
  };
}

/**
 * A run was compared before it got known as ours. Since then its creator may have been renamed and a repair may have
 * changed its parameters; it cannot have become a run of another job.
 */
function toKnownReading(
  client: DatabricksClient,
  job: KnownRun,
  run: DatabricksRun,
): JobReading {
  return run.job_id && run.job_id !== nameOf(job.resource)
    ? notOurs(run, 'it is a run of another job')
    : toReading(client, run);
}
