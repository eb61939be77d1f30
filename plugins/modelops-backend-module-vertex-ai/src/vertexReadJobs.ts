import {
  PlatformError,
  type JobReading,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import { readAliasChanges } from './registry/aliasChange';
import { readChanges } from './serving/readChanges';
import { readTrainings } from './training/readTrainings';
import type { VertexClient } from './vertexClient';
import { endsTheBatch, toReadings, type Outcomes } from './vertexOutcomes';

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
  const outcomes: Outcomes = new Map();
  const trainings = jobs.filter(isTraining);
  const changes = groupByResource(jobs.filter(job => !isTraining(job)));
  const batches = [
    {
      batch: trainings,
      read: () => readTrainings(client, call, trainings, outcomes),
    },
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

/** A job of a template; anything else is a change of an endpoint or an alias. */
function isTraining({ resource }: KnownJob): boolean {
  return resource.kind === 'training-template';
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
