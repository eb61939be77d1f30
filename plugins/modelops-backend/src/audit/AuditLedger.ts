import { setImmediate } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { isSqlite } from '../database/migrate';
import {
  isContention,
  isDataException,
  isUniqueViolation,
  mayEndTransaction,
} from '../database/databaseErrors';
import { inSavepoint, inTransaction } from '../database/transaction';
import { stringifyError } from '@backstage/errors';
import {
  type AuditCode,
  auditCodeSchema,
  type AuditEntry,
  NEAR_PLACES,
  type Page,
} from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import { isOurs, UnavailableError } from '../errors';
import { toShownEntry } from './toShownEntry';
import { type StoredEntry, toEntry } from './verifyChain';
import { type NewAuditEntry, NO_PREVIOUS_HASH, sealEntry } from './auditEntry';
import { type ChainLink, ChainWitness } from './ChainWitness';
import { CommitQueue, type Lane, type Waiting } from './CommitQueue';

/** A transaction of the ledger. Every write of a store takes one, so that no change goes without its entry. */
export type Transaction = Knex.Transaction;

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

/** A row of `audit_entries`. */
interface AuditRow {
  sequence: number | string;
  time: Date | number;
  code: string;
  outcome: string | null;
  actor: string;
  entity_ref: string | null;
  run_id: string | null;
  canonical: string;
  previous_hash: string;
  hash: string;
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

/** Key of PostgreSQL's advisory lock on the end of the chain: two replicas must not append to the same entry. */
const CHAIN_LOCK = 0x6d6f6465; // 'mode'

/**
 * How long PostgreSQL lets one of our transactions wait for a lock, run a statement or sit idle, in milliseconds: a stuck
 * holder of the chain lock must not stop everybody.
 */
const TRANSACTION_TIMEOUTS_MS = {
  lock_timeout: 5_000,
  statement_timeout: 10_000,
  idle_in_transaction_session_timeout: 10_000,
};

/**
 * How often a group is tried that another transaction was in the way of: two waits for the lock are as long as a stuck holder
 * may keep it.
 */
const ATTEMPTS = 2;

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

/** An entry that no ledger can hold; the others of its group can be written without it. */
class UnwritableEntryError extends Error {}

/** What became of one change of a group. */
type Written =
  | { waiting: Waiting; entry: NewAuditEntry }
  | { waiting: Waiting; error: unknown };

/** The record of who did what. `commit` is the only way to write an entry. */
export class AuditLedger {
  private readonly queue = new CommitQueue(group => this.write(group));
  private readonly witness = new ChainWitness();

  constructor(
    private readonly options: {
      db: Knex;
      clock: () => Date;
      logger: LoggerService;
      /** Gets each entry once it is committed. */
      onCommitted?: (entry: AuditEntry) => void;
    },
  ) {}

  /**
   * Runs the change and appends the entry it gives, both in one transaction. Commits that wait at the same time share a
   * transaction, and one that fails is undone alone, so a change may be run a second time after it was undone: it must do nothing
   * but write through `tx`. Throws `audit-unavailable` if the database fails; then neither happened, unless the connection was lost
   * in the very COMMIT. Errors of ours and violated unique constraints pass through as they are. `locks` names the row that the change locks and others lock too, if it does.
   */
  async commit(
    change: (tx: Transaction) => Promise<NewAuditEntry>,
    locks: string = '',
    lane: Lane = 'work',
  ): Promise<AuditEntry> {
    return this.queue.add(change, lane, locks);
  }

  /** Appends an entry that goes with no other change. */
  async record(entry: NewAuditEntry, lane: Lane = 'work'): Promise<AuditEntry> {
    return this.queue.add(entry, lane, '');
  }

  /** Entries this process has seen committed and that must therefore be in the chain, by sequence. */
  get witnessed(): ChainLink[] {
    return this.witness.links;
  }

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
    const { db } = this.options;
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
    return readEnd(this.options.db);
  }

  /** Sequence of the oldest entry that is not in an archive only. */
  async findOldest(): Promise<number | undefined> {
    const row = await this.options
      .db<AuditRow>('audit_entries')
      .orderBy('sequence')
      .first('sequence');
    return row && Number(row.sequence);
  }

