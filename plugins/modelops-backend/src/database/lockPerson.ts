import type { Knex } from 'knex';
import { hashOf } from '../audit/auditEntry';
import { isSqlite } from './migrate';

/**
 * Makes whatever counts towards a limit of one person wait for its turn, on every replica, until the transaction ends. A ledger
 * change that calls this has to say so in `locks`, by the person.
 */
export async function lockPerson(
  tx: Knex.Transaction,
  userEntityRef: string,
): Promise<void> {
  // SQLite has one writer, so it needs no lock.
  if (isSqlite(tx)) return;
  await tx('run_limits')
    .insert({ limit_key: hashOf(userEntityRef) })
    .onConflict('limit_key')
    .merge(); // locks the row, whether it was there or not
}
