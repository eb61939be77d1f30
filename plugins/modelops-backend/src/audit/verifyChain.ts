import type {
  AuditEntry,
  LedgerProblem,
} from 'backstage-plugin-modelops-common';
import { hashOf, NO_PREVIOUS_HASH } from './auditEntry';
import type { ChainLink } from './ChainWitness';

/** An entry as it is stored or was exported. */
export interface StoredEntry extends ChainLink {
  /** The bytes that were hashed. */
  canonical: string;
  /** What the database keeps beside them for searching; absent in an export. */
  copies?: Copies;
}

/** Columns of an entry, as text; the time in epoch milliseconds. */
export type Copies = Readonly<
  Partial<Record<Exclude<keyof AuditEntry, 'time' | 'hash'>, string>> & {
    time: number;
  }
>;

/** An entry that has to be in the chain, because somebody outside the chain says that it was. */
export interface Mark extends ChainLink {
  /** Who says so, for people: `the checkpoint of 2026-11-22T10:00:00.000Z`. */
  witness: string;
}

/** Where a chain begins when nothing was archived. */
export const CHAIN_START: ChainLink = { sequence: 0, hash: NO_PREVIOUS_HASH };

/**
 * Goes along a chain, entry by entry, and names the first that is not what it was. Pure: reads nothing and remembers one entry,
 * so a chain of any length takes the same memory.
 */
export class ChainCheck {
  #last: ChainLink;
  #proven: number;
  readonly #marks: Mark[];

  /** `marks` in any order; those before `start` are of no concern here. */
  constructor(start: ChainLink, marks: readonly Mark[]) {
    this.#last = start;
    this.#proven = start.sequence;
    this.#marks = marks
      .filter(mark => mark.sequence > start.sequence)
      .sort((a, b) => a.sequence - b.sequence);
  }

  /** Sequence of the last entry that was looked at. */
  get sequence(): number {
    return this.#last.sequence;
  }

  /** The problem of the next entry, if it has one. After a problem the check is over. */
  next(stored: StoredEntry): LedgerProblem | undefined {
    const problem =
      this.#place(stored) ?? this.#content(stored) ?? this.#mark(stored);
    this.#last = { sequence: stored.sequence, hash: stored.hash };
    return problem;
  }

  /** The problem of the end, if entries are missing there. */
  end(): LedgerProblem | undefined {
    const [mark] = this.#marks;
    const furthest = this.#marks.at(-1);
    return mark && furthest
      ? {
          kind: 'tail-cut',
          sequence: this.sequence + 1,
          toSequence: furthest.sequence,
          message: `The ledger ends at entry ${this.sequence}, but ${mark.witness} shows that there was an entry ${mark.sequence}: entries were cut off at the end.`,
        }
      : undefined;
  }

  #place({ sequence }: StoredEntry): LedgerProblem | undefined {
    const expected = this.sequence + 1;
    if (sequence < 1) {
      return {
        kind: 'reordered',
        sequence,
        message: `Entry ${sequence} stands before the first.`,
      };
    }
    if (sequence === expected) return undefined;
    if (sequence > expected) {
      return {
        kind: 'missing',
        sequence: expected,
        toSequence: sequence - 1,
        message:
          sequence - 1 === expected
            ? `Entry ${expected} is missing.`
            : `Entries ${expected} to ${sequence - 1} are missing.`,
      };
    }
    return sequence === this.sequence
      ? {
          kind: 'forked',
          sequence,
          message: `There are two entries ${sequence}.`,
        }
      : {
          kind: 'reordered',
          sequence,
          message: `Entry ${sequence} stands behind entry ${this.sequence}.`,
        };
  }

  #content(stored: StoredEntry): LedgerProblem | undefined {
    const { sequence } = stored;
    if (hashOf(stored.canonical) !== stored.hash) {
      return changed(sequence, 'its content does not give its hash');
    }
    const entry = toEntry(stored.canonical);
    if (!entry) return changed(sequence, 'it is no entry');
    if (entry.sequence !== sequence) {
      return {
        kind: 'reordered',
        sequence,
        message: `The entry at place ${sequence} was written as entry ${entry.sequence}.`,
      };
    }
    const wrong = stored.copies && wrongCopy(stored.copies, entry);
    if (wrong) {
      return changed(sequence, `its column for '${wrong}' says something else`);
    }
    return entry.previousHash === this.#last.hash
      ? undefined
      : {
          kind: 'forked',
          sequence,
          message: `Entry ${sequence} does not follow the entry ${this.sequence} that is there: one of the two was replaced.`,
        };
  }

  #mark({ sequence, hash }: StoredEntry): LedgerProblem | undefined {
    while (this.#marks[0]?.sequence === sequence) {
      const mark = this.#marks.shift()!;
      if (mark.hash !== hash) {
        return {
          kind: 'forked',
          sequence: this.#proven + 1,
          toSequence: sequence,
          message: `Entry ${sequence} is not the one that ${
            mark.witness
          } shows: entries from ${this.#proven + 1} on were replaced.`,
        };
      }
      this.#proven = sequence;
    }
    return undefined;
  }
}

/** What the bytes say, if they are JSON of an object at all. */
export function toEntry(
  canonical: string,
): Omit<AuditEntry, 'hash'> | undefined {
  try {
    const entry = JSON.parse(canonical);
    return entry instanceof Object ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** The column that does not say what the entry says, if there is one. */
function wrongCopy(
  copies: Copies,
  entry: Omit<AuditEntry, 'hash'>,
): string | undefined {
  for (const name of Object.keys(copies) as Array<keyof Copies>) {
    const said = name === 'time' ? Date.parse(entry.time) : entry[name];
    if (said !== copies[name]) return name;
  }
  return undefined;
}

function changed(sequence: number, how: string): LedgerProblem {
  return {
    kind: 'changed',
    sequence,
    message: `Entry ${sequence} was changed: ${how}.`,
  };
}
