import type { Action } from 'backstage-plugin-modelops-common';
import { claimValues, isMember } from './membership';
import { PatternIndex } from './PatternIndex';
import {
  NO_RESOURCE,
  type Asker,
  type Member,
  type PlacedRule,
  type Role,
} from './Role';

/** Rules that share one action and one pattern. */
interface Bucket {
  rules: PlacedRule[];
  /** Those of them that have a member with claims. */
  claimRules: PlacedRule[];
  /** The same rules, by one thing each of their members has to have. */
  byMember: Map<string, Array<{ member: Member; rule: PlacedRule }>>;
}

/**
 * Finds the rules that concern a question without looking at the others: by action, by pattern and by one
 * thing a member needs. So a decision costs about the same with ten rules and with ten thousand.
 */
export class RuleIndex {
  readonly rules: readonly PlacedRule[];
  readonly #byAction = new Map<Action, PatternIndex<Bucket>>();
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

  /**
   * The first of the same rules that stands before the ordinal and is accepted. Looks at them one by one, in their order, and
   * at no more than it needs.
   */
  findBefore(
    ordinal: number,
    asker: Asker,
    action: Action,
    target: string,
    accepts: (rule: PlacedRule) => boolean,
  ): PlacedRule | undefined {
    const keys = this.#keysOf(asker);
    let found: PlacedRule | undefined;
    for (const bucket of this.#bucketsFor(action, target)) {
      for (const key of keys) {
        for (const { member, rule } of bucket.byMember.get(key) ?? []) {
          if (rule.ordinal >= (found?.ordinal ?? ordinal)) break;
          if (isMember(member, asker) && accepts(rule)) found = rule;
        }
      }
    }
    return found;
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
    const patterns = this.#byAction.get(action) ?? new PatternIndex<Bucket>();
    this.#byAction.set(action, patterns);
    return patterns.getOrAdd(pattern, () => ({
      rules: [],
      claimRules: [],
      byMember: new Map(),
    }));
  }

  #bucketsFor(action: Action, target: string): Iterable<Bucket> {
    return this.#byAction.get(action)?.matching(target) ?? [];
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
