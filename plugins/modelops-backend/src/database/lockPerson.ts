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
  const limitKey = hashOf(userEntityRef);
  await tx('run_limits')
    .insert({ limit_key: limitKey })
    .onConflict('limit_key')
    .ignore();
  if (!isSqlite(tx))
    await tx('run_limits').where({ limit_key: limitKey }).forUpdate().first();
}
