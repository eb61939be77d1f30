import { Readable } from 'node:stream';
import type {
  AuditCode,
  AuditEntry,
  AuditVerification,
  ExportAuditQuery,
  Page,
} from 'backstage-plugin-modelops-common';
import type { AccessDecision } from '../access/AccessPolicy';
import { RefusedError } from '../errors';
import { type Caller, callerFacts } from '../identity/Caller';
import type { AuditLedger } from './AuditLedger';
import type { AuditFilter } from './AuditReader';
import type { CheckpointStore } from './checkpoints/CheckpointStore';
import { csvLines } from './export/csvLines';
import { exportLines } from './export/exportLines';
import { readWhole } from './export/readWhole';
import type { RequestFacts, RequestJournal } from './RequestJournal';
import type { LedgerVerifier } from './verification/LedgerVerifier';

/** A file that is made while it is sent. */
export interface Download {
  fileName: string;
  contentType: string;
  body: Readable;
}

/** What an auditor does with the ledger. Each of it leaves an entry, refusals too. */
export class AuditService {
  constructor(
    private readonly options: {
      ledger: AuditLedger;
      store: CheckpointStore;
      verifier: LedgerVerifier;
      journal: RequestJournal;
      decide: (caller: Caller) => Promise<AccessDecision>;
      clock: () => Date;
    },
  ) {}

  /** One page of entries, newest first. */
  async list(
    filter: AuditFilter,
    page: { before?: number; limit: number },
    caller: Caller,
  ): Promise<Page<AuditEntry>> {
    return this.closing('audit.read', caller, async () => {
      const entries = await this.options.ledger.list(filter, page);
      return {
        answer: entries,
        detail: `${describe(filter)}: ${entries.items.length} entries${
          page.before === undefined ? '' : ` before entry ${page.before}`
        }`,
      };
    });
  }

  /** All entries that match and were there when the request came, oldest first. Recorded before the first byte is sent. */
  async export(
    format: ExportAuditQuery['format'],
    filter: AuditFilter,
    caller: Caller,
  ): Promise<Download> {
    const { ledger, store, clock } = this.options;
    return this.closing('audit.exported', caller, async () => {
      const at = clock(); // before the end is read: a checkpoint set until then covers nothing after that end
      const to = (await ledger.findNewest())?.sequence ?? 0;
      const lines =
        format === 'csv'
          ? csvLines(readWhole(ledger, to, filter))
          : exportLines(
              { ledger, store },
              { filter, asked: wordsOf(filter), to, at },
            );
      const date = at.toISOString().replace(/[-:]|\.\d+/g, '');
      return {
        answer: {
          fileName: `modelops-audit-${date}.${format}`,
          contentType:
            format === 'csv' ? 'text/csv; header=present' : 'application/jsonl',
          body: Readable.from(
            // RFC 4180 wants CRLF; lines of JSON end with LF.
            inPieces(lines, format === 'csv' ? '\r\n' : '\n'),
          ),
        },
        detail: `${describe(filter)}, up to entry ${to}, as ${format}`,
      };
    });
  }

  async verify(caller: Caller): Promise<AuditVerification> {
    return this.closing('audit.verified', caller, async () => {
      const answer = await this.options.verifier.verify();
      return {
        answer,
        detail: answer.problem
          ? answer.problem.message
          : `Intact up to entry ${answer.toSequence}, anchored up to entry ${answer.anchoredSequence}.`,
      };
    });
  }

  /** Does what was asked if the caller may, and gives the request its one closing entry. */
  private async closing<T>(
    code: AuditCode,
    caller: Caller,
    act: () => Promise<{ answer: T; detail: string }>,
  ): Promise<T> {
    const { ledger, journal, decide } = this.options;
    const facts: RequestFacts = { ...callerFacts(caller), action: 'audit' };
    try {
      const decision = await decide(caller);
      facts.mappingHash = decision.mappingHash;
      if (!decision.allowed)
        throw new RefusedError(decision.code, decision.message);
      Object.assign(facts, { role: decision.role, rule: decision.rule });
      const { answer, detail } = await act();
      await ledger.record(
        { ...facts, code, outcome: 'accepted', detail },
        'apart',
      );
      return answer;
    } catch (error) {
      throw await journal.close(
        error,
        { refused: 'audit.refused', failed: 'audit.failed' },
        facts,
      );
    }
  }
}

/** The filter as it was asked for, without what was left out. */
function wordsOf(filter: AuditFilter): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        value instanceof Date ? value.toISOString() : String(value),
      ]),
  );
}

function describe(filter: AuditFilter): string {
  const words = Object.entries(wordsOf(filter));
  return words.length === 0
    ? 'All entries'
    : `Entries with ${words
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`;
}

/** Sent in pieces of about this many characters: a write for each line would take most of the time. */
const PIECE = 64 * 1024;

async function* inPieces(lines: AsyncIterable<string>, lineBreak: string) {
  let piece = '';
  for await (const line of lines) {
    piece += line + lineBreak;
    if (piece.length >= PIECE) {
      yield piece;
      piece = '';
    }
  }
  yield piece;
}
