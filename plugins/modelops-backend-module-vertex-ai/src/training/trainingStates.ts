import type { JobReading } from 'backstage-plugin-modelops-node';
import { quotaMetricIn } from '../google/googleStatus';
import { QUOTA_ADVICE, quotaSentence } from '../vertexErrors';

/** State of a job and, when it failed, why. @internal */
export type TrainingState = Pick<
  Extract<JobReading, { kind: 'found' }>,
  'state' | 'failure'
>;

/** What decides about the state. */
interface Reported {
  /** Without its prefix: `RUNNING`. */
  state: string;
  error?: { code?: number; message?: string };
}

/**
 * Vertex AI `JobState` and `PipelineState` of a job that is not over, without their prefixes.
 * Source: google/cloud/aiplatform/v1/job_state.proto and pipeline_state.proto.
 */
const LIVE: ReadonlyMap<string, 'submitted' | 'running'> = new Map([
  ['QUEUED', 'submitted'],
  ['PENDING', 'submitted'],
  ['RUNNING', 'running'],
  ['CANCELLING', 'running'], // may still end as succeeded or failed
  ['PAUSED', 'running'],
  ['UPDATING', 'running'], // the machines of a running job are changed
]);

type End = 'succeeded' | 'canceled' | 'failed' | 'job-timed-out';

/** The same, of a job that is over. */
const ENDS: ReadonlyMap<string, End> = new Map([
  ['SUCCEEDED', 'succeeded'],
  ['PARTIALLY_SUCCEEDED', 'succeeded'],
  ['FAILED', 'failed'],
  ['CANCELLED', 'canceled'],
  ['EXPIRED', 'job-timed-out'],
]);

/** google.rpc.Code in the `error` of a job. Source: google/rpc/code.proto. */
const RPC_CODES: ReadonlyMap<number, string> = new Map([
  [1, 'CANCELLED'],
  [2, 'UNKNOWN'],
  [3, 'INVALID_ARGUMENT'],
  [4, 'DEADLINE_EXCEEDED'],
  [5, 'NOT_FOUND'],
  [6, 'ALREADY_EXISTS'],
  [7, 'PERMISSION_DENIED'],
  [8, 'RESOURCE_EXHAUSTED'],
  [9, 'FAILED_PRECONDITION'],
  [10, 'ABORTED'],
  [11, 'OUT_OF_RANGE'],
  [12, 'UNIMPLEMENTED'],
  [13, 'INTERNAL'],
  [14, 'UNAVAILABLE'],
  [16, 'UNAUTHENTICATED'],
]);

/**
 * Undefined for a state that is not in the tables: the caller makes an error of it. `project` and `asksFor` are for the sentence
 * about a quota.
 * @internal
 */
export function toTrainingState(
  { state, error }: Reported,
  { project, asksFor }: { project: string; asksFor?: string },
): TrainingState | undefined {
  const live = LIVE.get(state);
  if (live) return { state: live };
  const end = ENDS.get(state);
  if (!end) return undefined;
  if (end === 'succeeded') return { state: end };
  const word = RPC_CODES.get(error?.code ?? 0);
  // The words tell more than the state: a job over its time limit ends as FAILED or as CANCELLED.
  if (end === 'job-timed-out' || word === 'DEADLINE_EXCEEDED')
    return failed(
      'job-timed-out',
      'Vertex AI stopped the job at its time limit.',
    );
  if (end === 'canceled' || word === 'CANCELLED') return { state: 'canceled' };
  if (word === 'RESOURCE_EXHAUSTED')
    return failed(
      'job-quota-exceeded',
      `${quotaSentence(
        project,
        asksFor,
        quotaMetricIn(error?.message ?? ''),
      )} ${QUOTA_ADVICE}`,
    );
  return failed(
    'job-failed',
    `Vertex AI reports that the job failed${
      word ? ` (${word})` : ''
    }. Look at its log.`,
  );
}

function failed(
  code: NonNullable<TrainingState['failure']>['code'],
  message: string,
): TrainingState {
  return { state: 'failed', failure: { code, message } };
}
