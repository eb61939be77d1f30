import {
  isTerminal,
  type ErrorCode,
  type RunFailure,
  type RunState,
} from 'backstage-plugin-modelops-common';
import type { JobReading } from 'backstage-plugin-modelops-node';
import { NEVER_SENT_MS, WATCH_MS } from './runLifecycle';

/** What is known of a run when it is read. */
export interface RunFacts {
  state: RunState;
  /** Whether the platform has named its job. */
  named: boolean;
  /** Milliseconds since the submit may have begun. */
  ageMs: number;
  /** Whether another open run of ours, not named yet either, would look the same on the platform. */
  hasRival: boolean;
}

/** What a look at the platform gave: its reading, or no answer. */
export type Look = JobReading | { kind: 'unreachable' };

/** What to do with a run after a look at the platform. */
export type Move =
  | { kind: 'wait' }
  | { kind: 'advance'; to: RunState; failure?: RunFailure; notOurs?: boolean }
  /** A job turned up for a run that was closed as never sent. */
  | { kind: 'late' };

const WAIT: Move = { kind: 'wait' };
const RIVAL =
  'Two runs asked for the same at the same time, neither was answered, and the platform does not say whose this one is. Look at it on the platform.';

/** Decides from a run and one look at the platform. Never closes a run because of an outage. */
export function decideNext(run: RunFacts, look: Look): Move {
  if (isTerminal(run.state)) {
    return look.kind === 'found' && !look.likeness ? { kind: 'late' } : WAIT;
  }
  switch (look.kind) {
    case 'found':
      // The job may as well be the rival's; whose it is shows when one of the two is answered, if ever.
      if (look.likeness && run.hasRival)
        return run.ageMs < WATCH_MS ? findOut(run) : unclear(RIVAL);
      // A job that is repaired or queued again seems to go back; it has not ended, and that is all that matters.
      if (run.state === 'running' && look.state === 'submitted') return WAIT;
      return look.state === run.state
        ? WAIT
        : { kind: 'advance', to: look.state, failure: look.failure };
    case 'missing':
      if (run.named) return gone(run);
      return run.ageMs < NEVER_SENT_MS
        ? findOut(run)
        : close(
            'never-sent',
            'The platform has no job for this run. Nothing was started; start again.',
          );
    case 'not-ours':
      if (run.ageMs < NEVER_SENT_MS) return findOut(run);
      return { ...close('platform-run-not-ours', look.why), notOurs: true };
    case 'superseded':
      if (!run.named) return findOut(run);
      return {
        kind: 'advance',
        to: 'lost',
        failure: { code: 'change-superseded', message: look.why },
      };
    case 'unclear':
      return run.ageMs < WATCH_MS ? findOut(run) : unclear(look.why);
    default:
      return findOut(run);
  }
}

/** A run that was never answered is shown as being found out; one that was answered keeps its state meanwhile. */
function findOut(run: RunFacts): Move {
  return run.state === 'requested' ? { kind: 'advance', to: 'unknown' } : WAIT;
}

/** A named job is forgotten only some time after it was named: a fresh one may not be everywhere yet. */
function gone(run: RunFacts): Move {
  if (run.ageMs < NEVER_SENT_MS) return WAIT;
  return {
    kind: 'advance',
    to: 'lost',
    failure: {
      code: 'job-forgotten',
      message:
        'The platform no longer knows the job, so how it ended cannot be found out.',
    },
  };
}

/** Nobody will be able to tell any more. A person has to look, and until then the run must not count against limits. */
function unclear(why: string): Move {
  return {
    kind: 'advance',
    to: 'lost',
    failure: { code: 'job-unclear', message: why },
  };
}

function close(
  code: ErrorCode,
  message: string,
): Extract<Move, { kind: 'advance' }> {
  return { kind: 'advance', to: 'failed', failure: { code, message } };
}
