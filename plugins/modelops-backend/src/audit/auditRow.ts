import type { AuditEntry } from 'backstage-plugin-modelops-common';
import type { ChainLink } from './ChainWitness';
import type { StoredEntry } from './verifyChain';

/** A row of `audit_entries`. */
export interface AuditRow {
  sequence: number | string;
  time: Date | number;
  code: string;
  outcome: string | null;
  actor: string;
  entity_ref: string | null;
  run_id: string | null;
  canonical: string;
  previous_hash: string;
  hash: string;
}

/** The place of a row in the chain. */
export function toLink({
  sequence,
  hash,
}: Pick<AuditRow, 'sequence' | 'hash'>): ChainLink {
  return { sequence: Number(sequence), hash };
}

/** As it is stored: nothing here has been compared with anything. */
export function toStored(row: AuditRow): StoredEntry {
  return {
    sequence: Number(row.sequence),
    hash: row.hash,
    canonical: row.canonical,
    copies: {
      time: Number(row.time),
      code: row.code,
      outcome: row.outcome ?? undefined,
      actor: row.actor,
      entityRef: row.entity_ref ?? undefined,
      runId: row.run_id ?? undefined,
      previousHash: row.previous_hash,
    },
  };
}

/** The row of an entry, whose hash covers `canonical`. */
export function toRow(entry: AuditEntry, canonical: string, time: Date) {
  return {
    sequence: entry.sequence,
    time,
    code: entry.code,
    outcome: entry.outcome ?? null,
    actor: entry.actor,
    entity_ref: entry.entityRef ?? null,
    run_id: entry.runId ?? null,
    canonical,
    previous_hash: entry.previousHash,
    hash: entry.hash,
  };
}
