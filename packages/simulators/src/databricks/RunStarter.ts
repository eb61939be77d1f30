import type { StrangersRunPlan } from '../handles/databricksTypes';
import { DatabricksError, invalidParameter } from './errors';
import { FRAUD_JOB, type Job } from './jobs';
import { STRANGER } from './principals';
import type { Run } from './runs';
import type { RunIds } from './RunIds';
import type { RunScheduler } from './RunScheduler';
import type { Workspace } from './Workspace';

/** What starts a run. */
export interface RunRequest {
  job: Job;
  creator: string;
  parameters: Record<string, string>;
  idempotencyToken?: string;
  /** The job's own setting unless given. */
  queue?: boolean;
}

/** Longest `idempotency_token`, in characters. Source: reference, databricks section 2.2. */
const MAX_TOKEN_LENGTH = 64;

/** Starts runs, once per idempotency token. */
export class RunStarter {
  constructor(
    private readonly workspace: Workspace,
    private readonly scheduler: RunScheduler,
    private readonly runIds: RunIds,
  ) {}

  /** The run of the token, or a new one. */
  runNow(request: RunRequest): Run {
    const token = request.idempotencyToken;
    if (token !== undefined && [...token].length > MAX_TOKEN_LENGTH) {
      throw invalidParameter(
        `idempotency_token must have at most ${MAX_TOKEN_LENGTH} characters`,
      );
    }
    if (token) this.plantStrangersRun(token);
    const earlier =
      token && this.workspace.behaviour.idempotency
        ? this.findByToken(token)
        : undefined;
    return earlier ?? this.start(request);
  }

  /** A run by somebody else, whatever the caller may do. */
  startStrangersRun(plan: StrangersRunPlan, idempotencyToken?: string): Run {
    const job = this.workspace.findJob(BigInt(plan.jobId ?? FRAUD_JOB));
    if (!job) throw new TypeError(`There is no job ${plan.jobId}`);
    return this.start({
      job,
      creator: plan.creator ?? STRANGER,
      parameters: plan.parameters ?? {},
      idempotencyToken,
    });
  }

  private plantStrangersRun(token: string): void {
    const plan = this.workspace.strangersRun;
    if (!plan) return;
    this.workspace.strangersRun = undefined;
    this.startStrangersRun(plan, token);
  }

  private findByToken(token: string): Run | undefined {
    const runId = this.workspace.idempotencyTokens.get(token);
    if (runId === undefined) return undefined;
    const run = this.workspace.runs.get(runId);
    if (run) return run;
    throw new DatabricksError(
      400,
      'INVALID_STATE',
      `The run of idempotency_token '${token}' has been deleted.`,
    );
  }

  private start(request: RunRequest): Run {
    const runId = this.runIds.next(request.job);
    const run: Run = {
      runId,
      taskRunId: runId + 1n,
      job: request.job,
      creator: request.creator,
      overrides: request.parameters,
      idempotencyToken: request.idempotencyToken,
      state: 'PENDING',
      createdAt: this.workspace.clock.now(),
      logs: [],
    };
    if (request.idempotencyToken)
      this.workspace.idempotencyTokens.set(request.idempotencyToken, runId);
    this.scheduler.accept(run, request.queue ?? request.job.queue);
    return run;
  }
}
