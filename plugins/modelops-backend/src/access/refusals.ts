import type { ErrorCode } from 'backstage-plugin-modelops-common';
import type { PlacedRule, Role } from './Role';

/** Why something is not allowed: a code to switch on and a sentence that says whom to ask. */
export interface Refusal {
  allowed: false;
  code: ErrorCode;
  message: string;
}

/** Groups and roles named in one sentence; more would be a directory, not advice. */
const MOST_NAMED = 5;

export function environmentNotAllowed(
  { role, rule }: PlacedRule,
  action: string,
  environment: string | undefined,
): Refusal {
  return {
    allowed: false,
    code: 'environment-not-allowed',
    message: `Your role ${role.name} allows ${action} only in ${orList(
      rule.environments ?? [],
    )}, and this is ${
      environment ?? 'a connection without an environment'
    }. Ask for a role that allows it here.`,
  };
}

export function ownerRequired(role: Role): Refusal {
  return {
    allowed: false,
    code: 'owner-required',
    message: `Your role ${role.name} allows this only on entities that one of your groups owns. Ask the owner of this entity.`,
  };
}

export function originUntrusted(role: Role): Refusal {
  return {
    allowed: false,
    code: 'origin-untrusted',
    message: `Your role ${role.name} relies on what the entity says about itself, and this entity does not come from a location of modelops.trustedLocations. Register it from one.`,
  };
}

export function identityNeeded(role: Role): Refusal {
  return {
    allowed: false,
    code: 'identity-needed',
    message: `The role ${role.name} is bound to a claim of your ID token, and the request carried none. Sign in with the identity provider.`,
  };
}

export function claimsOverage(role: Role): Refusal {
  return {
    allowed: false,
    code: 'claims-overage',
    message: `The role ${role.name} is bound to the claim groups, and your ID token names too many groups to carry them. Ask for a role bound to a Backstage group.`,
  };
}

/** Names the groups whose members may; of roles bound to claims or to single people only the role. */
export function roleMissing(
  what: string,
  rules: Iterable<PlacedRule>,
): Refusal {
  const groups = new Set<string>();
  const roles = new Set<string>();
  for (const { role } of rules) {
    const own = role.members.flatMap(({ group, user }) =>
      group !== undefined && user === undefined ? [group] : [],
    );
    own.forEach(group => groups.add(`${group} (role ${role.name})`));
    if (own.length === 0) roles.add(role.name);
    if (groups.size >= MOST_NAMED) break;
  }
  return {
    allowed: false,
    code: 'role-missing',
    message: `None of your roles allows ${what}. ${adviceFor(groups, roles)}`,
  };
}

function adviceFor(groups: Set<string>, roles: Set<string>): string {
  if (groups.size > 0) return `Ask for membership in ${orList(groups)}.`;
  if (roles.size > 0) {
    return `It takes the role ${orList(
      roles,
    )}, which is bound to no Backstage group. Ask your platform administrator.`;
  }
  return 'No role does. Ask your platform administrator to add one to modelops.roles.';
}

function orList(names: Iterable<string>): string {
  return [...names].slice(0, MOST_NAMED).join(' or ');
}
