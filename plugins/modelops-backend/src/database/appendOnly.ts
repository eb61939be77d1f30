import type { Knex } from 'knex';
import { isSqlite } from './migrate';

/** Triggers of the migrations that keep the entries of the ledger as they are. */
const TRIGGERS = {
  sqlite: [
    'audit_entries_no_update',
    'audit_entries_no_delete',
    'audit_entries_no_replace',
  ],
  postgres: [
    'audit_entries_no_change',
    'audit_entries_no_delete',
    'audit_entries_no_truncate',
  ],
};

/** Whether the triggers that refuse changes of the ledger are there and switched on. */
export async function isAppendOnly(db: Knex): Promise<boolean> {
  if (isSqlite(db)) {
    const rows = await db('sqlite_master')
      .where({ type: 'trigger', tbl_name: 'audit_entries' })
      .where('sql', 'like', '%RAISE(ABORT%')
      .whereIn('name', TRIGGERS.sqlite);
    return rows.length === TRIGGERS.sqlite.length;
  }
  // 'O' and 'A': fires in an ordinary session. Source: PostgreSQL, pg_trigger.tgenabled.
  const { rows } = await db.raw(
    `SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
     WHERE tgrelid = to_regclass('audit_entries') AND tgenabled IN ('O', 'A')
       AND prosrc LIKE '%RAISE EXCEPTION%' AND tgname = ANY (?)`,
    [TRIGGERS.postgres],
  );
  return rows.length === TRIGGERS.postgres.length;
}
