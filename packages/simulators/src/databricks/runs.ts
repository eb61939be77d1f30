import type {
  RunState,
  SimulatedRun,
  TerminationCode,
} from '../handles/databricksTypes';
import type { Job } from './jobs';

/** How a run ended. */
export interface Outcome {
  code: TerminationCode;
  message: string;
}

/** A run of a job, with its one task. */
export interface Run {
  runId: bigint;
  taskRunId: bigint;
  job: Job;
  creator: string;
  /** Values sent with run-now. */
  overrides: Record<string, string>;
  idempotencyToken?: string;
  state: RunState;
  outcome?: Outcome;
  /** Epoch milliseconds. */
  createdAt: number;
  startedAt?: number;
  executionStartedAt?: number;
  executionEndedAt?: number;
  endedAt?: number;
  mlflowRunId?: string;
  modelVersion?: number;
  /** What the task printed. */
  logs: string[];
  errorTrace?: string;
}

/** All job parameters of a run: the job's defaults with the sent values over them. */
export function parametersOf(
  run: Pick<Run, 'job' | 'overrides'>,
): Record<string, string> {
  const defaults = run.job.parameters.map(parameter => [
    parameter.name,
    parameter.default,
  ]);
  return { ...Object.fromEntries(defaults), ...run.overrides };
}

/** True while the run counts against the job's concurrency limit. */
export function isActive(run: Run): boolean {
  return (
    run.state === 'PENDING' ||
    run.state === 'RUNNING' ||
    run.state === 'TERMINATING'
  );
}

/** The run as tests see it over the control routes. */
export function toSimulatedRun(run: Run): SimulatedRun {
  return {
    runId: String(run.runId),
    taskRunId: String(run.taskRunId),
    jobId: String(run.job.jobId),
    creator: run.creator,
    parameters: parametersOf(run),
    idempotencyToken: run.idempotencyToken,
    state: run.state,
    terminationCode: run.outcome?.code,
    modelVersion: run.modelVersion,
    mlflowRunId: run.mlflowRunId,
  };
}
