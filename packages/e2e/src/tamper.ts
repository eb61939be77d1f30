import { type Database, openDatabase } from './ledger';
import type { Portal } from './portal';

/**
 * Makes an entry say that somebody else did it, as only the owner of the database can: past the triggers, which are back
 * before anybody could notice that they were gone. Gives what undoes it.
 */
export function blameSomebodyElse(
  portal: Portal,
  sequence: number,
  actor: string,
): () => void {
  const before = changeEntry(portal, sequence, entry =>
    JSON.stringify({ ...JSON.parse(entry), actor }),
  );
  return () => void changeEntry(portal, sequence, () => before);
}

/** Gives the bytes that were there. */
function changeEntry(
  portal: Portal,
  sequence: number,
  change: (canonical: string) => string,
): string {
  const database = openDatabase(portal, { readonly: false });
  try {
    const [{ canonical }] = database
      .prepare('select canonical from audit_entries where sequence = ?')
      .all(sequence);
    withoutTriggers(database, () =>
      database
        .prepare('update audit_entries set canonical = ? where sequence = ?')
        .run(change(canonical), sequence),
    );
    return canonical;
  } finally {
    database.close();
  }
}

function withoutTriggers(database: Database, work: () => void) {
  database.transaction(() => {
    const triggers = database
      .prepare(
        `select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit_entries'`,
      )
      .all();
    for (const { name } of triggers) database.exec(`drop trigger ${name}`);
    work();
    for (const { sql } of triggers) database.exec(sql);
  })();
}
