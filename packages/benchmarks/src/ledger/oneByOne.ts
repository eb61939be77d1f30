import type { Knex } from 'knex';
import {
  isSqlite,
  type NewAuditEntry,
  NO_PREVIOUS_HASH,
  sealEntry,
  toRow,
} from '../backendInternals';

/** The same key as the ledger's own lock on the end of the chain. */
const CHAIN_LOCK = 0x6d6f6465;

/** What the ledger is compared with: the same rows and the same chain, but each entry with a lock and a transaction of its own. */
export async function appendAlone(
  db: Knex,
  entry: NewAuditEntry,
): Promise<void> {
  await db.transaction(async tx => {
    if (!isSqlite(tx)) {
      await tx.raw(
        'SET LOCAL lock_timeout = 60000; SET LOCAL statement_timeout = 60000',
      );
      await tx.raw('SELECT pg_advisory_xact_lock(?)', [CHAIN_LOCK]);
    }
    const end = await tx('audit_entries')
      .select('sequence', 'hash')
      .orderBy('sequence', 'desc')
      .first();
    const time = new Date();
    const { sealed, canonical } = sealEntry(entry, {
      sequence: end ? Number(end.sequence) + 1 : 1,
      time,
      previousHash: end?.hash ?? NO_PREVIOUS_HASH,
    });
    await tx('audit_entries').insert(toRow(sealed, canonical, time));
  });
}
