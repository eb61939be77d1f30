import type { JobReading } from 'backstage-plugin-modelops-node';
import type { z } from 'zod';
import type { runStateSchema } from './databricksSchemas';

/** State of a job and, when it failed, why. @internal */
export type DatabricksState = Pick<
  Extract<JobReading, { kind: 'found' }>,
  'state' | 'failure'
>;

type End =
  | 'succeeded'
  | 'canceled'
  | 'job-failed'
  | 'job-timed-out'
  | 'job-skipped';

/**
 * Jobs API `status.state` of a run that is not over. Over is `TERMINATED` only.
 * Source: Databricks REST reference, jobs/runs/get, `RunLifecycleStateV2State`.
 */
const LIVE: ReadonlyMap<string, 'submitted' | 'running'> = new Map([
  ['BLOCKED', 'submitted'],
  ['PENDING', 'submitted'],
  ['QUEUED', 'submitted'],
  ['WAITING', 'running'], // between two attempts
  ['RUNNING', 'running'],
  ['TERMINATING', 'running'], // work done, cluster being cleaned up; how it ended is not said yet
]);

/**
 * Jobs API `status.termination_details.code`. Codes not listed go by their type.
 * Source: Databricks REST reference, jobs/runs/get, `TerminationCodeCode`.
 */
const ENDS_BY_CODE: ReadonlyMap<string, End> = new Map([
  ['SUCCESS', 'succeeded'],
  ['SUCCESS_WITH_FAILURES', 'succeeded'], // every leaf task succeeded
  ['USER_CANCELED', 'canceled'],
  ['CANCELED', 'canceled'], // by the platform; a time limit says so in `state`, see below
  ['SKIPPED', 'job-skipped'],
  ['MAX_CONCURRENT_RUNS_EXCEEDED', 'job-skipped'],
  ['MAX_JOB_QUEUE_SIZE_EXCEEDED', 'job-skipped'],
  ['WORKSPACE_RUN_LIMIT_EXCEEDED', 'job-skipped'],
  ['DISABLED', 'job-skipped'],
]);

/** Jobs API `status.termination_details.type`; the list of codes grows, this one has not. Source: `TerminationTypeType`. */
const ENDS_BY_TYPE: ReadonlyMap<string, End> = new Map([
  ['SUCCESS', 'succeeded'],
  ['CLIENT_ERROR', 'job-failed'],
  ['CLOUD_FAILURE', 'job-failed'],
  ['INTERNAL_ERROR', 'job-failed'],
]);

/** Deprecated `state.life_cycle_state` of a run that is not over. Source: the same, `RunLifeCycleState`. */
const OLD_LIVE: ReadonlyMap<string, 'submitted' | 'running'> = new Map([
  ['BLOCKED', 'submitted'],
  ['PENDING', 'submitted'],
  ['QUEUED', 'submitted'],
  ['WAITING_FOR_RETRY', 'running'],
  ['RUNNING', 'running'],
  ['TERMINATING', 'running'],
]);

/** Deprecated `state.result_state`, which a `TERMINATED` run has. Source: the same, `RunResultState`. */
const OLD_ENDS: ReadonlyMap<string, End> = new Map([
  ['SUCCESS', 'succeeded'],
  ['SUCCESS_WITH_FAILURES', 'succeeded'],
  ['FAILED', 'job-failed'],
  ['UPSTREAM_FAILED', 'job-failed'],
  ['TIMEDOUT', 'job-timed-out'], // no underscore
  ['CANCELED', 'canceled'],
  ['UPSTREAM_CANCELED', 'canceled'],
  ['MAXIMUM_CONCURRENT_RUNS_REACHED', 'job-skipped'],
  ['EXCLUDED', 'job-skipped'],
  ['DISABLED', 'job-skipped'],
]);

const SENTENCES = {
  'job-failed': (word: string) =>
    `Databricks reports that the job failed${word}. Look at its log.`,
  'job-timed-out': (word: string) =>
    `Databricks stopped the job at its time limit${word}.`,
  'job-skipped': (word: string) =>
    `Databricks did not run the job${word}: a limit was reached, or it was switched off.`,
};

/** Undefined for a state that is not in the tables: the caller makes an error of it. @internal */
export function toRunState(
  run: z.output<typeof runStateSchema>,
): DatabricksState | undefined {
  const { status, state: old } = run;
  if (!status?.state) return fromOldState(old);
  const live = LIVE.get(status.state);
  if (live) return { state: live };
  if (status.state !== 'TERMINATED') return undefined;
  const { code, type } = status.termination_details ?? {};
  if (!code && !type) return fromOldState(old);
  // `status` has no code for a time limit: such a run is CANCELED there, and only `state` tells the two apart.
  if (old?.result_state === 'TIMEDOUT') return ended('job-timed-out', code);
  return ended(
    ENDS_BY_CODE.get(code ?? '') ?? ENDS_BY_TYPE.get(type ?? ''),
    code ?? type,
  );
}

function fromOldState(
  old: z.output<typeof runStateSchema>['state'],
): DatabricksState | undefined {
  const lifeCycle = old?.life_cycle_state ?? '';
  const result = old?.result_state;
  const live = OLD_LIVE.get(lifeCycle);
  if (live) return { state: live };
  if (lifeCycle === 'SKIPPED') return ended('job-skipped', lifeCycle);
  if (lifeCycle === 'INTERNAL_ERROR')
    return ended(
      result === 'TIMEDOUT' ? 'job-timed-out' : 'job-failed',
      lifeCycle,
    );
  if (lifeCycle !== 'TERMINATED') return undefined;
  return ended(OLD_ENDS.get(result ?? ''), result);
}

function ended(
  end: End | undefined,
  word: string | undefined,
): DatabricksState | undefined {
  if (!end) return undefined;
  if (end === 'succeeded' || end === 'canceled') return { state: end };
  return {
    state: 'failed',
    failure: { code: end, message: SENTENCES[end](enumWord(word)) },
  };
}

/** Only what looks like a word of an enum is shown; anything else could be text of somebody else's. */
function enumWord(word: string | undefined): string {
  return word && /^[A-Z][A-Z_]{0,63}$/.test(word) ? ` (${word})` : '';
}
