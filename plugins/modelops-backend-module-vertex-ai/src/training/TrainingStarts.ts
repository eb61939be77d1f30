import {
  PlatformError,
  type JobReading,
  type PlatformCall,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { failingAs, ifFound, invalidAnswer, refusal } from '../vertexErrors';
import { getTemplate, toJob, type JobToStart } from './jobToStart';
import { jobRunsAs } from './trainingForm';
import {
  createTraining,
  listTrainings,
  readTraining,
  toReading,
  type TrainingJob,
} from './trainingJob';
import { findDifference } from './trainingMatch';
import { RUN_ID_LABEL, type TrainingTemplate } from './trainingTemplate';

type Start = StartJob & { principal: string };
type Found = Extract<JobReading, { kind: 'found' }>;

/** Pages of a list in which at most one job is expected. */
const MAX_PAGES = 3;

/**
 * Starts trainings. Vertex AI takes no id for a custom job, so each create makes another one: in one process there is one
 * start for a run at a time, it looks for the job before it creates one, and it sends the creation once.
 * @internal
 */
export class TrainingStarts {
  private readonly underWay = new Map<string, Promise<Found>>();

  constructor(private readonly client: VertexClient) {}

  start(call: PlatformCall, start: Start): Promise<Found> {
    const pending = this.underWay.get(start.runId);
    if (pending) return pending;
    const started = this.startOnce(call, start).finally(() =>
      this.underWay.delete(start.runId),
    );
    this.underWay.set(start.runId, started);
    return started;
  }

  /** Everything before the creation fails as certainly not started; everything after it leaves the start open. */
  private async startOnce(call: PlatformCall, start: Start): Promise<Found> {
    const template = getTemplate(this.client, start.resource);
    this.requireSameRunAs(start, template);
    const job = toJob(this.client, template, start);
    const created =
      job.kind === 'customJobs'
        ? await this.startCustomJob(call, start, template, job)
        : await this.startPipeline(call, start, template, job);
    return toReading(this.client, created);
  }

  /** Which parameters a person may set depends on whom the job runs as, and was decided by what the form said. */
  private requireSameRunAs(start: Start, template: TrainingTemplate): void {
    if (start.jobRunsAs === jobRunsAs(this.client, template)) return;
    throw refusal(
      this.client.connection.id,
      'platform-conflict',
      `The service account of ${start.resource.canonical} on ${this.client.connection.id} changed since the form was opened. Open the form again. Nothing was started.`,
    );
  }

  private async startCustomJob(
    call: PlatformCall,
    start: Start,
    template: TrainingTemplate,
    job: JobToStart,
  ): Promise<TrainingJob> {
    const earlier = await failingAs(
      { refused: true },
      this.findEarlier(call, start),
    );
    if (earlier) {
      this.requireOurs(earlier, template, start);
      return earlier;
    }
    return this.requireMarked(await this.create(call, start, job), start);
  }

  /** A job that carries our id already: another process may have made it, or a stranger. */
  private async findEarlier(
    call: PlatformCall,
    { runId }: Start,
  ): Promise<TrainingJob | undefined> {
    const found: TrainingJob[] = [];
    const { complete } = await listTrainings(this.client, call, 'customJobs', {
      filter: `labels.${RUN_ID_LABEL}="${runId}"`,
      runId,
      maxPages: MAX_PAGES,
      onPage: jobs => {
        found.push(...jobs.filter(job => job.labels[RUN_ID_LABEL] === runId));
        return found.length > 0;
      },
    });
    if (!complete && found.length === 0)
      throw invalidAnswer(
        this.client.connection.id,
        'has no end of its list of jobs with the id of this run',
      );
    return found[0];
  }

  /** The id of a pipeline job is ours, so a second creation is refused, and what is there can be looked at. */
  private async startPipeline(
    call: PlatformCall,
    start: Start,
    template: TrainingTemplate,
    job: JobToStart,
  ): Promise<TrainingJob> {
    try {
      return this.requireMarked(await this.create(call, start, job), start);
    } catch (error) {
      if (!isConflict(error)) throw error;
      const platformRunId = `pipelineJobs/${pipelineJobId(start.runId)}`;
      const earlier = await failingAs(
        { refused: false },
        ifFound(readTraining(this.client, call, { ...start, platformRunId })),
      );
      if (!earlier) throw error;
      this.requireOurs(earlier, template, start);
      return earlier;
    }
  }

  private create(
    call: PlatformCall,
    start: Start,
    { kind, body, serviceAccount, asksFor }: JobToStart,
  ): Promise<TrainingJob> {
    return createTraining(this.client, call, kind, {
      target: start.resource.canonical,
      actAs: serviceAccount,
      asksFor,
      runId: start.runId,
      query:
        kind === 'pipelineJobs'
          ? { pipelineJobId: pipelineJobId(start.runId) }
          : undefined,
      body,
    });
  }

  /** What comes back from a creation carries the mark that was sent. */
  private requireMarked(job: TrainingJob, { runId }: Start): TrainingJob {
    if (job.labels[RUN_ID_LABEL] === runId) return job;
    throw invalidAnswer(
      this.client.connection.id,
      `answered with ${job.platformRunId}, which does not carry the id of this run`,
    );
  }

  /** Nothing of ours was created when a job of somebody else has our id: we looked before, or Vertex AI refused. */
  private requireOurs(
    job: TrainingJob,
    template: TrainingTemplate,
    start: Start,
  ): void {
    const difference = findDifference(job, template, start);
    if (!difference) return;
    throw refusal(
      this.client.connection.id,
      'platform-run-not-ours',
      `${this.client.connection.id} has ${job.platformRunId} with the id of this run, which is not the one we asked for: ${difference.why}. Have it looked at.`,
    );
  }
}

/** Source: CreatePipelineJobRequest.pipeline_job_id, `[a-z][-a-z0-9]{0,127}`. @internal */
export function pipelineJobId(runId: string): string {
  return `modelops-${runId}`;
}

function isConflict(error: unknown): boolean {
  return error instanceof PlatformError && error.code === 'platform-conflict';
}
