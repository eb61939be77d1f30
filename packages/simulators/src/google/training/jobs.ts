import type { JobState, SimulatedJob } from '../../handles/googleTrainingTypes';
import { TERMINAL_STATES } from '../../handles/googleTrainingTypes';
import type { RpcStatus } from '../googleErrors';
import type { Message } from '../messages/readMessage';
import { readTrainingOrder, type TrainingOrder } from './trainingOrder';

/** The two kinds of jobs that train, by the name of their collection. */
export type JobKind = 'customJobs' | 'pipelineJobs';

/** A custom job or a pipeline job. */
export interface TrainingJob {
  kind: JobKind;
  /** Last segment of the name. */
  id: string;
  /** Resource name, with the project's number. */
  name: string;
  /** As it was asked for: display name, labels, spec. */
  asked: Message;
  /** Name of the principal that created it. */
  creator: string;
  /** E-mail of the account it runs as. */
  serviceAccount: string;
  state: JobState;
  /** RFC 3339. */
  createTime: string;
  updateTime: string;
  startTime?: string;
  endTime?: string;
  error?: RpcStatus;
  /** It will fail with this when it has run. */
  willFail?: RpcStatus;
  /** The version it uploaded. */
  version?: { name: string; versionId: string };
}

export function isFinished(job: TrainingJob): boolean {
  return TERMINAL_STATES.includes(job.state);
}

/** State as the API names it: the two kinds have an enum each. */
export function stateName(job: TrainingJob): string {
  return `${job.kind === 'customJobs' ? 'JOB' : 'PIPELINE'}_STATE_${job.state}`;
}

/** The message an answer holds. */
export function toJobView(job: TrainingJob): Message {
  const { name, asked, createTime, startTime, endTime, updateTime, error } =
    job;
  return {
    name,
    ...asked,
    state: stateName(job),
    createTime,
    ...(startTime && { startTime }),
    ...(endTime && { endTime }),
    updateTime,
    ...(error && { error }),
  };
}

/** What a test sees of a job. */
export function toSimulatedJob(job: TrainingJob): SimulatedJob {
  const container = job.asked.jobSpec?.workerPoolSpecs?.[0]?.containerSpec;
  return {
    name: job.name,
    id: job.id,
    kind: job.kind,
    displayName: job.asked.displayName ?? '',
    creator: job.creator,
    serviceAccount: job.serviceAccount,
    state: job.state,
    labels: job.asked.labels ?? {},
    args: container?.args ?? [],
    env: Object.fromEntries(
      (container?.env ?? []).map((entry: Message) => [
        entry.name,
        entry.value ?? '',
      ]),
    ),
    parameterValues: job.asked.runtimeConfig?.parameterValues ?? {},
    parameters: orderOf(job)?.hyperparameters ?? {},
    error: job.error,
    version: job.version,
  };
}

function orderOf(job: TrainingJob): TrainingOrder | undefined {
  const order = readTrainingOrder(job.kind, job.asked);
  return 'problem' in order ? undefined : order;
}
