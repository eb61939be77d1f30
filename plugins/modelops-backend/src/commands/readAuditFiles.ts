import { parseEntryLine } from '../audit/export/exportLines';
import type { Signed, VerifyingKey } from '../audit/checkpoints/SigningKey';
import { linesOf, parseStatement } from '../audit/checkpoints/sinks';
import type { Checkpoint, Segment } from '../audit/checkpoints/statements';
import type { StoredEntry } from '../audit/verifyChain';

/** What files say beside their entries. */
export interface Statements {
  checkpoints: Signed<Checkpoint>[];
  segments: Signed<Segment>[];
  /** Keys that came with the statements; nothing is trusted because of them. */
  keys: VerifyingKey[];
  /** When the newest export of them was made. */
  exportedAt?: string;
  /** Exports that hold only what a filter let through. */
  filtered: string[];
}

/** A line of a file that an auditor handed in. */
type Line =
  | { kind: 'entry'; entry: StoredEntry }
  | { kind: 'statement'; statement: NonNullable<ReturnType<typeof parseStatement>> }
  | { kind: 'export'; time: string; filtered: boolean }
  | { kind: 'end'; entries: number }
  | { kind: 'unreadable' };

/** Everything of the files but their entries. */
export async function readStatements(
  files: readonly string[],
): Promise<Statements> {
  const found: Statements = {
    checkpoints: [],
    segments: [],
    keys: [],
    filtered: [],
  };
  for (const file of files) {
    for await (const text of linesOf(file)) {
      if (text.startsWith('{"hash"')) continue;
      const line = parseLine(text);
      if (line.kind === 'statement') {
        const { signed, publicKey } = line.statement;
        found.keys.push(publicKey);
        if (signed.body.type === 'modelops-segment')
          found.segments.push(signed as Signed<Segment>);
        else found.checkpoints.push(signed as Signed<Checkpoint>);
      } else if (line.kind === 'export') {
        if (line.filtered) found.filtered.push(file);
        if (line.time > (found.exportedAt ?? '')) found.exportedAt = line.time;
      }
    }
  }
  return found;
}

/** What is wrong with a file itself, at a place in the chain. */
export interface Damage {
  damage: string;
}

/** The entries of the files, in their order, and where a file is damaged. */
export async function* readEntries(
  files: readonly string[],
): AsyncGenerator<StoredEntry | Damage> {
  for (const file of files) {
    let entries = 0;
    let isExport = false;
    let ended = false;
    for await (const text of linesOf(file)) {
      const line = parseLine(text);
      if (line.kind === 'entry') {
        entries += 1;
        yield line.entry;
      } else if (line.kind === 'unreadable') {
        yield { damage: `${file} has a line that cannot be read.` };
      } else if (line.kind === 'export') {
        isExport = true;
      } else if (line.kind === 'end') {
        ended = true;
        if (line.entries !== entries) {
          yield {
            damage: `${file} says that it has ${line.entries} entries, but it has ${entries}.`,
          };
        }
      }
    }
    if (isExport && !ended) {
      yield { damage: `${file} is cut off; it has no last line.` };
    }
  }
}

function parseLine(text: string): Line {
  const entry = parseEntryLine(text);
  if (entry) return { kind: 'entry', entry };
  const statement = parseStatement(text);
  if (statement) return { kind: 'statement', statement };
  try {
    const line = JSON.parse(text);
    if (typeof line.end?.entries === 'number')
      return { kind: 'end', entries: line.end.entries };
    if (typeof line.export?.time === 'string') {
      const filtered = Object.keys(line.export.filter ?? {}).length > 0;
      return { kind: 'export', time: line.export.time, filtered };
    }
  } catch {
    // Said below.
  }
  return { kind: 'unreadable' };
}
