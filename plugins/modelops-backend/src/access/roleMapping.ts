import { createHash } from 'node:crypto';
import type { Action } from 'backstage-plugin-modelops-common';
import canonicalize from 'canonicalize';
import type { Guardrails } from './guardrails';
import { isMember, isMemberButForClaims } from './membership';
import {
  claimsOverage,
  environmentNotAllowed,
  identityNeeded,
  originUntrusted,
  ownerRequired,
  roleMissing,
  type Refusal,
} from './refusals';
import {
  NO_RESOURCE,
  type Asker,
  type PlacedRule,
  type Role,
  type RuleLimits,
  type RunAs,
} from './Role';
import { RuleIndex } from './RuleIndex';
import type { RuleScope } from './ruleScope';
import { findShadowedRules } from './shadowedRules';

export type { Asker, Member, Role, Rule, RuleLimits, RunAs } from './Role';

/** All roles of one state of the configuration. Never changes; a reload makes another. */
export interface RoleMapping {
  readonly roles: readonly Role[];
  /** The roles as canonical JSON (RFC 8785). */
  readonly canonical: string;
  /** SHA-256 of that. */
  readonly hash: string;
  /** What is allowed but probably not meant: no roles, rules that can never decide anything. */
  readonly warnings: readonly string[];
  readonly index: RuleIndex;
}

/** What is asked. `connection` and `resource` are absent only for `audit` and `administer`. */
export interface RoleQuestion {
  action: Action;
  connection?: string;
  environment?: string;
  /** Canonical resource without the connection, `job/8123`. */
  resource?: string;
  /** `trusted`: the entity comes from a location of `modelops.trustedLocations`. */
  entity?: EntityFacts;
}

/** What an entity says about itself, and whether that counts. */
export interface EntityFacts {
  owners: readonly string[];
  trusted: boolean;
}

/** The rule that decides, or why none does. */
export type RoleDecision =
  | {
      allowed: true;
      role: string;
      /** `fraud-ml-engineer#0`. */
      rule: string;
      as?: RunAs;
      guardrails: Guardrails;
      limits: RuleLimits;
      createEndpoints: boolean;
      fromEnvironments: readonly string[];
      /** What else the rule decides about, for counting towards its limits. */
      scope: RuleScope;
    }
  | Refusal;

/** Makes the mapping of valid roles: hash, index, warnings. */
export function createRoleMapping(roles: readonly Role[]): RoleMapping {
  const index = new RuleIndex(roles);
  const canonical = canonicalize(roles) as string;
  return Object.freeze({
    roles,
    canonical,
    hash: createHash('sha256').update(canonical).digest('hex'),
    warnings: warningsFor(index),
    index,
  });
}

function warningsFor(index: RuleIndex): string[] {
  if (index.rules.length === 0) {
    return ['modelops.roles is empty, so nobody may do anything'];
  }
  return findShadowedRules(index).map(
    ({ rule, by }) =>
      `modelops.roles: the rule ${rule.name} never decides anything; ${by.join(
        ' and ',
      )} always ${by.length > 1 ? 'decide' : 'decides'} before it`,
  );
}

/**
 * The first rule that matches members, action, resource, environment and ownership decides. Where none does, the answer
 * is the reason nearest to a yes.
 */
export function decideRole(
  mapping: RoleMapping,
  asker: Asker,
  question: RoleQuestion,
): RoleDecision {
  const { action } = question;
  const target = targetOf(question);
  let nearMiss: Refusal | undefined;
  for (const rule of mapping.index.rulesOf(asker, action, target)) {
    const miss = missOf(rule, asker, question);
    if (!miss) return decisionOf(rule, question);
    nearMiss ??= miss;
  }
  return (
    nearMiss ??
    claimMiss(mapping, asker, question, target) ??
    roleMissing(
      target === NO_RESOURCE ? action : `${action} on ${target}`,
      inEnvironment(mapping.index.rulesOn(action, target), question),
    )
  );
}

/** Roles that list the asker as a member, in their order. */
export function rolesOf(mapping: RoleMapping, asker: Asker): Role[] {
  return mapping.roles.filter(role =>
    role.members.some(member => isMember(member, asker)),
  );
}

/** What patterns are matched against: `<connection>:<resource>`. */
function targetOf({ action, connection, resource }: RoleQuestion): string {
  if (action === 'audit' || action === 'administer') return NO_RESOURCE;
  if (!connection || !resource) {
    throw new TypeError(`'${action}' is asked about a resource`);
  }
  return `${connection}:${resource}`;
}

/** Why a rule of the asker's own role does not match, or undefined when it does. */
function missOf(
  rule: PlacedRule,
  asker: Asker,
  question: RoleQuestion,
): Refusal | undefined {
  if (!isInEnvironment(rule, question)) {
    return environmentNotAllowed(rule, question.action, question.environment);
  }
  if (!rule.rule.ownedByMember) return undefined;
  if (!question.entity?.trusted) return originUntrusted(rule.role);
  const owned = question.entity.owners.some(owner =>
    asker.groups.includes(owner),
  );
  return owned ? undefined : ownerRequired(rule.role);
}

function decisionOf(
  { name, role, rule }: PlacedRule,
  question: RoleQuestion,
): RoleDecision {
  // This rule decides, and it says "as that principal"; a later rule would run it as somebody else.
  if (rule.as && !question.entity?.trusted) return originUntrusted(role);
  return {
    allowed: true,
    role: role.name,
    rule: name,
    ...(rule.as && { as: rule.as }),
    guardrails: rule.parameters,
    limits: rule.limits,
    createEndpoints: rule.createEndpoints ?? false,
    fromEnvironments: rule.fromEnvironments ?? [],
    scope: rule,
  };
}

function isInEnvironment({ rule }: PlacedRule, question: RoleQuestion) {
  return (
    rule.environments === undefined ||
    (question.environment !== undefined &&
      rule.environments.includes(question.environment))
  );
}

function* inEnvironment(
  rules: Iterable<PlacedRule>,
  question: RoleQuestion,
): Generator<PlacedRule> {
  for (const rule of rules) {
    if (isInEnvironment(rule, question)) yield rule;
  }
}

/** Whether only the ID token stands between the asker and a rule: it was not sent, or had too many groups. */
function claimMiss(
  mapping: RoleMapping,
  asker: Asker,
  question: RoleQuestion,
  target: string,
): Refusal | undefined {
  if (asker.claims && !asker.groupsOverage) return undefined;
  const rules = mapping.index.claimRulesOn(question.action, target);
  for (const { role } of inEnvironment(rules, question)) {
    const near = role.members.some(
      member =>
        member.claims !== undefined &&
        (!asker.claims || member.claims.groups !== undefined) &&
        isMemberButForClaims(member, asker),
    );
    if (near) return asker.claims ? claimsOverage(role) : identityNeeded(role);
  }
  return undefined;
}
