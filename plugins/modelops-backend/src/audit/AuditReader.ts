import { setImmediate } from 'node:timers/promises';
import {
  type AuditCode,
  type AuditEntry,
  NEAR_PLACES,
  type Page,
} from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import { isSqlite } from '../database/migrate';
import { type AuditRow, toLink, toStored } from './auditRow';
import type { ChainLink } from './ChainWitness';
import { toShownEntry } from './toShownEntry';
import { type StoredEntry, toEntry } from './verifyChain';

/** Which entries are asked for. */
export interface AuditFilter {
  /** Sequence in the middle of what is asked for. */
  near?: number;
  actor?: string;
  code?: string;
  outcome?: string;
  entityRef?: string;
  runId?: string;
  from?: Date;
  to?: Date;
}

const COLUMNS_BUT_TIME = [
  'sequence',
  'code',
  'outcome',
  'actor',
  'entity_ref',
  'run_id',
  'canonical',
  'previous_hash',
  'hash',
] as const satisfies ReadonlyArray<keyof AuditRow>;
/** PostgreSQL's own arithmetic is decimal here, and a whole number of this size is exact in a float8. */
const EPOCH_MS = '(extract(epoch from "time") * 1000)::float8 AS "time"';

/** Rows read at a time when all are read. */
const READ_PAGE = 1_000;
/** Of them, rows looked at in one go: a millisecond or two. */
const READ_PIECE = 100;

/** Entries that say what became of a run. */
const TIMELINE_CODES: readonly AuditCode[] = [
  'run.requested',
  'run.exchanged',
  'run.submitted',
  'run.running',
  'run.succeeded',
  'run.failed',
  'run.canceled',
  'run.unknown',
  'run.lost',
  'run.late',
  'run.not-ours',
  'run.cancel-requested',
  'run.cancel-sent',
  'run.cancel-failed',
];
/** More than a run has, unless somebody asks to cancel it without end. */
const MAX_TIMELINE = 200;

/** Reads the entries of the ledger; writes nothing. */
export class AuditReader {
  constructor(private readonly db: Knex) {}

  /**
   * Entries that match, newest first: by time, as the indexes are, so that a stretch of time is found wherever it lies. The cursor
   * is the sequence of the last entry of the page before.
   */
  async list(
    filter: AuditFilter,
    page: { before?: number; limit: number },
  ): Promise<Page<AuditEntry>> {
    const { before } = page;
    const last = before && (await this.findTime(before));
    if (before && !last) return { items: [] }; // archived meanwhile, and what is older with it
    // One end of time, the nearer one: an index is entered at one place only.
    const to = last && (!filter.to || last < filter.to) ? last : filter.to;
    const query = this.matching({ ...filter, to })
      .orderBy([
        { column: 'time', order: 'desc' },
        { column: 'sequence', order: 'desc' },
      ])
      .limit(page.limit + 1);
    if (last) query.whereRaw('(time, sequence) < (?, ?)', [last, before]);
    const rows = await query;
    const items = rows
      .slice(0, page.limit)
      .map(row => toShownEntry(toStored(row)));
    const more = rows.length > page.limit;
    return {
      items,
      nextCursor: more ? String(items[items.length - 1].sequence) : undefined,
    };
  }

  /** Entries that match, oldest first, as they are stored; read page by page, so that memory does not grow with the ledger. */
  async *read(
    range: { after: number; to: number },
    filter: AuditFilter = {},
  ): AsyncGenerator<StoredEntry> {
    for await (const some of this.readInPieces(range, filter)) yield* some;
  }

