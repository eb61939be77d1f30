import type { AuditEntry } from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import type { SimulatedRun, Simulators } from 'modelops-simulators';
import type { StoredEntry } from '../../audit/verifyChain';
import type { RunRow } from '../../runs/runRow';

/** What there is to judge a portal by: its database, and what the platform says. */
export interface Evidence {
  runs: RunRow[];
  /** In order of their sequence, as stored. */
  stored: StoredEntry[];
  /** The same, read. */
  entries: AuditEntry[];
  jobs: SimulatedRun[];
}

/** Reads it past the portal. */
export async function gather(
  db: Knex,
  simulators: Simulators,
): Promise<Evidence> {
  const rows = await db('audit_entries').orderBy('sequence');
  return {
    runs: await db<RunRow>('runs').orderBy('requested_at'),
    stored: rows.map(({ sequence, hash, canonical }) => ({
      sequence: Number(sequence),
      hash,
      canonical,
    })),
    entries: rows.map(({ hash, canonical }) => ({
      ...JSON.parse(canonical),
      hash,
    })),
    jobs: await simulators.databricks.runs(),
  };
}
