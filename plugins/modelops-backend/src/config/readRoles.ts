import { compileGlob } from '../access/glob';
import type { Role, Rule } from '../access/roleMapping';
import type { ConnectionConfig } from './ModelopsConfig';
import { didYouMean } from './nearestName';
import type { ConfigPath, Problems } from './Problems';
import type { Modules } from './readConnections';
import { roleSchema, ruleSchema } from './roleSchema';

/** What roles are checked against. */
export interface RoleContext {
  /** Valid connections. */
  connections: ReadonlyMap<string, ConnectionConfig>;
  /** All that are written down, valid or not: a broken one must not be reported as unknown too. */
  connectionIds: readonly string[];
  modules: Modules;
  hasTrustedLocations: boolean;
  hasWorkload: boolean;
}

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
  rule.resources.forEach((pattern, at) =>
    checkResource(pattern, rule, [...path, 'resources', at], context, problems),
  );
  checkEnvironments(rule, path, context, problems);
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
    as: rule.as !== undefined,
  };
  for (const [key, present] of Object.entries(useless)) {
    if (present) {
      problems.add([...path, key], `does not go with ${general.join(', ')}`);
    }
  }
}

function checkLimits(rule: Rule, path: ConfigPath, problems: Problems) {
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

function checkResource(
  pattern: string,
  rule: Rule,
  path: ConfigPath,
  context: RoleContext,
  problems: Problems,
) {
  const { prefix, wildcard } = compileGlob(pattern);
  const colon = prefix.indexOf(':');
  if (colon === -1) {
    if (!wildcard) {
      problems.add(path, 'has to be <connection>:<resource>');
    } else if (
      prefix !== '' &&
      !context.connectionIds.some(id => id.startsWith(prefix))
    ) {
      problems.add(path, `no connection begins with '${prefix}'`);
    }
    return;
  }
  const id = prefix.slice(0, colon);
  if (!context.connectionIds.includes(id)) {
    problems.add(
      path,
      `unknown connection '${id}'${didYouMean(id, context.connectionIds)}`,
    );
    return;
  }
  const connection = context.connections.get(id);
  if (!connection) return;
  if (!wildcard) {
    checkSpelling(
      pattern.slice(colon + 1),
      connection,
      path,
      context,
      problems,
    );
  }
  const { environment } = connection;
  if (
    rule.environments?.every(one => knownEnvironments(context).has(one)) &&
    !(environment && rule.environments.includes(environment))
  ) {
    problems.add(
      path,
      `never matches, because the environment of ${id} is ${
        environment ?? 'not set'
      }`,
    );
  }
}

/** A pattern without `*` that is not the one spelling of a resource would match nothing. */
function checkSpelling(
  resource: string,
  connection: ConnectionConfig,
  path: ConfigPath,
  context: RoleContext,
  problems: Problems,
) {
  const platform = context.modules.platforms.find(
    one => one.id === connection.platform,
  );
  const parsed = platform?.parseResource(resource);
  if (!parsed) {
    problems.add(
      path,
      `'${resource}' is no resource of ${
        platform?.title
      }; it has ${platform?.resourceForms.join(', ')}`,
    );
  } else if (parsed.canonical !== resource) {
    problems.add(
      path,
      `write it as ${connection.id}:${parsed.canonical}, or it matches nothing`,
    );
  }
}

function checkEnvironments(
  rule: Rule,
  path: ConfigPath,
  context: RoleContext,
  problems: Problems,
) {
  // With a broken connection, its environment may be the one that seems unknown.
  if (context.connections.size < context.connectionIds.length) return;
  const known = knownEnvironments(context);
  rule.environments?.forEach((environment, at) => {
    if (known.has(environment)) return;
    problems.add(
      [...path, 'environments', at],
      `no connection has the environment '${environment}'${didYouMean(
        environment,
        known,
      )}`,
    );
  });
}

function knownEnvironments(context: RoleContext): Set<string | undefined> {
  return new Set([...context.connections.values()].map(one => one.environment));
}

function checkRunAs(
  rule: Rule,
  as: NonNullable<Rule['as']>,
  path: ConfigPath,
  context: RoleContext,
  problems: Problems,
) {
  const at = [...path, 'as'];
  if (rule.resources.some(pattern => pattern.includes('*'))) {
    problems.add(
      at,
      'does not go with a wildcard in resources; list what this principal is for',
    );
  }
  const ids = new Set(rule.resources.map(pattern => pattern.split(':')[0]));
  if (ids.size > 1) {
    problems.add(
      at,
      `does not go with resources on several connections (${[...ids].join(
        ', ',
      )}); write one rule for each`,
    );
  }
  if (!context.hasTrustedLocations) {
    problems.add(
      at,
      'needs modelops.trustedLocations: without it anybody could register an entity bound to these resources',
    );
  }
  if (as.through === 'workload' && !context.hasWorkload) {
    problems.add(
      [...at, 'through'],
      'workload needs modelops.identity.workload, the identity it exchanges',
    );
  }
  for (const id of ids) {
    const connection = context.connections.get(id);
    if (connection) checkReachable(as, connection, at, context, problems);
  }
}

/** Whether the exchanger of the connection knows how to become the principal with the person's own token. */
function checkReachable(
  as: NonNullable<Rule['as']>,
  connection: ConnectionConfig,
  path: ConfigPath,
  context: RoleContext,
  problems: Problems,
) {
  if (!connection.user) {
    problems.add(
      path,
      `needs a block user in modelops.connections.${connection.id}, which says how credentials are got`,
    );
    return;
  }
  const { exchange, settings } = connection.user;
  const reachable = context.modules.exchangers
    .find(one => one.id === exchange)
    ?.principalOf({
      settings,
      wanted: { kind: 'service-principal', id: as.servicePrincipal },
    });
  if (reachable === undefined && as.through === 'person') {
    problems.add(
      path,
      `${exchange} cannot become this principal with the person's own token; say through: workload if the platform may see the portal instead of the person`,
    );
  }
}
