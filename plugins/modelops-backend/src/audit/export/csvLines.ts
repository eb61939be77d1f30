import type { AuditEntry } from 'backstage-plugin-modelops-common';
import { toShownEntry } from '../toShownEntry';
import { type StoredEntry, toEntry } from '../verifyChain';

/** Columns, in order: every field of an entry. Lists and objects are written as JSON. */
const COLUMNS: Record<keyof AuditEntry, true> = {
  sequence: true,
  time: true,
  code: true,
  outcome: true,
  actor: true,
  agent: true,
  tokenSubject: true,
  groups: true,
  role: true,
  rule: true,
  mappingHash: true,
  previousMappingHash: true,
  mappingChanges: true,
  action: true,
  operation: true,
  entityRef: true,
  version: true,
  before: true,
  prediction: true,
  connections: true,
  resources: true,
  principal: true,
  credential: true,
  parameters: true,
  parametersHash: true,
  reason: true,
  runId: true,
  fromState: true,
  toState: true,
  platformRunId: true,
  platformRunUrl: true,
  refusalCode: true,
  detail: true,
  count: true,
  requestId: true,
  clientAddress: true,
  traceId: true,
  previousHash: true,
  hash: true,
};
const NAMES = Object.keys(COLUMNS) as (keyof AuditEntry)[];

/** Lines of a CSV file (RFC 4180): names first, then one line an entry. */
export async function* csvLines(
  entries: AsyncIterable<StoredEntry>,
): AsyncGenerator<string> {
  yield NAMES.join(',');
  for await (const stored of entries) {
    const read = toEntry(stored.canonical);
    const entry: Partial<AuditEntry> = read
      ? { ...read, hash: stored.hash }
      : toShownEntry(stored);
    yield NAMES.map(name => toCell(entry[name])).join(',');
  }
}

/** Signs that make a formula, behind what is not seen. */
const FORMULA = /^[\s\p{C}]*[=+\-@|%]|^[\t\r\n]/u;

/**
 * What begins like a formula begins with an apostrophe instead, or a spreadsheet would run it. Some take the wide and the small
 * forms of the signs for the signs themselves (NFKC). Source: OWASP, CSV Injection.
 */
export function toCell(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = FORMULA.test(text.normalize('NFKC')) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
