import { randomBytes } from 'node:crypto';
import type { TimedEpoch } from '../training/timedEpochs';
import type { TrainedModel } from '../training/trainModel';

/** An MLflow run, written by the training code of a job's task. */
export interface MlflowRun {
  runId: string;
  runName: string;
  /** Whoever may view this job may read the run: both live in the same folder of the workspace. */
  jobId: bigint;
  jobRunId: bigint;
  user: string;
  status: 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';
  startedAt: number;
  endedAt?: number;
  parameters: Record<string, string>;
  history: TimedEpoch[];
  /** The model it logged; absent until the training has ended well. */
  trained?: TrainedModel;
  /** The signature of that model. */
  columns: string[];
}

/** MLflow run ids are 32 hexadecimal digits. */
export function newMlflowRunId(): string {
  return randomBytes(16).toString('hex');
}
