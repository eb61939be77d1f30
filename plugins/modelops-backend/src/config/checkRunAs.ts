import type { Rule, RunAs } from '../access/roleMapping';
import type { ConnectionConfig } from './ModelopsConfig';
import type { ConfigPath, Problems } from './Problems';
import type { RoleContext } from './RoleContext';

/** Notes what keeps a rule from running things as another principal. */
export function checkRunAs(
  rule: Rule,
  as: RunAs,
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
  as: RunAs,
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
