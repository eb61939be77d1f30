import type { Knex } from 'knex';
import { isSqlite } from './migrate';

type Work<T> = (tx: Knex.Transaction) => Promise<T>;

/** Runs `work` in a transaction that is over when this ends, however it ends. */
export async function inTransaction<T>(db: Knex, work: Work<T>): Promise<T> {
  // Whoever waited for a lock has to see what was committed meanwhile, whatever the database was told to do by default.
  if (!isSqlite(db)) return run(db, work, { isolationLevel: 'read committed' });
  const connection = await db.client.acquireConnection();
  try {
    return await run(db, work, { connection });
  } catch (error) {
    // A COMMIT that another process's reading was in the way of leaves the transaction open, and knex gives such a connection
    // back: what is written next would be part of it, and lost with it. Mostly there is none to undo, and that is an error too.
    await db
      .raw('ROLLBACK')
      .connection(connection)
      .catch(() => {});
    throw error;
  } finally {
    await db.client.releaseConnection(connection);
  }
}

/** Runs `work` in a savepoint of a transaction; an error undoes what it did there. */
export async function inSavepoint<T>(
  tx: Knex.Transaction,
  work: Work<T>,
): Promise<T> {
  return run(tx, work);
}

/** Fails with the error of `work`, not with what undoing it then ran into. */
async function run<T>(
  db: Knex,
  work: Work<T>,
  config?: Knex.TransactionConfig,
): Promise<T> {
  let failure: { error: unknown } | undefined;
  try {
    return await db.transaction(
      tx =>
        work(tx).catch(error => {
          failure = { error };
          throw error;
        }),
      config,
    );
  } catch (error) {
    throw failure ? failure.error : error;
  }
}
