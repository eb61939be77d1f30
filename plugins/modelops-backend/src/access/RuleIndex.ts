import type { Action } from 'backstage-plugin-modelops-common';
import { compileGlob, type Glob } from './glob';
import { claimValues, isMember } from './membership';
import {
  NO_RESOURCE,
  type Asker,
  type Member,
  type PlacedRule,
  type Role,
} from './Role';

/** Rules that share one action and one pattern. */
interface Bucket {
  glob: Glob;
  rules: PlacedRule[];
  /** Those of them that have a member with claims. */
  claimRules: PlacedRule[];
  /** The same rules, by one thing each of their members has to have. */
  byMember: Map<string, Array<{ member: Member; rule: PlacedRule }>>;
}

interface ActionIndex {
  buckets: Map<string, Bucket>;
  /** Buckets with a `*`, by the text before it: a target is looked up once per length that these texts have. */
  byPrefix: Map<string, Bucket[]>;
  prefixLengths: Set<number>;
}

/**
 * Finds the rules that concern a question without looking at the others: by action, by pattern (its text before the first
 * `*`) and by one thing a member needs. So a decision costs about the same with ten rules and with ten thousand.
 */
export class RuleIndex {
  readonly rules: readonly PlacedRule[];
  readonly #byAction = new Map<Action, ActionIndex>();
  readonly #claimNames = new Set<string>();

  constructor(roles: readonly Role[]) {
    this.rules = roles
      .flatMap(role =>
        role.allow.map((rule, at) => ({
          name: `${role.name}#${at}`,
          role,
          rule,
        })),
      )
      .map((rule, ordinal) => ({ ...rule, ordinal }));
    for (const rule of this.rules) this.#add(rule);
  }

  /** Rules of `action` on `target` whose members include the asker, in their order. */
  rulesOf(asker: Asker, action: Action, target: string): PlacedRule[] {
    const keys = this.#keysOf(asker);
    const found = new Map<number, PlacedRule>();
    for (const bucket of this.#bucketsFor(action, target)) {
      for (const key of keys) {
        for (const { member, rule } of bucket.byMember.get(key) ?? []) {
          if (isMember(member, asker)) found.set(rule.ordinal, rule);
        }
      }
    }
    return [...found.values()].sort((a, b) => a.ordinal - b.ordinal);
  }

  /** Rules of `action` on `target`, whoever their members are; in order within each pattern. */
  *rulesOn(action: Action, target: string): Generator<PlacedRule> {
    for (const bucket of this.#bucketsFor(action, target)) yield* bucket.rules;
  }

  /** As `rulesOn`, but only rules that have a member with claims. */
  *claimRulesOn(action: Action, target: string): Generator<PlacedRule> {
    for (const bucket of this.#bucketsFor(action, target)) {
      yield* bucket.claimRules;
    }
  }

  #add(placed: PlacedRule) {
    const { actions, resources } = placed.rule;
    const patterns = resources.length > 0 ? resources : [NO_RESOURCE];
    for (const action of new Set(actions)) {
      for (const pattern of new Set(patterns)) {
        const bucket = this.#bucketOf(action, pattern);
        bucket.rules.push(placed);
        if (placed.role.members.some(member => member.claims !== undefined)) {
          bucket.claimRules.push(placed);
        }
        for (const member of placed.role.members) {
          const key = this.#keyOf(member);
          const entry = { member, rule: placed };
          const others = bucket.byMember.get(key);
          if (others) others.push(entry);
          else bucket.byMember.set(key, [entry]);
        }
      }
    }
  }

  #bucketOf(action: Action, pattern: string): Bucket {
    let index = this.#byAction.get(action);
    if (!index) {
      index = {
        buckets: new Map(),
        byPrefix: new Map(),
        prefixLengths: new Set(),
      };
      this.#byAction.set(action, index);
    }
    const known = index.buckets.get(pattern);
    if (known) return known;
    const glob = compileGlob(pattern);
    const bucket: Bucket = {
      glob,
      rules: [],
      claimRules: [],
      byMember: new Map(),
    };
    index.buckets.set(pattern, bucket);
    if (glob.wildcard) {
      const others = index.byPrefix.get(glob.prefix);
      if (others) others.push(bucket);
      else index.byPrefix.set(glob.prefix, [bucket]);
      index.prefixLengths.add(glob.prefix.length);
    }
    return bucket;
  }

  *#bucketsFor(action: Action, target: string): Generator<Bucket> {
    const index = this.#byAction.get(action);
    if (!index) return;
    const exact = index.buckets.get(target);
    if (exact && !exact.glob.wildcard) yield exact;
    for (const length of index.prefixLengths) {
      if (length > target.length) continue;
      for (const bucket of index.byPrefix.get(target.slice(0, length)) ?? []) {
        if (bucket.glob.matches(target)) yield bucket;
      }
    }
  }

  /** The one thing by which a member is found; the rest is checked by `isMember`. */
  #keyOf(member: Member): string {
    if (member.group !== undefined) return member.group;
    if (member.user !== undefined) return member.user;
    const [[name, value]] = Object.entries(member.claims ?? {});
    this.#claimNames.add(name);
    return claimKey(name, value);
  }

  #keysOf(asker: Asker): Set<string> {
    const keys = new Set([...asker.groups, asker.userEntityRef]);
    for (const name of this.#claimNames) {
      for (const value of claimValues(asker, name)) {
        keys.add(claimKey(name, value));
      }
    }
    return keys;
  }
}

/** Never equal to an entity reference, which has no quotes. */
function claimKey(name: string, value: string): string {
  return JSON.stringify([name, value]);
}
