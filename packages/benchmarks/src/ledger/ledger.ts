import type { Knex } from 'knex';
import { isSqlite } from '../backendInternals';
import { freshDatabases, openModelops } from '../databases';
import type { Settings } from '../settings';
import type { Row } from '../table';
import { measureAppending } from './appending';
import { fillLedgers } from './fillLedger';
import { measureListing } from './listing';
import { measureVerifying } from './verifying';

/** The ledger on both databases, empty and full. */
export async function benchmarkLedger(settings: Settings): Promise<Row[]> {
  const empty = await freshDatabases();
  const full = await freshDatabases();
  const rows: Row[] = [];
  try {
    const dbs = await Promise.all(full.map(openModelops));
    const entries = settings.fullLedger;
    await fillLedgers(dbs, entries);
    for (const [at, { name }] of full.entries()) {
      const ledgers = {
        empty: { db: await openModelops(empty[at]), entries: 0 },
        full: { db: dbs[at], entries },
      };
      rows.push(...(await measureAppending(ledgers, name, settings)));
      await settle(dbs[at]);
      rows.push(
        ...(await measureVerifying(dbs[at], name, settings)),
        ...(await measureListing(dbs[at], entries, name, settings)),
      );
    }
    return rows;
  } finally {
    for (const database of [...empty, ...full]) await database.remove();
  }
}

/**
 * Lets PostgreSQL finish with what was written: a million entries within minutes keep its vacuum and its checkpoint busy for as
 * long again, and no ledger is filled like that. The time of it is in no figure.
 */
async function settle(db: Knex): Promise<void> {
  if (isSqlite(db)) return;
  await db.raw('VACUUM ANALYZE audit_entries');
  await db.raw('CHECKPOINT');
}
