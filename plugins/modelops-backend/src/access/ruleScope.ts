import { type Action, compileGlob } from 'backstage-plugin-modelops-common';
import type { Rule } from './Role';

/** What a rule is about, whoever its members are. */
export type RuleScope = Pick<Rule, 'actions' | 'resources' | 'environments'>;

/** Something that was done, or is being done, on a resource. */
export interface ScopedThing {
  action: Action;
  connection: string;
  /** Canonical resource without the connection, `job/8123`. */
  resource: string;
  environment?: string;
}

/** Tells what a rule covers. The patterns are compiled once, for any number of things. */
export function scopeOf(rule: RuleScope): (thing: ScopedThing) => boolean {
  const patterns = rule.resources.map(compileGlob);
  return ({ action, connection, resource, environment }) =>
    rule.actions.includes(action) &&
    (rule.environments === undefined ||
      (environment !== undefined && rule.environments.includes(environment))) &&
    patterns.some(pattern => pattern.matches(`${connection}:${resource}`));
}
