import type { PermissionsService } from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  type AuthorizePermissionRequest,
} from '@backstage/plugin-permission-common';
import {
  administerPermission,
  auditReadPermission,
  ENTITY_PERMISSIONS,
  type Access,
} from 'backstage-plugin-modelops-common';
import { UnavailableError } from '../errors';
import type { Caller } from '../identity/Caller';
import { describeGuardrails } from './guardrails';
import {
  decideRole,
  rolesOf,
  type Asker,
  type RoleDecision,
  type RoleQuestion,
  type RunAs,
} from './roleMapping';
import type { RolesInEffect } from './RolesInEffect';

/** A question of a caller. `entityRef` is needed for every action but `audit` and `administer`. */
export interface AccessQuestion extends RoleQuestion {
  entityRef?: string;
}

/** Answer of both gates, and the mapping that gave it. */
export type AccessDecision = RoleDecision & { mappingHash: string };

/** The permission framework and the role mapping; both have to allow. */
export class AccessPolicy {
  readonly #permissions: PermissionsService;
  readonly #roles: RolesInEffect;

  constructor(options: {
    permissions: PermissionsService;
    roles: RolesInEffect;
  }) {
    this.#permissions = options.permissions;
    this.#roles = options.roles;
  }

  async decide(
    caller: Caller,
    question: AccessQuestion,
  ): Promise<AccessDecision> {
    const [decision] = await this.decideMany(caller, [question]);
    return decision;
  }

  /** One decision per question, in their order; the permission framework is asked once. */
  async decideMany(
    caller: Caller,
    questions: readonly AccessQuestion[],
  ): Promise<AccessDecision[]> {
    // Taken once: a reload while the permission framework is asked must not mix two mappings.
    const { mapping } = this.#roles;
    const asker = toAsker(caller);
    const permitted = await this.#permitted(caller, questions);
    return questions.map((question, at) => ({
      ...(permitted[at]
        ? decideRole(mapping, asker, question)
        : permissionDenied(question)),
      mappingHash: mapping.hash,
    }));
  }

  /** Answer of `GET /access`. */
  async access(caller: Caller): Promise<Access> {
    const { mapping } = this.#roles;
    const [audit, administer] = await this.decideMany(caller, [
      { action: 'audit' },
      { action: 'administer' },
    ]);
    return {
      userEntityRef: caller.userEntityRef,
      groups: [...caller.groups],
      identified: caller.identity !== undefined,
      audit: audit.allowed,
      administer: administer.allowed,
      roles: rolesOf(mapping, toAsker(caller)).map(role => ({
        name: role.name,
        rules: role.allow.map((rule, at) => ({
          rule: `${role.name}#${at}`,
          actions: [...rule.actions],
          resources: [...rule.resources],
          ...(rule.environments && { environments: [...rule.environments] }),
          ownedByMember: rule.ownedByMember,
          ...(rule.createEndpoints && { createEndpoints: true }),
          ...(rule.fromEnvironments && {
            fromEnvironments: [...rule.fromEnvironments],
          }),
          guardrails: describeGuardrails(rule.parameters),
          ...(rule.as && { as: describeRunAs(rule.as) }),
        })),
      })),
      mappingHash: mapping.hash,
      ...(administer.allowed && { configuration: this.#roles.describe() }),
    };
  }

  async #permitted(
    caller: Caller,
    questions: readonly AccessQuestion[],
  ): Promise<boolean[]> {
    const requests = new Map<string, AuthorizePermissionRequest>();
    for (const question of questions) {
      const request = permissionRequestFor(question);
      if (request) requests.set(keyOf(question), request);
    }
    if (requests.size === 0) return questions.map(() => false);
    const answers = await this.#permissions
      .authorize([...requests.values()], { credentials: caller.credentials })
      .catch(() => {
        // As it is, its status would reach the browser: a 404 while the permission backend is missing, or a 401.
        throw new UnavailableError(
          'internal',
          'The permission backend did not answer, so nothing was allowed. Try again later.',
        );
      });
    const allowed = new Set(
      [...requests.keys()].filter(
        (_, at) => answers[at]?.result === AuthorizeResult.ALLOW,
      ),
    );
    return questions.map(question => allowed.has(keyOf(question)));
  }
}

/** Undefined where there is nothing to ask about, which is a no. */
function permissionRequestFor(
  question: AccessQuestion,
): AuthorizePermissionRequest | undefined {
  if (question.action === 'audit') return { permission: auditReadPermission };
  if (question.action === 'administer') {
    return { permission: administerPermission };
  }
  return question.entityRef === undefined
    ? undefined
    : {
        permission: ENTITY_PERMISSIONS[question.action],
        resourceRef: question.entityRef,
      };
}

function keyOf(question: AccessQuestion): string {
  return `${question.action} ${question.entityRef ?? ''}`;
}

function permissionDenied({ action }: AccessQuestion): RoleDecision {
  const permission = {
    ...ENTITY_PERMISSIONS,
    audit: auditReadPermission,
    administer: administerPermission,
  }[action];
  return {
    allowed: false,
    code: 'permission-denied',
    message: `Needs the Backstage permission ${permission.name}. Ask your Backstage administrator.`,
  };
}

function toAsker(caller: Caller): Asker {
  return {
    userEntityRef: caller.userEntityRef.toLocaleLowerCase('en-US'),
    groups: caller.groups.map(group => group.toLocaleLowerCase('en-US')),
    claims: caller.identity?.claims,
    groupsOverage: caller.identity?.groupsOverage ?? false,
  };
}

function describeRunAs(as: RunAs): string {
  return as.through === 'workload'
    ? `${as.servicePrincipal} (through the portal; the platform does not see you)`
    : as.servicePrincipal;
}