  /** What happened to a run, oldest first: its states and who asked to cancel it, not who looked at it. */
  async timelineOf(runId: string): Promise<AuditEntry[]> {
    const rows = await this.options
      .db<AuditRow>('audit_entries')
      .select('*')
      .where('run_id', runId)
      .whereIn('code', TIMELINE_CODES)
      .orderBy('sequence')
      .limit(MAX_TIMELINE);
    return rows.map(row => toShownEntry(toStored(row)));
  }

  /** The request that a run was recorded by, to tie later entries of the start to it. */
  async requestIdOf(runId: string): Promise<string | undefined> {
    const row = await this.options
      .db<AuditRow>('audit_entries')
      .select('sequence', 'canonical', 'hash')
      .where('run_id', runId)
      .where('code', 'run.requested' satisfies AuditCode)
      .first();
    return row && toEntry(row.canonical)?.requestId;
  }

  /**
   * Settles each commit of the group. At first without savepoints, which cost more than most changes; if a change fails, the
   * whole group is undone and run again with one for each.
   */
  private async write(
    group: readonly Waiting[],
    savepoints: boolean = false,
    attempt: number = 1,
  ): Promise<void> {
    let written: Written[];
    let entries: AuditEntry[] = [];
    let changing = false;
    let appending = false;
    try {
      written = await inTransaction(this.options.db, async tx => {
        await this.limitWaiting(tx);
        changing = true;
        const changes = await runChanges(tx, group, savepoints);
        changing = false;
        appending = true;
        entries = await this.append(tx, changes.flatMap(entryOf));
        return changes;
      });
    } catch (error) {
      if (changing && !savepoints && group.length > 1) {
        return this.write(group, true);
      }
      if (isContention(error) && attempt < ATTEMPTS) {
        return this.write(group, savepoints, attempt + 1);
      }
      // For any other reason each would fail alone too, one wait after the other.
      if (group.length > 1 && isOfOneEntry(error)) return this.writeEach(group);
      // Of the chain itself: to the caller it would look like a row of its own that was there already.
      const answer = appending ? this.unavailable(error) : this.toOurs(error);
      group.forEach(waiting => waiting.reject(answer));
      return undefined;
    }
    const last = entries.at(-1);
    if (last) this.witness.wrote(last);
    const contended: Waiting[] = [];
    for (const result of written) {
      if ('entry' in result) {
        const entry = entries.shift()!;
        this.announce(entry);
        result.waiting.resolve(entry);
      } else if (isContention(result.error)) {
        contended.push(result.waiting);
      } else {
        result.waiting.reject(this.toOurs(result.error));
      }
    }
    return this.writeEach(contended);
  }

  /** One after the other, each in a transaction of its own. */
  private async writeEach(group: readonly Waiting[]): Promise<void> {
    for (const waiting of group) await this.write([waiting]);
  }

  /** The entry is committed: whatever happens here changes nothing about that. */
  private announce(entry: AuditEntry): void {
    try {
      this.options.onCommitted?.(entry);
    } catch (error) {
      this.options.logger.warn(
        `Entry ${
          entry.sequence
        } was committed but not passed on: ${stringifyError(error)}`,
      );
    }
  }

  private toOurs(error: unknown): unknown {
    return isOurs(error) || isUniqueViolation(error)
      ? error
      : this.unavailable(error);
  }

  private unavailable(error: unknown): UnavailableError {
    this.options.logger.error(
      `The audit ledger could not be written: ${stringifyError(error)}`,
    );
    return new UnavailableError(
      'audit-unavailable',
      'The audit ledger cannot be written, so nothing was done. Try again later.',
    );
  }

  private async limitWaiting(tx: Transaction): Promise<void> {
    if (isSqlite(tx)) return; // it has one writer
    const settings = Object.entries(TRANSACTION_TIMEOUTS_MS);
    await tx.raw(
      settings.map(([name, ms]) => `SET LOCAL ${name} = ${ms}`).join('; '),
    );
  }

  /** The chain lock is the last thing a transaction waits for, and only the database is awaited under it. */
  private async append(
    tx: Transaction,
    entries: readonly NewAuditEntry[],
  ): Promise<AuditEntry[]> {
    if (entries.length === 0) return [];
    let end = await this.findOwnEnd(tx);
    const time = this.options.clock();
    const sealed = entries.map(entry => {
      const next = sealOne(entry, {
        sequence: end ? end.sequence + 1 : 1,
        time,
        previousHash: end?.hash ?? NO_PREVIOUS_HASH,
      });
      end = next.sealed;
      return next;
    });
    await tx('audit_entries').insert(
      sealed.map(({ sealed: entry, canonical }) =>
        toRow(entry, canonical, time),
      ),
    );
    return sealed.map(({ sealed: entry }) => entry);
  }

