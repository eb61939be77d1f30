import {
  groupByResource,
  readBatches,
  type JobOutcomes,
  type JobReading,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { readKnownRuns, type KnownRun } from './databricksKnownRuns';
import { readLostRuns } from './databricksLostRuns';
import { readAliasChanges } from './registry/aliasChange';
import { readChanges } from './serving/readChanges';

/**
 * Reads many jobs: the known runs of the workspace in one list, the lost ones in lists of their Databricks job, and changes
 * in one call for each endpoint or model. What cannot be read is `unreachable`, so that it does not keep the others from being
 * read; if nothing can be read, the first error is thrown.
 * @internal
 */
export async function readJobs(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
): Promise<Map<string, JobReading>> {
  const known = jobs.filter(isRun).filter(isKnown);
  const lost = groupByResource(jobs.filter(isRun).filter(job => !isKnown(job)));
  const changes = groupByResource(jobs.filter(job => !isRun(job)));
  return readBatches([
    {
      jobs: known,
      read: outcomes => readKnownRuns(client, call, known, outcomes),
    },
    ...lost.map(batch => ({
      jobs: batch,
      read: (outcomes: JobOutcomes) =>
        readLostRuns(client, call, batch, outcomes),
    })),
    ...changes.map(batch => ({
      jobs: batch,
      read: (outcomes: JobOutcomes) =>
        batch[0].resource.kind === 'endpoint'
          ? readChanges(client, call, batch, outcomes)
          : readAliasChanges(client, call, batch, outcomes),
    })),
  ]);
}

/** A run of a Databricks job; anything else is a change of an endpoint or an alias. */
function isRun({ resource }: KnownJob): boolean {
  return resource.kind === 'job';
}

function isKnown(job: KnownJob): job is KnownRun {
  return job.platformRunId !== undefined;
}
