import type { MappingChange } from 'backstage-plugin-modelops-common';
import canonicalize from 'canonicalize';
import type { Role, Rule } from './Role';

/** Most differences one entry lists; somebody who replaced a whole mapping reads the two files instead. */
const MAX_CHANGES = 100;
/** Longest text of a difference, in characters. With the number above an entry stays below 500 kB. */
const MAX_TEXT = 2_000;

/** What differs between two mappings, as far as an entry can list it, and how many differences there are in all. */
export interface MappingDiff {
  changes: MappingChange[];
  count: number;
}

/**
 * Says what differs, role by role. What is equal is paired first, so a rule put in above others shows as one addition and not
 * as a change of all below it. A role that only stands elsewhere is named too: the first rule that matches decides.
 */
export function diffMappings(
  before: readonly Role[],
  after: readonly Role[],
): MappingDiff {
  const changes = [...changesOf(before, after)];
  return {
    changes: changes.slice(0, MAX_CHANGES).map(shorten),
    count: changes.length,
  };
}

function* changesOf(
  before: readonly Role[],
  after: readonly Role[],
): Generator<MappingChange> {
  const kept = new Map(keptInOrder(before.map(nameOf), after.map(nameOf)));
  const placeBefore = new Map(before.map((role, at) => [role.name, at]));
  for (const [at, role] of after.entries()) {
    const oldAt = placeBefore.get(role.name);
    placeBefore.delete(role.name);
    if (oldAt === undefined) {
      yield { role: role.name, after: textOf(aboutRole(role, at)) };
      yield* ruleChanges(role.name, [], role.allow);
      continue;
    }
    const old = before[oldAt];
    const differs = {
      members: textOf(old.members) !== textOf(role.members),
      place: kept.get(oldAt) !== at,
    };
    if (differs.members || differs.place) {
      yield {
        role: role.name,
        before: textOf(aboutRole(old, oldAt, differs)),
        after: textOf(aboutRole(role, at, differs)),
      };
    }
    yield* ruleChanges(role.name, old.allow, role.allow);
  }
  for (const [name, at] of placeBefore) {
    yield { role: name, before: textOf(aboutRole(before[at], at)) };
    yield* ruleChanges(name, before[at].allow, []);
  }
}

/** Between two rules that stayed, what was there is paired with what is there now; what is left over came or went. */
function* ruleChanges(
  role: string,
  before: readonly Rule[],
  after: readonly Rule[],
): Generator<MappingChange> {
  const old = before.map(textOf);
  const now = after.map(textOf);
  let oldAt = 0;
  let nowAt = 0;
  for (const [oldEnd, nowEnd] of [
    ...keptInOrder(old, now),
    [old.length, now.length],
  ]) {
    while (oldAt < oldEnd || nowAt < nowEnd) {
      const place = nowAt < nowEnd ? nowAt : oldAt;
      yield {
        role,
        rule: `${role}#${place}`,
        ...(oldAt < oldEnd && { before: old[oldAt++] }),
        ...(nowAt < nowEnd && { after: now[nowAt++] }),
      };
    }
    oldAt = oldEnd + 1;
    nowAt = nowEnd + 1;
  }
}

/** Place counts from 1, as people do. */
function aboutRole(
  role: Role,
  at: number,
  what = { members: true, place: true },
): object {
  return {
    ...(what.members && { members: role.members }),
    ...(what.place && { place: at + 1 }),
  };
}

/** Places of texts that are in both lists, in the same order: as many as can be kept without one passing another. */
function keptInOrder(
  before: readonly string[],
  after: readonly string[],
): Array<[before: number, after: number]> {
  const free = new Map<string, number[]>();
  for (const [at, text] of [...after.entries()].reverse()) {
    const places = free.get(text);
    if (places) places.push(at);
    else free.set(text, [at]);
  }
  const pairs = before.flatMap((text, at): Array<[number, number]> => {
    const place = free.get(text)?.pop();
    return place === undefined ? [] : [[at, place]];
  });
  return longestRise(pairs);
}

/** The longest chain of pairs, in their order, in which the second number always rises (patience sorting, n log n). */
function longestRise(
  pairs: ReadonlyArray<[number, number]>,
): Array<[number, number]> {
  /** By length of chain: the link that such a chain can end with lowest. */
  const ends: Link[] = [];
  for (const pair of pairs) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle].pair[1] < pair[1]) low = middle + 1;
      else high = middle;
    }
    ends[low] = { pair, previous: ends[low - 1] };
  }
  const chain: Array<[number, number]> = [];
  for (let link = ends.at(-1); link; link = link.previous) {
    chain.push(link.pair);
  }
  return chain.reverse();
}

interface Link {
  pair: [number, number];
  previous?: Link;
}

function nameOf(role: Role): string {
  return role.name;
}

/** Canonical, so that the order of keys and defaults that are left out make no difference. */
function textOf(value: unknown): string {
  return canonicalize(value) as string;
}

function shorten(change: MappingChange): MappingChange {
  const { before, after, ...rest } = change;
  return {
    ...rest,
    ...(before !== undefined && { before: cut(before) }),
    ...(after !== undefined && { after: cut(after) }),
  };
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
