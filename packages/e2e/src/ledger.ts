import type { Portal } from './portal';

/** A few fields of an entry of the ledger; it holds more. */
export interface LedgerEntry {
  sequence: number;
  code: string;
  outcome?: string;
  actor: string;
  groups?: string[];
  role?: string;
  rule?: string;
  action?: string;
  operation?: string;
  entityRef?: string;
  principal?: string;
  parameters?: Record<string, unknown>;
  reason?: string;
  runId?: string;
  refusalCode?: string;
}

/** What stands in the ledger, oldest first, read from the database itself: it does not depend on any of our routes. */
export function readLedger(
  portal: Portal,
  after: { sequence: number } = { sequence: 0 },
): LedgerEntry[] {
  return query<{ canonical: string }>(
    portal,
    'select canonical from audit_entries where sequence > ? order by sequence',
    after.sequence,
  ).map(row => JSON.parse(row.canonical));
}

/** The newest entry so far; what a test does comes after it. */
export function endOfLedger(portal: Portal): { sequence: number } {
  const [row] = query<{ sequence: number | null }>(
    portal,
    'select max(sequence) as sequence from audit_entries',
  );
  return { sequence: row.sequence ?? 0 };
}

/** How many runs are not over. */
export function countOpenRuns(portal: Portal): number {
  const [row] = query<{ open: number }>(
    portal,
    `select count(*) as open from runs where state not in ('succeeded', 'failed', 'canceled', 'lost')`,
  );
  return row.open;
}

/** As much of better-sqlite3, which brings no types, as is used here. */
export interface Database {
  prepare(sql: string): {
    all(...values: unknown[]): any[];
    run(...values: unknown[]): unknown;
  };
  exec(sql: string): void;
  transaction(work: () => void): () => void;
  close(): void;
}

/** Opens the database of our backend beside it. */
export function openDatabase(
  portal: Portal,
  options: { readonly: boolean },
): Database {
  const Sqlite = require('better-sqlite3');
  return new Sqlite(portal.databaseFile('modelops'), options);
}

function query<Row>(portal: Portal, sql: string, ...values: unknown[]): Row[] {
  const database = openDatabase(portal, { readonly: true });
  try {
    return database.prepare(sql).all(...values);
  } finally {
    database.close();
  }
}
