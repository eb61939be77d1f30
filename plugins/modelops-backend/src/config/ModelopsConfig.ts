import type { Connection, Secret } from 'backstage-plugin-modelops-node';
import type { RoleMapping } from '../access/roleMapping';
import type { IdentityConfig } from '../identity/IdentityConfig';

/** The block `modelops` of app-config, validated. */
export interface ModelopsConfig {
  trustedLocations: readonly string[];
  identity: IdentityConfig;
  connections: ReadonlyMap<string, ConnectionConfig>;
  mapping: RoleMapping;
  audit: AuditConfig;
  /** What is allowed but probably not meant, beside what `mapping` warns of; for the log and the Access page. */
  warnings: readonly string[];
}

/** `modelops.audit`. */
export interface AuditConfig {
  /** Key of the keyed hashes in entries; made and kept in the database when left out. */
  hashKey?: Secret;
  /** When a checkpoint is due. */
  pace: { entries: number; intervalMs: number };
  /** Where the signing key comes from; from the database when neither is there. `trustedKeys`: public keys of earlier ones. */
  keys: {
    signingKey?: Secret;
    signingKeyFile?: string;
    trustedKeys: readonly string[];
  };
  sinks: readonly SinkConfig[];
  /** Keeps all when left out. */
  retention?: { keepMs: number; folder: string };
}

/** A place for checkpoints outside the database. */
export type SinkConfig = { id: string } & (
  | { kind: 'file'; file: string }
  | { kind: 'http'; url: string; headers: Readonly<Record<string, Secret>> }
);

/** One entry of `modelops.connections`. */
export interface ConnectionConfig extends Connection {
  /** Plain http on loopback is accepted. */
  insecure: boolean;
  /** Whether log tails may be read. */
  logs: boolean;
  /** Whose credential reads versions and what is served: the person's own, or the portal's for everybody (design D10). */
  reads: 'person' | 'reader';
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
