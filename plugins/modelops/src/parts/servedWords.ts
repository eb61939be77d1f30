import {
  planDeploy,
  planPromote,
  type ServedVersion,
  type TrafficPlan,
  type TrafficShares,
} from 'backstage-plugin-modelops-common';

/** One line of "now and then": what is served, and the share it has before and after a change. */
export interface ShareChange {
  id: string;
  label: string;
  ours: boolean;
  /** Absent for what is not served yet. */
  now?: number;
  /** Absent for what is taken off. */
  then?: number;
}

/** `Version 2`; with the model's name for what belongs to another one. */
export function servedWord(
  served: Pick<ServedVersion, 'id' | 'model' | 'version' | 'ours'>,
): string {
  const version = served.version && `version ${served.version}`;
  if (served.ours) return version ? capitalized(version) : served.id;
  return [served.model, version].filter(Boolean).join(' ');
}

/**
 * Versions to choose from, with their words. One that was chosen and is no longer served stays among them: the list
 * would show another one as chosen.
 */
export function versionOptions(
  served: ReadonlyArray<string | undefined>,
  chosen: string,
): Array<readonly [value: string, word: string]> {
  const versions = served.filter(version => version !== undefined);
  const gone = chosen !== '' && !versions.includes(chosen);
  return [
    ...versions.map(one => [one, `Version ${one}`] as const),
    ...(gone
      ? [[chosen, `Version ${chosen} (no longer served)`] as const]
      : []),
  ];
}

/** The shares now and after a change, in the order that is served now; what is new comes last. */
export function shareChanges(
  served: readonly ServedVersion[],
  shares: TrafficShares,
  words: Readonly<Record<string, string>> = {},
): ShareChange[] {
  const known = served.map(one => ({
    id: one.id,
    label: servedWord(one),
    ours: one.ours,
    now: one.share,
    then: Object.hasOwn(shares, one.id) ? shares[one.id] : undefined,
  }));
  const added = Object.entries(shares)
    .filter(([id]) => !served.some(one => one.id === id))
    .map(([id, then]) => ({ id, label: words[id] ?? id, ours: true, then }));
  return [...known, ...added];
}

/** `Version 2: 90 %, Version 4: 10 %`, in the order of what is served. */
export function sharesSentence(
  served: readonly ServedVersion[],
  shares: TrafficShares,
): string {
  return shareChanges(served, shares)
    .filter(({ ours, then }) => ours && then !== undefined)
    .map(({ label, then }) => `${label}: ${then} %`)
    .join(', ');
}

/** The models whose versions share the endpoint, each once. */
export function otherModels(served: readonly ServedVersion[]): string[] {
  return [...new Set(served.filter(one => !one.ours).map(one => one.model))];
}

/**
 * The plan of a deployment before its name on the endpoint is known: the platform makes that up, so a version that is not
 * served yet stands under a name of our own.
 */
export function previewDeploy(
  served: readonly ServedVersion[],
  version: string,
  share: number,
): { plan: TrafficPlan; changes: ShareChange[] } {
  const already = served.find(one => one.ours && one.version === version);
  // No platform's name has a space.
  const id = already?.id ?? `version ${version}`;
  const plan = planDeploy(served, id, share);
  return {
    plan,
    changes: plan.ok
      ? shareChanges(served, plan.shares, { [id]: `Version ${version}` })
      : [],
  };
}

/** Whether a version has all that the model has of the endpoint, so that promoting it would change nothing. */
export function isPromoted(
  served: readonly ServedVersion[],
  version: string,
): boolean {
  const plan = planPromote(served, version);
  return plan.ok && served.every(({ id, share }) => plan.shares[id] === share);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
