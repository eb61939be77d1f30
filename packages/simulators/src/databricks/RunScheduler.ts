import type { RunPace } from '../training/RunPace';
import type { Trainer } from '../training/Trainer';
import { isActive, type Outcome, type Run } from './runs';
import { runTrainingTask } from './trainingTask';
import type { Workspace } from './Workspace';

/** The share of a run spent in each state: a cluster starts, the code runs, the cluster is cleaned up. */
const SHARES = { PENDING: 0.2, RUNNING: 0.65, TERMINATING: 0.15 } as const;

const SUCCESS: Outcome = { code: 'SUCCESS', message: '' };
const CANCELED: Outcome = { code: 'USER_CANCELED', message: 'Run cancelled.' };
const SKIPPED: Outcome = {
  code: 'MAX_CONCURRENT_RUNS_EXCEEDED',
  message:
    'Run was skipped because the maximum number of concurrent runs was reached.',
};

/** Moves runs from state to state, and trains while they are RUNNING. */
export class RunScheduler {
  private readonly timers = new Map<Run, NodeJS.Timeout>();
  private readonly training = new Map<
    Run,
    { ended: Promise<Outcome>; stop: AbortController }
  >();

  constructor(
    private readonly workspace: Workspace,
    private readonly trainer: Trainer,
    private readonly pace: RunPace,
  ) {}

  /** Takes a new run in: starts it, queues it, or skips it when the job is at its limit and does not queue. */
  accept(run: Run, queue: boolean): void {
    this.workspace.runs.set(run.runId, run);
    if (this.activeRuns(run) < run.job.maxConcurrentRuns)
      this.enter(run, 'PENDING');
    else if (queue) run.state = 'QUEUED';
    else this.finish(run, SKIPPED);
  }

  /** To the next state. From RUNNING it waits for the training unless an outcome is given. */
  async advance(run: Run, outcome?: Outcome): Promise<void> {
    this.stopTimer(run);
    switch (run.state) {
      case 'QUEUED':
        this.enter(run, 'PENDING');
        return;
      case 'PENDING':
        this.enter(run, 'RUNNING');
        return;
      case 'RUNNING': {
        const trained =
          outcome ?? (await this.training.get(run)?.ended) ?? SUCCESS;
        // A cancel may have come while the training went on.
        if (run.state === 'RUNNING') this.terminate(run, trained);
        return;
      }
      case 'TERMINATING':
        this.finish(run, run.outcome ?? SUCCESS);
        return;
      default:
    }
  }

  /** Asynchronous, as at Databricks: the run is TERMINATING when this returns. */
  cancel(run: Run): void {
    if (run.state === 'TERMINATED' || run.state === 'TERMINATING') return;
    this.terminate(run, CANCELED);
  }

  /** Removes a run as if it were deleted; what it trained stays. */
  forget(run: Run): void {
    this.stopTimer(run);
    this.training.get(run)?.stop.abort();
    this.workspace.runs.delete(run.runId);
    this.startNextQueued(run);
  }

  /** Removes all runs as if they were deleted. */
  forgetAll(): void {
    this.close();
    this.training.clear();
    this.workspace.runs.clear();
  }

  close(): void {
    for (const run of this.timers.keys()) this.stopTimer(run);
    for (const { stop } of this.training.values()) stop.abort();
  }

  private enter(run: Run, state: keyof typeof SHARES): void {
    run.state = state;
    const now = this.workspace.clock.now();
    if (state === 'PENDING') run.startedAt = now;
    if (state === 'RUNNING') {
      run.executionStartedAt = now;
      if (run.job.training) {
        const stop = new AbortController();
        const ended = runTrainingTask(
          run,
          this.workspace,
          this.trainer,
          stop.signal,
        );
        this.training.set(run, { ended, stop });
      }
    }
    if (this.pace.manual) return;
    const milliseconds =
      (this.pace.runSeconds * 1000 * SHARES[state]) / this.pace.timeScale;
    this.timers.set(
      run,
      setTimeout(() => this.advance(run), milliseconds).unref(),
    );
  }

  private terminate(run: Run, outcome: Outcome): void {
    this.stopTimer(run);
    run.outcome = outcome;
    const now = this.workspace.clock.now();
    run.startedAt ??= now;
    if (run.executionStartedAt) run.executionEndedAt = now;
    const mlflowRun = this.workspace.mlflowRuns.get(run.mlflowRunId ?? '');
    if (mlflowRun?.status === 'RUNNING') {
      mlflowRun.status = outcome.code === 'USER_CANCELED' ? 'KILLED' : 'FAILED';
      mlflowRun.endedAt = now;
    }
    this.enter(run, 'TERMINATING');
    this.training.get(run)?.stop.abort();
  }

  private finish(run: Run, outcome: Outcome): void {
    this.stopTimer(run);
    run.state = 'TERMINATED';
    run.outcome = outcome;
    run.endedAt = this.workspace.clock.now();
    this.startNextQueued(run);
  }

  private startNextQueued(ended: Run): void {
    const next = [...this.workspace.runs.values()].find(
      ({ job, state }) => job === ended.job && state === 'QUEUED',
    );
    if (next && this.activeRuns(next) < next.job.maxConcurrentRuns)
      this.enter(next, 'PENDING');
  }

  private activeRuns(of: Run): number {
    return [...this.workspace.runs.values()].filter(
      run => run !== of && run.job === of.job && isActive(run),
    ).length;
  }

  private stopTimer(run: Run): void {
    clearTimeout(this.timers.get(run));
    this.timers.delete(run);
  }
}
