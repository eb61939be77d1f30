import type { Action } from 'backstage-plugin-modelops-common';
import type { Guardrails } from './guardrails';

/** One entry of `members`: every key has to hold. */
export interface Member {
  /** Full reference of a group the person has to be in. */
  group?: string;
  /** Full reference the person has to be. */
  user?: string;
  /** Claims of the verified ID token: the text itself, or a list that holds it. */
  claims?: Readonly<Record<string, string>>;
}

/** Run as this principal of the platform instead of as the person. */
export interface RunAs {
  servicePrincipal: string;
  /** `workload`: reached with the portal's own token, so the platform sees the portal and not the person. */
  through: 'person' | 'workload';
}

/** Most that one person may have running, or ask. */
export interface RuleLimits {
  concurrentRuns?: number;
  predictionsPerMinute?: number;
}

/** One entry of `allow`. */
export interface Rule {
  actions: readonly Action[];
  /** Patterns of `<connection>:<resource>`; empty for `audit` and `administer`. */
  resources: readonly string[];
  environments?: readonly string[];
  ownedByMember: boolean;
  parameters: Guardrails;
  limits: RuleLimits;
  /** A deploy may create an endpoint that does not exist. */
  createEndpoints?: boolean;
  /** Environments that a version may come from although the endpoint is of another (ADR 4). */
  fromEnvironments?: readonly string[];
  as?: RunAs;
}

/** One entry of `modelops.roles`. */
export interface Role {
  name: string;
  members: readonly Member[];
  allow: readonly Rule[];
}

/** One rule and its place in the configuration. */
export interface PlacedRule {
  /** `fraud-ml-engineer#0`. */
  name: string;
  /** Place among all rules; the lowest that matches decides. */
  ordinal: number;
  role: Role;
  rule: Rule;
}

/** The person who asks, as far as roles care. References in lower case. */
export interface Asker {
  userEntityRef: string;
  groups: readonly string[];
  /** Of the verified ID token; absent when the request carried none. */
  claims?: Readonly<Record<string, unknown>>;
  groupsOverage: boolean;
}

/** Target of the actions that have no resource. */
export const NO_RESOURCE = '';
