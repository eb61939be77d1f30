import {
  PlatformError,
  type JobReading,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { readKnownRuns, type KnownRun } from './databricksKnownRuns';
import { readLostRuns } from './databricksLostRuns';
import { endsTheBatch, toReadings, type Outcomes } from './databricksOutcomes';
import { readAliasChanges } from './registry/aliasChange';
import { readChanges } from './serving/readChanges';

/**
 * Reads many jobs: the known runs of the workspace in one list, the lost ones in lists of their Databricks job, and changes
 * in one call for each endpoint or model. What cannot be read is `unreachable`, so that it does not keep the others from being read; if nothing can be read, the first error is
 * thrown.
 * @internal
 */
export async function readJobs(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
): Promise<Map<string, JobReading>> {
  const outcomes: Outcomes = new Map();
  const known = jobs.filter(isRun).filter(isKnown);
  const lost = groupByResource(jobs.filter(isRun).filter(job => !isKnown(job)));
  const changes = groupByResource(jobs.filter(job => !isRun(job)));
  const batches = [
    { batch: known, read: () => readKnownRuns(client, call, known, outcomes) },
    ...lost.map(batch => ({
      batch,
      read: () => readLostRuns(client, call, batch, outcomes),
    })),
    ...changes.map(batch => ({
      batch,
      read: () =>
        batch[0].resource.kind === 'endpoint'
          ? readChanges(client, call, batch, outcomes)
          : readAliasChanges(client, call, batch, outcomes),
    })),
  ];
  let failure: PlatformError | undefined;
  for (const { batch, read } of batches) {
    if (!failure || !endsTheBatch(failure)) failure = await failureOf(read());
    for (const { runId } of batch)
      if (failure && !outcomes.has(runId)) outcomes.set(runId, failure);
  }
  return toReadings(outcomes);
}

/** A run of a Databricks job; anything else is a change of an endpoint or an alias. */
function isRun({ resource }: KnownJob): boolean {
  return resource.kind === 'job';
}

function isKnown(job: KnownJob): job is KnownRun {
  return job.platformRunId !== undefined;
}

function groupByResource(jobs: readonly KnownJob[]): KnownJob[][] {
  const groups = new Map<string, KnownJob[]>();
  for (const job of jobs) {
    const { canonical } = job.resource;
    groups.set(canonical, [...(groups.get(canonical) ?? []), job]);
  }
  return [...groups.values()];
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
