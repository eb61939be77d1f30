import { setImmediate as breathe } from 'node:timers/promises';
import type { Config } from '@backstage/config';
import { createRoleMapping, type RoleMapping } from '../access/roleMapping';
import type { ModelopsConfig } from './ModelopsConfig';
import { Problems } from './Problems';
import { readBlock } from './readBlock';
import type { Modules } from './readConnections';
import { readRoles } from './readRoles';

/**
 * The roles of a changed configuration, for a backend that goes on with the connections and trusted locations it was started
 * with. Throws InputError with every problem; what else may be wrong with the other parts does not matter until a restart.
 */
export async function readChangedRoles(
  root: Config,
  running: Pick<ModelopsConfig, 'connections' | 'trustedLocations'>,
  modules: Modules,
): Promise<RoleMapping> {
  const problems = new Problems();
  const block = readBlock(root, problems);
  await breathe(); // requests are being answered meanwhile; ten thousand rules take some hundred milliseconds each time
  const connectionIds = [...running.connections.keys()];
  const roles = readRoles(
    block.roles,
    {
      connections: running.connections,
      connectionIds,
      modules,
      hasTrustedLocations: running.trustedLocations.length > 0,
      waitingConnectionIds: Object.keys(block.connections).filter(
        id => !running.connections.has(id),
      ),
    },
    problems,
  );
  problems.throwIfAny();
  await breathe();
  return createRoleMapping(roles);
}
