import {
  isTerminal,
  type Operation,
  type RunState,
} from 'backstage-plugin-modelops-common';
import { StateConflictError } from '../errors';

/** Moves a run may make. Everything else is refused, whoever asks. */
const MOVES: Readonly<Record<RunState, readonly RunState[]>> = {
  requested: [
    'submitted',
    'running',
    'succeeded',
    'failed',
    'canceled',
    'lost', // nobody looked for a day, and now nobody can tell
    'unknown',
  ],
  submitted: ['running', 'succeeded', 'failed', 'canceled', 'lost'],
  running: ['succeeded', 'failed', 'canceled', 'lost'],
  unknown: ['submitted', 'running', 'succeeded', 'failed', 'canceled', 'lost'],
  succeeded: [],
  failed: [],
  canceled: [],
  lost: [],
  'awaiting-approval': [],
  declined: [],
};

/** Throws `run-state-conflict` unless a run in `from` may become `to`. */
export function requireMove(from: RunState, to: RunState): void {
  if (MOVES[from].includes(to)) return;
  throw new StateConflictError(
    'run-state-conflict',
    isTerminal(from)
      ? `The run is over (${from}).`
      : `A run that is ${from} cannot become ${to}.`,
  );
}

/** Whether a run can be cancelled: a change of what is served cannot, it is taken back by another one. */
export function isCancellable({ operation }: { operation: Operation }) {
  return operation === 'start';
}

/** Why not. */
export const NOT_CANCELLABLE =
  'A change of what is served cannot be cancelled. Wait until it is done, then roll back.';

/*
 * How the times of a submit fit together: deadline of the submit < lease < window. A submit that is cut off at its
 * deadline has ended before its lease does, so nobody reads too early; and a job that started at the last moment has long
 * been visible when the window ends, so "no job" then means that none was started. What a pause of the whole process inside
 * the call itself can still do is caught by the watch: a run closed as never sent is looked for for a day.
 */

/** Longest the request that starts a job may take, in milliseconds. */
export const SUBMIT_DEADLINE_MS = 20_000;
/** How long a run belongs to the replica that submits or reads it, in milliseconds. */
export const LEASE_MS = 60_000;
/** After this long without a job on the platform a run is closed as never sent, in milliseconds from its lease's start. */
export const NEVER_SENT_MS = 300_000;
/** How long a run that was closed as never sent is still looked for, in milliseconds. */
export const WATCH_MS = 24 * 60 * 60_000;
