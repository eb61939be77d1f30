import type { ServedVersion, TrafficShares } from './serving';

/** What a plan needs to know of what is served. @public */
export type SharedVersion = Pick<
  ServedVersion,
  'id' | 'version' | 'share' | 'ours'
>;

/** The shares after a change, of everything that is served then; or a sentence that says why it cannot be made. @public */
export type TrafficPlan =
  | { ok: true; shares: TrafficShares }
  | { ok: false; problem: string };

/**
 * Percent of the traffic that the versions of the model share among them. The rest goes to other models of the same
 * endpoint, whose shares no operation here changes.
 * @public
 */
export function shareOfOurs(served: readonly SharedVersion[]): number {
  return (
    100 - sum(served.filter(({ ours }) => !ours).map(({ share }) => share))
  );
}

/**
 * A version gets `share` percent of the whole traffic under the name `id`; the model's other versions keep what is left,
 * in the proportions they had.
 * @public
 */
export function planDeploy(
  served: readonly SharedVersion[],
  id: string,
  share: number,
): TrafficPlan {
  const most = shareOfOurs(served);
  if (!isShare(share)) return problem(`${share} is no whole percentage`);
  if (share > most) return problem(tooMuch(share, most));
  const foreign = served.find(one => one.id === id && !one.ours);
  if (foreign) return problem(`'${id}' serves another model`);
  const others = served.filter(one => one.ours && one.id !== id);
  if (others.length === 0 && share < most)
    return problem(
      `it is the only version of the model here, so it has to take ${most} %`,
    );
  return plan(served, {
    ...spread(others, most - share),
    [id]: share,
  });
}

/** Every version of the model gets the share that `shares` gives it; those it does not name keep theirs. @public */
export function planTraffic(
  served: readonly SharedVersion[],
  shares: Readonly<Record<string, unknown>>,
): TrafficPlan {
  const ours = served.filter(one => one.ours);
  for (const [id, share] of Object.entries(shares)) {
    const known = served.find(one => one.id === id);
    if (!known) return problem(`'${id}' is not served here`);
    if (!known.ours) return problem(`'${id}' serves another model`);
    if (!isShare(share)) return problem(`${share} is no whole percentage`);
  }
  const wanted = Object.fromEntries(
    ours.map(one => [
      one.id,
      Object.hasOwn(shares, one.id) ? Number(shares[one.id]) : one.share,
    ]),
  );
  const most = shareOfOurs(served);
  const given = sum(Object.values(wanted));
  if (given !== most)
    return problem(
      most === 100
        ? `the shares make ${given} %, and have to make 100 %`
        : `the shares make ${given} %, and have to make ${most} %, because other models have ${
            100 - most
          } % of this endpoint`,
    );
  return plan(served, wanted);
}

/** A served version gets all that the model has; its others stay ready with 0 %. @public */
export function planPromote(
  served: readonly SharedVersion[],
  version: string,
): TrafficPlan {
  const chosen = served.find(one => one.ours && one.version === version);
  if (!chosen) return problem(`version ${version} is not served here`);
  const zero = served.filter(one => one.ours).map(one => [one.id, 0] as const);
  return plan(served, {
    ...Object.fromEntries(zero),
    [chosen.id]: shareOfOurs(served),
  });
}

/**
 * A version is taken off; the model's others get its share, in the proportions they had. Without a version all of the
 * model's are taken off, which leaves nothing if no other model is served there.
 * @public
 */
export function planStop(
  served: readonly SharedVersion[],
  version?: string,
): TrafficPlan {
  const gone = served.filter(
    one => one.ours && (version === undefined || one.version === version),
  );
  if (gone.length === 0)
    return problem(
      version === undefined
        ? 'no version of the model is served here'
        : `version ${version} is not served here`,
    );
  const rest = served.filter(one => !gone.includes(one));
  const freed = sum(gone.map(({ share }) => share));
  const heirs = rest.filter(one => one.ours);
  if (heirs.length === 0 && rest.length > 0 && freed > 0)
    return problem(
      `it has ${freed} % of the traffic, which other models of this endpoint would get; move it first`,
    );
  const before = sum(heirs.map(({ share }) => share));
  return plan(rest, heirs.length > 0 ? spread(heirs, before + freed) : {});
}

/** The shares of all that is served, those of other models as they are. */
function plan(
  served: readonly SharedVersion[],
  ours: Readonly<Record<string, number>>,
): TrafficPlan {
  const foreign = served
    .filter(one => !one.ours)
    .map(one => [one.id, one.share] as const);
  return { ok: true, shares: { ...Object.fromEntries(foreign), ...ours } };
}

/** Splits a total in the proportions of the present shares, whole percents, by largest remainder. Equal parts of nothing. */
function spread(
  versions: readonly SharedVersion[],
  total: number,
): Record<string, number> {
  const before = sum(versions.map(({ share }) => share));
  const exact = versions.map(({ id, share }) => ({
    id,
    share: before === 0 ? total / versions.length : (share * total) / before,
  }));
  const shares = new Map(exact.map(({ id, share }) => [id, Math.floor(share)]));
  let left = total - sum([...shares.values()]);
  for (const { id } of [...exact].sort(
    (a, b) => (b.share % 1) - (a.share % 1),
  )) {
    if (left <= 0) break;
    shares.set(id, shares.get(id)! + 1);
    left -= 1;
  }
  return Object.fromEntries(shares);
}

function isShare(share: unknown): share is number {
  return (
    typeof share === 'number' &&
    Number.isInteger(share) &&
    share >= 0 &&
    share <= 100
  );
}

function tooMuch(share: number, most: number): string {
  return most === 0
    ? 'all of the traffic of this endpoint goes to other models; deploy with 0 %'
    : `${share} % is more than the ${most} % that other models leave`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function problem(sentence: string): TrafficPlan {
  return { ok: false, problem: sentence };
}
