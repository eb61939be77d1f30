import {
  groupByResource,
  readBatches,
  type JobOutcomes,
  type JobReading,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import { readAliasChanges } from './registry/aliasChange';
import { readChanges } from './serving/readChanges';
import { readTrainings } from './training/readTrainings';
import type { VertexClient } from './vertexClient';
import { isTraining } from './vertexResources';

/**
 * Reads many jobs: trainings in one list for each kind of job, and changes in a few calls for each endpoint or model. What cannot
 * be read is `unreachable`, so that it does not keep the others from being read; if nothing can be read, the first error is
 * thrown.
 * @internal
 */
export async function readJobs(
  client: VertexClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
): Promise<Map<string, JobReading>> {
  const trainings = jobs.filter(isTraining);
  const changes = groupByResource(jobs.filter(job => !isTraining(job)));
  return readBatches([
    {
      jobs: trainings,
      read: outcomes => readTrainings(client, call, trainings, outcomes),
    },
    ...changes.map(batch => ({
      jobs: batch,
      read: (outcomes: JobOutcomes) =>
        batch[0].resource.kind === 'endpoint'
          ? readChanges(client, call, batch, outcomes)
          : readAliasChanges(client, call, batch, outcomes),
    })),
  ]);
}
