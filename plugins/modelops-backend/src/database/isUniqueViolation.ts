/** Codes of a violated unique constraint. Sources: PostgreSQL, Appendix A; SQLite, Result Codes. */
const UNIQUE_VIOLATIONS: ReadonlySet<unknown> = new Set([
  '23505',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
]);

/** Whether a row was there already. By the code: knex puts what people typed into the message. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE_VIOLATIONS.has((error as { code?: unknown } | null)?.code);
}