  /**
   * As `read`, but some entries at a time, for whoever goes through all of them: to hand over each alone takes a good part of the
   * time. Between two pieces everything else in this process has its turn.
   */
  async *readInPieces(
    range: { after: number; to: number },
    filter: AuditFilter = {},
  ): AsyncGenerator<StoredEntry[]> {
    let page = this.readPage(range, filter);
    for (;;) {
      const rows = await page;
      const isLast = rows.length < READ_PAGE;
      if (!isLast) {
        // The database reads on while this page is looked at. Whoever stops early does not hear of an error.
        const after = Number(rows[rows.length - 1].sequence);
        page = this.readPage({ ...range, after }, filter);
        page.catch(() => {});
      }
      for (let at = 0; at < rows.length; at += READ_PIECE) {
        yield rows.slice(at, at + READ_PIECE).map(toStored);
        await setImmediate();
      }
      if (isLast) return;
    }
  }

  private async readPage(
    { after, to }: { after: number; to: number },
    filter: AuditFilter,
  ): Promise<AuditRow[]> {
    const { db } = this;
    const query = this.matching(filter)
      .where('sequence', '>', after)
      .where('sequence', '<=', to)
      .orderBy('sequence')
      .limit(READ_PAGE);
    if (!isSqlite(db)) {
      // As the number that SQLite keeps: pg takes as long to make a Date of each as it takes to hash an entry.
      query.clearSelect().select(...COLUMNS_BUT_TIME, db.raw(EPOCH_MS));
    }
    return query;
  }

  /** The newest entry, if there is any. */
  async findNewest(): Promise<ChainLink | undefined> {
    return readEnd(this.db);
  }

  /** Sequence of the oldest entry that is not in an archive only. */
  async findOldest(): Promise<number | undefined> {
    const row = await this.db<AuditRow>('audit_entries')
      .orderBy('sequence')
      .first('sequence');
    return row && Number(row.sequence);
  }

  /** What happened to a run, oldest first: its states and who asked to cancel it, not who looked at it. */
  async timelineOf(runId: string): Promise<AuditEntry[]> {
    const rows = await this.db<AuditRow>('audit_entries')
      .select('*')
      .where('run_id', runId)
      .whereIn('code', TIMELINE_CODES)
      .orderBy('sequence')
      .limit(MAX_TIMELINE);
    return rows.map(row => toShownEntry(toStored(row)));
  }

  /** The request that a run was recorded by, to tie later entries of the start to it. */
  async requestIdOf(runId: string): Promise<string | undefined> {
    const row = await this.db<AuditRow>('audit_entries')
      .select('sequence', 'canonical', 'hash')
      .where('run_id', runId)
      .where('code', 'run.requested' satisfies AuditCode)
      .first();
    return row && toEntry(row.canonical)?.requestId;
  }

  private async findTime(sequence: number): Promise<Date | undefined> {
    const row = await this.db<AuditRow>('audit_entries')
      .where({ sequence })
      .first('time');
    return row && new Date(row.time);
  }

  private matching(
    filter: AuditFilter,
  ): Knex.QueryBuilder<AuditRow, AuditRow[]> {
    const query = this.db<AuditRow>('audit_entries').select('*');
    if (filter.near) {
      query.whereBetween('sequence', [
        filter.near - NEAR_PLACES,
        filter.near + NEAR_PLACES,
      ]);
    }
    if (filter.actor) query.where('actor', filter.actor);
    if (filter.code) query.where('code', filter.code);
    if (filter.outcome) query.where('outcome', filter.outcome);
    if (filter.entityRef) query.where('entity_ref', filter.entityRef);
    if (filter.runId) query.where('run_id', filter.runId);
    if (filter.from) query.where('time', '>=', filter.from);
    if (filter.to) query.where('time', '<=', filter.to);
    return query as unknown as Knex.QueryBuilder<AuditRow, AuditRow[]>;
  }
}

/** The newest entry, as `db` or a transaction sees it. */
export async function readEnd(db: Knex): Promise<ChainLink | undefined> {
  const row = await db<AuditRow>('audit_entries')
    .select('sequence', 'hash')
    .orderBy('sequence', 'desc')
    .first();
  return row && toLink(row);
}
