import { timestampSchema } from 'backstage-plugin-modelops-common';
import { parseEntryLine } from '../audit/export/exportLines';
import {
  type Signed,
  toKeys,
  type VerifyingKey,
} from '../audit/checkpoints/SigningKey';
import { linesOf, parseStatement } from '../audit/checkpoints/sinks';
import type { Checkpoint, Segment } from '../audit/checkpoints/statements';
import type { StoredEntry } from '../audit/verifyChain';

/** What files say beside their entries. */
export interface Statements {
  checkpoints: Signed<Checkpoint>[];
  segments: Signed<Segment>[];
  /** Keys that came with the statements; nothing is trusted because of them. */
  keys: VerifyingKey[];
  /** The newest export of them: when it was made, and up to which entry. */
  exported?: { time: string; toSequence: number };
  /** Exports that hold only what a filter let through. */
  filtered: string[];
  /** Files that are neither an export nor an archive. */
  foreign: string[];
}

/** A line of a file that an auditor handed in. */
type Line =
  | { kind: 'entry'; entry: StoredEntry }
  | {
      kind: 'statement';
      statement: NonNullable<ReturnType<typeof parseStatement>>;
    }
  | { kind: 'export'; time: string; toSequence: number; filtered: boolean }
  | { kind: 'end'; entries: number }
  | { kind: 'unreadable' };

/** Everything of the files but their entries. */
export async function readStatements(
  files: readonly string[],
): Promise<Statements> {
  const keys = new Set<string>();
  const found: Statements = {
    checkpoints: [],
    segments: [],
    keys: [],
    filtered: [],
    foreign: [],
  };
  for (const file of files) {
    let isOurs = false;
    for await (const text of linesOf(file)) {
      if (text.startsWith('{"hash"')) {
        isOurs = true;
        continue;
      }
      const line = parseLine(text);
      if (line.kind === 'statement') {
        const { signed, publicKey } = line.statement;
        keys.add(publicKey);
        if (signed.body.type === 'modelops-segment')
          found.segments.push(signed as Signed<Segment>);
        else found.checkpoints.push(signed as Signed<Checkpoint>);
      } else if (line.kind === 'export') {
        isOurs = true;
        if (line.filtered) found.filtered.push(file);
        if (line.time > (found.exported?.time ?? '')) found.exported = line;
      }
    }
    if (!isOurs) found.foreign.push(file);
  }
  return { ...found, keys: toKeys(keys) };
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
      if (ended) yield { damage: `${file} goes on after its last line.` };
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
    const { time, toSequence, filter = {} } = line.export ?? {};
    if (
      timestampSchema.safeParse(time).success &&
      Number.isInteger(toSequence)
    ) {
      const filtered = Object.keys(filter).length > 0;
      return { kind: 'export', time, toSequence, filtered };
    }
  } catch {
    // Said below.
  }
  return { kind: 'unreadable' };
}
