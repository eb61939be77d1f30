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
  for (const id of ids) {
    const connection = context.connections.get(id);
    if (connection) checkPrincipal(as, connection, at, context, problems);
  }
}

/**
 * An exchanger that has no name for the principal exchanges nothing for it, whoever's token it is given, so `through` does
 * not matter. Whether the platform lets this person become it, only the platform can say.
 */
function checkPrincipal(
  as: RunAs,
  connection: ConnectionConfig,
  path: ConfigPath,
  context: RoleContext,
  problems: Problems,
) {
  const { platforms, exchangers } = context.modules;
  const { exchange, settings } = connection.user;
  const name = exchangers
    .find(one => one.id === exchange)
    ?.principalOf({
      settings,
      wanted: { kind: 'service-principal', id: as.servicePrincipal },
    });
  if (name !== undefined) return;
  const title = platforms.find(one => one.id === connection.platform)?.title;
  problems.add(
    [...path, 'servicePrincipal'],
    `is no service principal of ${title} that ${exchange} could become, with the person's token or the portal's; write the id that ${title} gives it`,
  );
}
