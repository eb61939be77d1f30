import { NO_RESOURCE, type Asker, type Member, type PlacedRule } from './Role';
import type { RuleIndex } from './RuleIndex';

/** A rule that can never decide, and the earlier rules that always do instead. */
export interface ShadowedRule {
  rule: PlacedRule;
  by: string[];
}

/**
 * Rules for which every member, action and resource pattern is covered by an earlier rule. A rule that earlier ones cover only
 * together (a glob by several globs) is not found: the report may be incomplete, but what it says is true.
 */
export function findShadowedRules(index: RuleIndex): ShadowedRule[] {
  return index.rules.flatMap(rule => {
    const by = shadowsOf(rule, index);
    return by ? [{ rule, by }] : [];
  });
}

function shadowsOf(rule: PlacedRule, index: RuleIndex): string[] | undefined {
  const { actions, resources } = rule.rule;
  const names = new Set<string>();
  for (const action of actions) {
    for (const pattern of resources.length > 0 ? resources : [NO_RESOURCE]) {
      for (const member of rule.role.members) {
        // A glob that matches the text of a pattern matches all that the pattern does: its `*` stands for that of the other.
        const earlier = index.findBefore(
          rule.ordinal,
          typicalOf(member),
          action,
          pattern,
          one => isAsWide(one, rule),
        );
        if (!earlier) return undefined;
        names.add(earlier.name);
      }
    }
  }
  return [...names];
}

/** Somebody who has what the entry asks for, and nothing else. */
function typicalOf(member: Member): Asker {
  return {
    userEntityRef: member.user ?? '',
    groups: member.group === undefined ? [] : [member.group],
    claims: member.claims,
    groupsOverage: false,
  };
}

function isAsWide(one: PlacedRule, other: PlacedRule): boolean {
  const { environments } = one.rule;
  return (
    (!one.rule.ownedByMember || other.rule.ownedByMember) &&
    (environments === undefined ||
      (other.rule.environments?.every(name => environments.includes(name)) ??
        false))
  );
}
