import {
  type AuditEntry,
  auditEntrySchema,
} from 'backstage-plugin-modelops-common';
import { type StoredEntry, toEntry } from './verifyChain';

const SPOILT =
  'What is stored here is no entry of the ledger; this is what its columns say. Verify the ledger.';

/** An entry as it is shown. One that somebody spoilt must not hide the others of its page: a verification names it. */
export function toShownEntry(stored: StoredEntry): AuditEntry {
  const { sequence, hash, copies } = stored;
  const entry = { ...toEntry(stored.canonical), hash } as AuditEntry;
  if (auditEntrySchema.safeParse(entry).success) return entry;
  const { time = 0, ...columns } = copies ?? {};
  return {
    ...columns,
    sequence,
    time: new Date(time).toISOString(),
    detail: SPOILT,
    hash,
  } as AuditEntry;
}