  private async findOwnEnd(tx: Transaction): Promise<ChainLink | undefined> {
    const end = await lockEnd(tx);
    if (!this.witness.sees(end)) {
      this.options.logger.error(
        'The audit ledger no longer ends where this process left it: entries were cut off or replaced. Verify it.',
      );
    }
    return end;
  }

  private async findTime(sequence: number): Promise<Date | undefined> {
    const row = await this.options
      .db<AuditRow>('audit_entries')
      .where({ sequence })
      .first('time');
    return row && new Date(row.time);
  }

  private matching(
    filter: AuditFilter,
  ): Knex.QueryBuilder<AuditRow, AuditRow[]> {
    const query = this.options.db<AuditRow>('audit_entries').select('*');
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

async function readEnd(db: Knex): Promise<ChainLink | undefined> {
  const row = await db<AuditRow>('audit_entries')
    .select('sequence', 'hash')
    .orderBy('sequence', 'desc')
    .first();
  return row && toLink(row);
}

/**
 * Keeps everybody else from the end of the chain, and reads it. Sent together, but two statements: each sees what was committed
 * before it began, and a single one would have begun before it got the lock. SQLite has one writer, so it needs no lock.
 */
async function lockEnd(tx: Transaction): Promise<ChainLink | undefined> {
  if (isSqlite(tx)) return readEnd(tx);
  const [, end] = await tx.raw(
    `SELECT pg_advisory_xact_lock(${CHAIN_LOCK});
     SELECT sequence, hash FROM audit_entries ORDER BY sequence DESC LIMIT 1`,
  );
  return end.rows.map(toLink)[0];
}

function toLink({
  sequence,
  hash,
}: Pick<AuditRow, 'sequence' | 'hash'>): ChainLink {
  return { sequence: Number(sequence), hash };
}

/** Runs the changes of a group one after the other. With savepoints, one that fails is undone alone. */
async function runChanges(
  tx: Transaction,
  group: readonly Waiting[],
  savepoints: boolean,
): Promise<Written[]> {
  const written: Written[] = [];
  for (const waiting of group) {
    const { change } = waiting;
    if (typeof change !== 'function') {
      written.push({ waiting, entry: change });
    } else if (!savepoints) {
      written.push({ waiting, entry: await change(tx) });
    } else {
      written.push(
        await inSavepoint(tx, change).then(
          entry => ({ waiting, entry }),
          error => {
            if (mayEndTransaction(error)) throw error;
            return { waiting, error };
          },
        ),
      );
    }
  }
  return written;
}

function isOfOneEntry(error: unknown): boolean {
  return error instanceof UnwritableEntryError || isDataException(error);
}

function sealOne(...[entry, place]: Parameters<typeof sealEntry>) {
  try {
    auditCodeSchema.parse(entry.code);
    return sealEntry(entry, place);
  } catch (error) {
    throw new UnwritableEntryError(stringifyError(error));
  }
}

function entryOf(written: Written): NewAuditEntry[] {
  return 'entry' in written ? [written.entry] : [];
}

/** As it is stored: nothing here has been compared with anything. */
function toStored(row: AuditRow): StoredEntry {
  return {
    sequence: Number(row.sequence),
    hash: row.hash,
    canonical: row.canonical,
    copies: {
      time: Number(row.time),
      code: row.code,
      outcome: row.outcome ?? undefined,
      actor: row.actor,
      entityRef: row.entity_ref ?? undefined,
      runId: row.run_id ?? undefined,
      previousHash: row.previous_hash,
    },
  };
}

function toRow(entry: AuditEntry, canonical: string, time: Date) {
  return {
    sequence: entry.sequence,
    time,
    code: entry.code,
    outcome: entry.outcome ?? null,
    actor: entry.actor,
    entity_ref: entry.entityRef ?? null,
    run_id: entry.runId ?? null,
    canonical,
    previous_hash: entry.previousHash,
    hash: entry.hash,
  };
}
