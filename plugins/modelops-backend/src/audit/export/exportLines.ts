import { canonicalJson } from '../auditEntry';
import type { AuditFilter, AuditReader } from '../AuditReader';
import type { CheckpointStore } from '../checkpoints/CheckpointStore';
import { toKeyRing, toStatementLine } from '../checkpoints/statements';
import type { StoredEntry } from '../verifyChain';
import { readWhole } from './readWhole';

/** How the line of an entry begins. Between it and the last brace are exactly the bytes that were hashed. */
const ENTRY_START = /^\{"hash":"([0-9a-f]{64})","entry":/;

/** One entry as a line of JSON: `{"hash":…,"entry":…}`. */
export function toEntryLine({ hash, canonical }: StoredEntry): string {
  return `{"hash":"${hash}","entry":${canonical}}`;
}

/** The entry of a line, or undefined for any other line. Its place is what the entry itself says. */
export function parseEntryLine(line: string): StoredEntry | undefined {
  const start = ENTRY_START.exec(line);
  if (!start) return undefined;
  try {
    const { sequence } = JSON.parse(line).entry;
    if (!Number.isSafeInteger(sequence)) return undefined;
    return {
      sequence,
      hash: start[1],
      canonical: line.slice(start[0].length, -1),
    };
  } catch {
    return undefined;
  }
}

/** What is exported. */
export interface ExportRange {
  filter: AuditFilter;
  /** What the request asked for, to be named in the file. */
  asked: Readonly<Record<string, string>>;
  to: number;
  at: Date;
}

/**
 * Lines of an export: what it holds, the stubs and checkpoints that vouch for it, the entries, and how many they were, so that
 * a file that was cut off is not taken for a whole one.
 */
export async function* exportLines(
  sources: { ledger: AuditReader; store: CheckpointStore },
  { filter, asked, to, at }: ExportRange,
): AsyncGenerator<string> {
  const { ledger, store } = sources;
  const keys = toKeyRing(await store.listKeys());
  yield canonicalJson({
    export: {
      version: 1,
      time: at.toISOString(),
      filter: asked,
      toSequence: to,
    },
  });
  for (const signed of await store.listSegments()) {
    yield toStatementLine(
      signed,
      keys.get(signed.body.keyId)?.toBase64() ?? '',
    );
  }
  for await (const signed of store.readAll()) {
    if (signed.body.sequence > to) break;
    yield toStatementLine(
      signed,
      keys.get(signed.body.keyId)?.toBase64() ?? '',
    );
  }
  let entries = 0;
  for await (const entry of readWhole(ledger, to, filter)) {
    entries += 1;
    yield toEntryLine(entry);
  }
  yield canonicalJson({ end: { entries } });
}
