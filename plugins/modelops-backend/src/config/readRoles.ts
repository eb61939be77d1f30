import type { Role, Rule } from '../access/roleMapping';
import { checkResources } from './checkResources';
import { checkRunAs } from './checkRunAs';
import type { ConfigPath, Problems } from './Problems';
import type { RoleContext } from './RoleContext';
import { roleSchema, ruleSchema } from './roleSchema';

/** `modelops.roles`. A role with a problem is left out, and the problem noted. */
export function readRoles(
  roles: readonly unknown[],
  context: RoleContext,
  problems: Problems,
): Role[] {
  const names = new Set<string>();
  return roles.flatMap((value, at) => {
    const path = ['roles', at];
    const role = problems.parse(roleSchema, value, path);
    const allow = role?.allow ?? allowOf(value);
    const rules = allow.flatMap((rule, index) =>
      readRule(rule, [...path, 'allow', index], context, problems),
    );
    if (!role) return [];
    if (names.has(role.name)) {
      problems.add(
        [...path, 'name'],
        `a second role is called '${role.name}'; a later file replaces the list as a whole, so merge the two`,
      );
    }
    names.add(role.name);
    return [{ ...role, allow: rules }];
  });
}

/** The rules of a role that has problems of its own. */
function allowOf(role: unknown): unknown[] {
  const allow = (role as { allow?: unknown } | null)?.allow;
  return Array.isArray(allow) ? allow : [];
}

function readRule(
  value: unknown,
  path: ConfigPath,
  context: RoleContext,
  problems: Problems,
): Rule[] {
  const parsed = problems.parse(ruleSchema, value, path);
  if (!parsed) return [];
  const rule: Rule = { ...parsed, resources: parsed.resources ?? [] };
  checkActions(rule, path, problems);
  checkResources(rule, path, context, problems);
  if (rule.ownedByMember && !context.hasTrustedLocations) {
    problems.add(
      [...path, 'ownedByMember'],
      'needs modelops.trustedLocations: without it anybody could register an entity and name an owner',
    );
  }
  if (rule.as) checkRunAs(rule, rule.as, path, context, problems);
  return [rule];
}

/** `audit` and `administer` stand for themselves; everything else is granted on resources. */
function checkActions(rule: Rule, path: ConfigPath, problems: Problems) {
  const general = rule.actions.filter(
    action => action === 'audit' || action === 'administer',
  );
  if (general.length > 0 && general.length < rule.actions.length) {
    problems.add(
      [...path, 'actions'],
      `${general.join(
        ' and ',
      )} cannot stand with actions on resources; write two rules`,
    );
    return;
  }
  if (general.length === 0) {
    if (rule.resources.length === 0) {
      problems.add(
        [...path, 'resources'],
        "is missing; write ['*'] for all resources",
      );
    }
    checkLimits(rule, path, problems);
    return;
  }
  const useless = {
    resources: rule.resources.length > 0,
    environments: rule.environments !== undefined,
    ownedByMember: rule.ownedByMember,
    parameters: Object.keys(rule.parameters).length > 0,
    limits: Object.keys(rule.limits).length > 0,
    createEndpoints: rule.createEndpoints !== undefined,
    fromEnvironments: rule.fromEnvironments !== undefined,
    as: rule.as !== undefined,
  };
  for (const [key, present] of Object.entries(useless)) {
    if (present) {
      problems.add([...path, key], `does not go with ${general.join(', ')}`);
    }
  }
}

function checkLimits(rule: Rule, path: ConfigPath, problems: Problems) {
  for (const key of ['createEndpoints', 'fromEnvironments'] as const) {
    if (rule[key] !== undefined && !rule.actions.includes('deploy')) {
      problems.add([...path, key], 'has no effect without deploy');
    }
  }
  const starts = rule.actions.some(action =>
    ['train', 'deploy', 'serve'].includes(action),
  );
  const predicts = rule.actions.includes('predict');
  if (rule.limits.concurrentRuns !== undefined && !starts) {
    problems.add(
      [...path, 'limits', 'concurrentRuns'],
      'has no effect without train, deploy or serve',
    );
  }
  if (rule.limits.predictionsPerMinute !== undefined && !predicts) {
    problems.add(
      [...path, 'limits', 'predictionsPerMinute'],
      'has no effect without predict',
    );
  }
  if (Object.keys(rule.parameters).length > 0 && !starts && !predicts) {
    problems.add(
      [...path, 'parameters'],
      'has no effect without train, deploy, serve or predict',
    );
  }
}
