import type { JobReading } from 'backstage-plugin-modelops-node';
import { quotaMetricIn } from '../google/googleStatus';
import { rpcCodeOf } from '../google/rpcCodes';
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
  const word = rpcCodeOf(error?.code);
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
