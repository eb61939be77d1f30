import type { Knex } from 'knex';
import { isSqlite } from '../../database/migrate';
import { canonicalJson, hashOf } from '../auditEntry';

const TABLES = [
  'audit_entries',
  'audit_checkpoints',
  'audit_keys',
  'audit_segments',
];

/** What only the owner of the database can do. Gives what puts them back. */
export async function dropTriggers(db: Knex): Promise<() => Promise<void>> {
  if (!isSqlite(db)) {
    const switchAll = async (how: 'DISABLE' | 'ENABLE') => {
      for (const table of TABLES) {
        await db.raw(`ALTER TABLE ?? ${how} TRIGGER ALL`, [table]);
      }
    };
    await switchAll('DISABLE');
    return () => switchAll('ENABLE');
  }
  const triggers = await db('sqlite_master').where({ type: 'trigger' });
  for (const { name } of triggers) await db.raw('DROP TRIGGER ??', [name]);
  return async () => {
    for (const { sql } of triggers) await db.raw(sql);
  };
}

/** Rewrites entries from `from` on with `change`, and mends every hash after it, as a careful forger would. */
export async function rewriteFrom(
  db: Knex,
  from: number,
  change: (entry: Record<string, unknown>) => void,
): Promise<void> {
  const rows = await db('audit_entries').orderBy('sequence');
  let previousHash = rows[from - 2]?.hash ?? '0'.repeat(64);
  // Links are unique, so the old ones have to be out of the way first.
  await db('audit_entries').where('sequence', '>=', from).delete();
  for (const row of rows.slice(from - 1)) {
    const entry = { ...JSON.parse(row.canonical), previousHash };
    change(entry);
    const canonical = canonicalJson(entry);
    const hash = hashOf(canonical);
    await db('audit_entries').insert({
      ...row,
      time: new Date(row.time),
      actor: entry.actor,
      canonical,
      hash,
      previous_hash: previousHash,
    });
    previousHash = hash;
  }
}
