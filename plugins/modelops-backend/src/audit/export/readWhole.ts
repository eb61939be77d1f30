import type { AuditFilter, AuditReader } from '../AuditReader';
import type { StoredEntry } from '../verifyChain';

/**
 * Every entry up to `to` that matches, oldest first. Throws at the end if some were archived meanwhile: then there is a hole in
 * what was given, and with a filter nobody would notice.
 */
export async function* readWhole(
  ledger: AuditReader,
  to: number,
  filter: AuditFilter,
): AsyncGenerator<StoredEntry> {
  const oldest = await ledger.findOldest();
  yield* ledger.read({ after: Number.MIN_SAFE_INTEGER, to }, filter);
  if ((await ledger.findOldest()) !== oldest) {
    throw new Error('Entries were archived while they were read; start again.');
  }
}
