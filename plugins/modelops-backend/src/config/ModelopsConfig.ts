import type { Connection, Secret } from 'backstage-plugin-modelops-node';
import type { RoleMapping } from '../access/roleMapping';
import type { IdentityConfig } from '../identity/IdentityConfig';

/** The block `modelops` of app-config, validated. */
export interface ModelopsConfig {
  trustedLocations: readonly string[];
  identity: IdentityConfig;
  connections: ReadonlyMap<string, ConnectionConfig>;
  mapping: RoleMapping;
  audit: {
    /** Key of the keyed hashes in entries; made and kept in the database when left out. */
    hashKey?: Secret;
  };
  /** What is allowed but probably not meant; for the log and the Access page. */
  warnings: readonly string[];
}

/** One entry of `modelops.connections`. */
export interface ConnectionConfig extends Connection {
  /** Plain http on loopback is accepted. */
  insecure: boolean;
  /** Whether log tails may be read. */
  logs: boolean;
  /** Whether credentials that outlive 60 minutes are accepted. */
  acceptLongLived: boolean;
  /** How a person's token becomes a credential. */
  user: ExchangeConfig;
  /** How the portal's own token becomes a credential, for reading on behalf of nobody: runs are followed through it. */
  reader: ExchangeConfig;
}

/** A `user` or `reader` block. */
export interface ExchangeConfig {
  /** Id of the exchanger. */
  exchange: string;
  /** The other keys, as the exchanger's schema for this block made them. */
  settings: Record<string, unknown>;
}
