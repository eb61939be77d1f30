import {
  planTraffic,
  type ServedVersion,
  type TrafficShares,
} from 'backstage-plugin-modelops-common';

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
  const ours = served.filter(one => one.ours);
  const shares = Object.fromEntries(
    ours.map(({ id }) => [id, Object.hasOwn(before, id) ? before[id] : 0]),
  );
  if (ours.every(({ id, share }) => shares[id] === share)) {
    return { ok: false, problem: 'the shares are what they were before it' };
  }
  const plan = planTraffic(served, shares);
  return plan.ok ? { ok: true, shares } : plan;
}
