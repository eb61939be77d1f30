import type { ConnectionConfig } from './ModelopsConfig';
import type { Modules } from './readConnections';

/** What roles are checked against. */
export interface RoleContext {
  /** Valid connections. */
  connections: ReadonlyMap<string, ConnectionConfig>;
  /** All that are written down, valid or not: a broken one must not be reported as unknown too. */
  connectionIds: readonly string[];
  modules: Modules;
  hasTrustedLocations: boolean;
  /** Connections that a running backend would only know after a restart. */
  waitingConnectionIds?: readonly string[];
}
