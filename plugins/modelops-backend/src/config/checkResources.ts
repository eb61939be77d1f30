import { compileGlob } from 'backstage-plugin-modelops-common';
import type { Rule } from '../access/roleMapping';
import type { ConnectionConfig } from './ModelopsConfig';
import { didYouMean } from './nearestName';
import type { ConfigPath, Problems } from './Problems';
import type { RoleContext } from './RoleContext';

/** Notes resources and environments of a rule that do not exist, or that never meet. */
export function checkResources(
  rule: Rule,
  path: ConfigPath,
  context: RoleContext,
  problems: Problems,
) {
  rule.resources.forEach((pattern, at) =>
    checkResource(pattern, rule, [...path, 'resources', at], context, problems),
  );
  checkEnvironments(rule, path, context, problems);
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
      const waiting = context.waitingConnectionIds?.find(id =>
        id.startsWith(prefix),
      );
      problems.add(
        path,
        waiting
          ? needsRestart(waiting)
          : `no connection begins with '${prefix}'`,
      );
    }
    return;
  }
  const id = prefix.slice(0, colon);
  if (!context.connectionIds.includes(id)) {
    problems.add(
      path,
      context.waitingConnectionIds?.includes(id)
        ? needsRestart(id)
        : `unknown connection '${id}'${didYouMean(id, context.connectionIds)}`,
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

function needsRestart(id: string): string {
  return `the connection '${id}' is not in effect yet: connections need a restart, roles do not`;
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
  for (const key of ['environments', 'fromEnvironments'] as const) {
    rule[key]?.forEach((environment, at) => {
      if (known.has(environment)) return;
      problems.add(
        [...path, key, at],
        `no connection has the environment '${environment}'${didYouMean(
          environment,
          known,
        )}`,
      );
    });
  }
}

function knownEnvironments(context: RoleContext): Set<string | undefined> {
  return new Set([...context.connections.values()].map(one => one.environment));
}
