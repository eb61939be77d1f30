/**
 * Codes of a violated unique constraint. Sources: PostgreSQL, Appendix A; SQLite, Result Codes. The last is that of our triggers,
 * which refuse a row that is there already before SQLite itself does.
 */
const UNIQUE_VIOLATIONS: ReadonlySet<unknown> = new Set([
  '23505',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  'SQLITE_CONSTRAINT_TRIGGER',
]);

/**
 * Codes of a change that another transaction was in the way of: serialization failure, deadlock, lock not available.
 * Source: PostgreSQL, Appendix A.
 */
const CONTENTION: ReadonlySet<unknown> = new Set(['40001', '40P01', '55P03']);

/** Whether a row was there already. By the code: knex puts what people typed into the message. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE_VIOLATIONS.has(codeOf(error));
}

/** Whether another transaction was in the way, so that the same change may succeed when it is tried again. */
export function isContention(error: unknown): boolean {
  return CONTENTION.has(codeOf(error));
}

/** Whether what was to be stored does not fit its column. Source: PostgreSQL, Appendix A, class 22. */
export function isDataException(error: unknown): boolean {
  return /^22[0-9A-Z]{3}$/.test(String(codeOf(error)));
}

/**
 * Whether the error may have ended the whole transaction, so that what follows would be committed on its own: SQLite does so
 * when the disk is full, fails or is busy. Source: SQLite, Transaction, "Response To Errors Within A Transaction".
 */
export function mayEndTransaction(error: unknown): boolean {
  return /^SQLITE_(?!CONSTRAINT)/.test(String(codeOf(error)));
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
