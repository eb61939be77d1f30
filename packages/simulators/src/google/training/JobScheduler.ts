import {
  TERMINAL_STATES,
  type JobState,
} from '../../handles/googleTrainingTypes';
import type { RunPace } from '../../training/RunPace';
import type { Trainer } from '../../training/Trainer';
import type { GoogleCloud } from '../GoogleCloud';
import type { RpcStatus } from '../googleErrors';
import { logJob } from '../logging/jobLog';
import { isFinished, type TrainingJob } from './jobs';
import { runTraining } from './runTraining';

/** The share of a job's time spent in each state: it waits, a machine starts, the code runs. Cancelling comes on top. */
const SHARES = {
  QUEUED: 0.05,
  PENDING: 0.2,
  RUNNING: 0.75,
  CANCELLING: 0.1,
} as const;

/** google.rpc.Code CANCELLED. */
const CANCELLED: RpcStatus = { code: 1, message: 'The job was cancelled.' };

/** How a job ended: without an error it SUCCEEDED. */
export interface JobEnd {
  error?: RpcStatus;
}

/** Moves jobs from state to state, and trains while they are RUNNING. */
export class JobScheduler {
  private readonly timers = new Map<TrainingJob, NodeJS.Timeout>();
  private readonly training = new Map<
    TrainingJob,
    { ended: Promise<JobEnd>; stop: AbortController }
  >();

  constructor(
    private readonly cloud: GoogleCloud,
    private readonly trainer: Trainer,
    private readonly pace: RunPace,
  ) {}

  /** Takes a new job in. */
  accept(job: TrainingJob): void {
    this.cloud.jobs.set(job.name, job);
    this.enter(job, 'QUEUED');
  }

  /** To the next state. From RUNNING it waits for the training unless an end is given. */
  async advance(job: TrainingJob, end?: JobEnd): Promise<void> {
    this.stopTimer(job);
    switch (job.state) {
      case 'QUEUED':
        this.enter(job, 'PENDING');
        return;
      case 'PENDING':
        this.enter(job, 'RUNNING');
        return;
      case 'RUNNING': {
        const ended = end ?? (await this.training.get(job)?.ended) ?? {};
        // A cancel may have come while the training went on.
        if (job.state === 'RUNNING')
          this.finish(job, ended.error ? 'FAILED' : 'SUCCEEDED', ended.error);
        return;
      }
      case 'CANCELLING':
        this.finish(job, 'CANCELLED', CANCELLED);
        return;
      default:
    }
  }

  /** Asynchronous, as at Google: the job is CANCELLING when this returns. */
  cancel(job: TrainingJob): void {
    if (isFinished(job) || job.state === 'CANCELLING') return;
    this.stopTimer(job);
    this.enter(job, 'CANCELLING');
    this.training.get(job)?.stop.abort();
  }

  /** Puts a job into any state at once; what it trains is cut short when it has ended. */
  force(job: TrainingJob, state: JobState, error?: RpcStatus): void {
    this.stopTimer(job);
    if (TERMINAL_STATES.includes(state)) this.finish(job, state, error);
    else this.touch(job, state);
  }

  /** Removes a job as if it were deleted; what it trained stays. */
  forget(job: TrainingJob): void {
    this.stopTimer(job);
    this.training.get(job)?.stop.abort();
    this.training.delete(job);
    this.cloud.jobs.delete(job.name);
  }

  close(): void {
    for (const job of this.timers.keys()) this.stopTimer(job);
    for (const { stop } of this.training.values()) stop.abort();
  }

  private enter(job: TrainingJob, state: keyof typeof SHARES): void {
    this.touch(job, state);
    logJob(this.cloud, job, `Job is ${state.toLowerCase()}.`);
    if (state === 'RUNNING') {
      job.startTime = job.updateTime;
      const stop = new AbortController();
      const ended = runTraining(job, this.cloud, this.trainer, stop.signal);
      this.training.set(job, { ended, stop });
    }
    if (this.pace.manual) return;
    const milliseconds =
      (this.pace.runSeconds * 1000 * SHARES[state]) / this.pace.timeScale;
    this.timers.set(
      job,
      setTimeout(() => this.advance(job), milliseconds).unref(),
    );
  }

  private finish(job: TrainingJob, state: JobState, error?: RpcStatus): void {
    this.stopTimer(job);
    this.touch(job, state);
    job.endTime = job.updateTime;
    job.error = error;
    this.training.get(job)?.stop.abort();
    logJob(
      this.cloud,
      job,
      error?.message ?? `Job is ${state.toLowerCase()}.`,
      error ? 'ERROR' : 'INFO',
    );
  }

  private touch(job: TrainingJob, state: JobState): void {
    job.state = state;
    job.updateTime = this.cloud.timestamp();
  }

  private stopTimer(job: TrainingJob): void {
    clearTimeout(this.timers.get(job));
    this.timers.delete(job);
  }
}
