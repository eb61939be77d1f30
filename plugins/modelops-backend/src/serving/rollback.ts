import {
  planTraffic,
  type ServedVersion,
  type TrafficShares,
} from 'backstage-plugin-modelops-common';
import type { StoredRun } from '../runs/runRow';

/**
 * The change that a rollback takes back: the newest that is known to have been made, or a later one that may have been and left
 * other shares than there were before it.
 */
export function changeToTakeBack(
  served: readonly ServedVersion[],
  changes: readonly StoredRun[],
): StoredRun | undefined {
  return changes.find(
    ({ state, before }) =>
      state === 'succeeded' || (before && !isAsBefore(served, before)),
  );
}

/** The shares of the model's versions that a rollback restores; or a sentence that says why it cannot. */
export type Rollback =
  | { ok: true; shares: TrafficShares }
  | { ok: false; problem: string };

/**
 * Takes the newest change back: the model's versions get the shares they had before it, and those that came with it get none.
 * Versions of other models keep theirs.
 */
export function rollbackTo(
  served: readonly ServedVersion[],
  before: TrafficShares,
): Rollback {
  const known = new Set(served.map(({ id }) => id));
  const gone = Object.keys(before).filter(
    id => before[id] > 0 && !known.has(id),
  );
  if (gone.length > 0) {
    return {
      ok: false,
      problem: `${gone.join(
        ' and ',
      )} had traffic before and is no longer served`,
    };
  }
  if (isAsBefore(served, before)) {
    return { ok: false, problem: 'the shares are what they were before it' };
  }
  const shares = Object.fromEntries(
    served
      .filter(one => one.ours)
      .map(({ id }) => [id, shareBefore(before, id)]),
  );
  const plan = planTraffic(served, shares);
  return plan.ok ? { ok: true, shares } : plan;
}

/** Whether the model's versions that are served have the shares that they had. */
function isAsBefore(
  served: readonly ServedVersion[],
  before: TrafficShares,
): boolean {
  return served
    .filter(one => one.ours)
    .every(({ id, share }) => shareBefore(before, id) === share);
}

function shareBefore(before: TrafficShares, id: string): number {
  return Object.hasOwn(before, id) ? before[id] : 0;
}
