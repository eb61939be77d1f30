import {
  PlatformError,
  type PlatformCall,
  type PlatformVersion,
} from 'backstage-plugin-modelops-node';
import {
  consolePage,
  listTrainings,
  type TrainingJob,
} from '../training/trainingJob';
import type { VertexClient } from '../vertexClient';
import { RUN_ID_LABEL } from '../vertexLabels';
import { parseName } from '../vertexNames';
import type { VertexVersion } from './modelVersions';

/** Ours are UUIDs; a label of that name may hold anything. */
const RUN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The job that made a version: it names its pipeline job; of a custom job it carries the same run id. Undefined where neither is
 * said, or where the caller may not look at jobs.
 * @internal
 */
export async function findSourceJob(
  client: VertexClient,
  call: PlatformCall,
  { labels, pipelineJob }: VertexVersion,
): Promise<PlatformVersion['sourceJob']> {
  const label = labels[RUN_ID_LABEL] ?? '';
  const runId = RUN_ID.test(label) ? label : undefined;
  const name = parseName(pipelineJob);
  if (name?.collection === 'pipelineJobs' && client.isOurs(name))
    return {
      platformRunId: `pipelineJobs/${name.id}`,
      url: consolePage(client, { kind: 'pipelineJobs', id: name.id }),
      runId,
    };
  const job = runId && (await findCustomJob(client, call, runId));
  return job
    ? {
        platformRunId: job.platformRunId,
        url: consolePage(client, job),
        runId,
      }
    : undefined;
}

async function findCustomJob(
  client: VertexClient,
  call: PlatformCall,
  runId: string,
): Promise<TrainingJob | undefined> {
  const found: TrainingJob[] = [];
  try {
    await listTrainings(client, call, 'customJobs', {
      filter: `labels.${RUN_ID_LABEL}="${runId}"`,
      maxPages: 1,
      onPage: jobs => {
        found.push(...jobs.filter(job => job.labels[RUN_ID_LABEL] === runId));
        return true;
      },
    });
  } catch (error) {
    if (
      error instanceof PlatformError &&
      error.code === 'platform-permission-denied'
    )
      return undefined;
    throw error;
  }
  // Of several, nobody can say which one it was.
  return found.length === 1 ? found[0] : undefined;
}
