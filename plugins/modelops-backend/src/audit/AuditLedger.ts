import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import {
  auditCodeSchema,
  type AuditEntry,
} from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import {
  isContention,
  isDataException,
  isUniqueViolation,
  mayEndTransaction,
} from '../database/databaseErrors';
import { isSqlite } from '../database/migrate';
import { inSavepoint, inTransaction } from '../database/transaction';
import { isOurs, UnavailableError } from '../errors';
import { type NewAuditEntry, NO_PREVIOUS_HASH, sealEntry } from './auditEntry';
import { AuditReader, readEnd } from './AuditReader';
import { toLink, toRow } from './auditRow';
import { type ChainLink, ChainWitness } from './ChainWitness';
import { CommitQueue, type Lane, type Waiting } from './CommitQueue';

/** A transaction of the ledger. Every write of a store takes one, so that no change goes without its entry. */
export type Transaction = Knex.Transaction;

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

/** An entry that no ledger can hold; the others of its group can be written without it. */
class UnwritableEntryError extends Error {}

/** What became of one change of a group. */
type Written =
  | { waiting: Waiting; entry: NewAuditEntry }
  | { waiting: Waiting; error: unknown };

/** The record of who did what. `commit` is the only way to write an entry. */
export class AuditLedger extends AuditReader {
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
  ) {
    super(options.db);
  }

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
