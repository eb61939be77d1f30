import {
  failingAs,
  ifFound,
  invalidAnswer,
  type JobReading,
  type PlatformCall,
  PlatformError,
  refusal,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { RUN_ID_LABEL } from '../vertexLabels';
import { toJob, type JobToStart } from './jobToStart';
import { getTemplate } from './templates';
import { jobRunsAs } from './trainingForm';
import {
  createTraining,
  listTrainings,
  readTraining,
  toReading,
  type TrainingJob,
} from './trainingJob';
import { findDifference } from './trainingMatch';
import type { TrainingTemplate } from './trainingTemplate';

type Start = StartJob & { principal: string };

/** Pages of a list in which at most one job is expected. */
const MAX_PAGES = 3;

/**
 * Starts a job and makes sure that what came back is it. Everything before the creation fails as certainly not started;
 * everything after it leaves the start open. The creation is sent once.
 * @internal
 */
export async function startTraining(
  client: VertexClient,
  call: PlatformCall,
  start: Start,
): Promise<Extract<JobReading, { kind: 'found' }>> {
  const template = getTemplate(client, start.resource);
  requireSameRunAs(client, template, start);
  const job = toJob(client, template, start);
  const earlier =
    job.kind === 'customJobs'
      ? await failingAs({ refused: true }, findEarlier(client, call, start))
      : undefined;
  const found = earlier ?? (await create(client, call, start, job));
  if (found.taken) requireOurs(client, found.job, template, start);
  return toReading(client, found.job);
}

/** A job, and whether it was there before. */
interface Created {
  job: TrainingJob;
  taken: boolean;
}

/** Which parameters a person may set depends on whom the job runs as, and was decided by what the form said. */
function requireSameRunAs(
  client: VertexClient,
  template: TrainingTemplate,
  start: Start,
): void {
  if (start.jobRunsAs === jobRunsAs(client, template)) return;
  throw refusal(
    client.connection.id,
    'platform-conflict',
    `The service account of ${start.resource.canonical} on ${client.connection.id} changed since the form was opened. Open the form again. Nothing was started.`,
  );
}

/** A custom job that carries our id already: an earlier start may have made it, or a stranger. */
async function findEarlier(
  client: VertexClient,
  call: PlatformCall,
  { runId }: Start,
): Promise<Created | undefined> {
  const found: TrainingJob[] = [];
  const { complete } = await listTrainings(client, call, 'customJobs', {
    filter: `labels.${RUN_ID_LABEL}="${runId}"`,
    runId,
    maxPages: MAX_PAGES,
    onPage: jobs => {
      found.push(...jobs.filter(job => job.labels[RUN_ID_LABEL] === runId));
      return found.length > 0;
    },
  });
  if (found.length > 0) return { job: found[0], taken: true };
  if (complete) return undefined;
  throw invalidAnswer(
    client.connection.id,
    'has no end of its list of jobs with the id of this run',
  );
}

/** The id of a pipeline job is ours, so a second creation is refused, and what is there can be looked at. */
async function create(
  client: VertexClient,
  call: PlatformCall,
  start: Start,
  { kind, body, serviceAccount, asksFor }: JobToStart,
): Promise<Created> {
  const id = pipelineJobId(start.runId);
  try {
    const job = await createTraining(client, call, kind, {
      target: start.resource.canonical,
      actAs: serviceAccount,
      asksFor,
      runId: start.runId,
      query: kind === 'pipelineJobs' ? { pipelineJobId: id } : undefined,
      body,
    });
    return { job: requireMarked(client, job, start), taken: false };
  } catch (error) {
    if (kind !== 'pipelineJobs' || !isConflict(error)) throw error;
    const there = { runId: start.runId, platformRunId: `${kind}/${id}` };
    const job = await failingAs(
      { refused: false },
      ifFound(readTraining(client, call, there)),
    );
    if (!job) throw error;
    return { job, taken: true };
  }
}

/** Source: CreatePipelineJobRequest.pipeline_job_id, `[a-z][-a-z0-9]{0,127}`. @internal */
export function pipelineJobId(runId: string): string {
  return `modelops-${runId}`;
}

function isConflict(error: unknown): boolean {
  return error instanceof PlatformError && error.code === 'platform-conflict';
}

/** What comes back from a creation carries the mark that was sent. */
function requireMarked(
  client: VertexClient,
  job: TrainingJob,
  { runId }: Start,
): TrainingJob {
  if (job.labels[RUN_ID_LABEL] === runId) return job;
  throw invalidAnswer(
    client.connection.id,
    `answered with ${job.platformRunId}, which does not carry the id of this run`,
  );
}

/** Nothing of ours was created when a job of somebody else has our id: we looked before, or Vertex AI refused. */
function requireOurs(
  client: VertexClient,
  job: TrainingJob,
  template: TrainingTemplate,
  start: Start,
): void {
  const difference = findDifference(job, template, start);
  if (!difference) return;
  throw refusal(
    client.connection.id,
    'platform-run-not-ours',
    `${client.connection.id} has ${job.platformRunId} with the id of this run, which is not the one we asked for: ${difference.why}. Have it looked at.`,
  );
}
