import type { Knex } from 'knex';
import {
  isSqlite,
  type NewAuditEntry,
  NO_PREVIOUS_HASH,
  sealEntry,
  toRow,
} from '../backendInternals';
import { sampleEntries } from './sampleEntries';

/** Milliseconds between two entries: a million of them are a year and a half. */
export const PACE_MS = 45_000;
/** Time of the first entry. */
export const FIRST_TIME = Date.UTC(2025, 0, 1);

const BATCH = 5_000;
const COLUMNS = [
  ['sequence', 'bigint'],
  ['time', 'timestamptz'],
  ['code', 'text'],
  ['outcome', 'text'],
  ['actor', 'text'],
  ['entity_ref', 'text'],
  ['run_id', 'uuid'],
  ['canonical', 'text'],
  ['previous_hash', 'text'],
  ['hash', 'text'],
] as const;

type Row = Record<(typeof COLUMNS)[number][0], string | number | null>;

/**
 * Puts a chain of `count` entries into empty ledgers, the same into each. Past knex, because the ledger itself would take minutes;
 * triggers and indexes are at work as ever, and the benchmark of verification says whether the chain is a good one.
 */
export async function fillLedgers(
  dbs: readonly Knex[],
  count: number,
): Promise<void> {
  // To sort them once at the end takes a fraction of the time.
  const indexes = await Promise.all(dbs.map(takeIndexesAway));
  for (const rows of sealed(count)) {
    for (const db of dbs) {
      await (isSqlite(db) ? insertSqlite(db, rows) : insertPostgres(db, rows));
    }
  }
  for (const [at, db] of dbs.entries()) {
    for (const sql of indexes[at]) await db.raw(sql);
    // PostgreSQL does so by itself before long; SQLite never does, and Backstage does not ask it to.
    if (!isSqlite(db)) await db.raw('VACUUM ANALYZE audit_entries');
  }
}

/** Drops the indexes that are not constraints, and gives the statements that make them again. */
async function takeIndexesAway(db: Knex): Promise<string[]> {
  const rows: Array<{ name: string; sql: string }> = isSqlite(db)
    ? await db('sqlite_master')
        .select('name', 'sql')
        .where({ type: 'index', tbl_name: 'audit_entries' })
        .where('name', 'like', '%idx')
    : await db('pg_indexes')
        .select({ name: 'indexname', sql: 'indexdef' })
        .where({ tablename: 'audit_entries' })
        .where('indexname', 'like', '%idx');
  for (const { name } of rows) await db.raw('DROP INDEX ??', [name]);
  return rows.map(({ sql }) => sql);
}

function* sealed(count: number): Generator<Row[]> {
  const entries = sampleEntries();
  let previousHash = NO_PREVIOUS_HASH;
  let rows: Row[] = [];
  for (let sequence = 1; sequence <= count; sequence++) {
    const entry = entries.next().value as NewAuditEntry;
    const time = new Date(FIRST_TIME + sequence * PACE_MS);
    const { sealed: sealedEntry, canonical } = sealEntry(entry, {
      sequence,
      time,
      previousHash,
    });
    rows.push({
      ...toRow(sealedEntry, canonical, time),
      time: time.getTime(),
    });
    previousHash = sealedEntry.hash;
    if (rows.length === BATCH || sequence === count) {
      yield rows;
      rows = [];
    }
  }
}

async function insertSqlite(db: Knex, rows: Row[]): Promise<void> {
  const connection = await db.client.acquireConnection();
  try {
    const names = COLUMNS.map(([name]) => name);
    const insert = connection.prepare(
      `INSERT INTO audit_entries (${names}) VALUES (${names.map(() => '?')})`,
    );
    connection.transaction(() => {
      for (const row of rows) insert.run(names.map(name => row[name]));
    })();
  } finally {
    await db.client.releaseConnection(connection);
  }
}

async function insertPostgres(db: Knex, rows: Row[]): Promise<void> {
  const connection = await db.client.acquireConnection();
  try {
    await connection.query(
      `INSERT INTO audit_entries (${COLUMNS.map(([name]) => name)})
       SELECT * FROM unnest(${COLUMNS.map(
         ([, type], at) => `$${at + 1}::${type}[]`,
       )})`,
      COLUMNS.map(([name, type]) =>
        rows.map(row =>
          type === 'timestamptz' ? new Date(row[name]!) : row[name],
        ),
      ),
    );
  } finally {
    await db.client.releaseConnection(connection);
  }
}
