import type { LoggerService } from '@backstage/backend-plugin-api';
import { isSqlite } from '../database/migrate';
import { isUniqueViolation } from '../database/isUniqueViolation';
import { stringifyError } from '@backstage/errors';
import {
  type AuditCode,
  auditCodeSchema,
  type AuditEntry,
  type Page,
} from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import { isOurs, UnavailableError } from '../errors';
import { type NewAuditEntry, NO_PREVIOUS_HASH, sealEntry } from './auditEntry';

/** A transaction of the ledger. Every write of a store takes one, so that no change goes without its entry. */
export type Transaction = Knex.Transaction;

/** Which entries to list. `before` is the sequence below which the page begins. */
export interface AuditFilter {
  actor?: string;
  code?: string;
  outcome?: string;
  entityRef?: string;
  runId?: string;
  from?: Date;
  to?: Date;
}

interface AuditRow {
  sequence: number | string;
  canonical: string;
  hash: string;
}

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

/** The record of who did what. `commit` is the only way to write an entry. */
export class AuditLedger {
  constructor(
    private readonly options: {
      db: Knex;
      clock: () => Date;
      logger: LoggerService;
      /** Gets each entry once it is committed. Must not throw. */
      onCommitted?: (entry: AuditEntry) => void;
    },
  ) {}

  /**
   * Runs the change and appends the entry it gives, both in one transaction. Throws `audit-unavailable` if the database
   * fails; then neither happened. Errors of ours and violated unique constraints pass through as they are.
   */
  async commit(
    change: (tx: Transaction) => Promise<NewAuditEntry>,
  ): Promise<AuditEntry> {
    const { db, onCommitted } = this.options;
    let entry: AuditEntry;
    try {
      entry = await db.transaction(async tx => {
        await this.limitWaiting(tx);
        return this.append(tx, await change(tx));
      });
    } catch (error) {
      if (isOurs(error) || isUniqueViolation(error)) throw error;
      this.options.logger.error(
        `The audit ledger could not be written: ${stringifyError(error)}`,
      );
      throw new UnavailableError(
        'audit-unavailable',
        'The audit ledger cannot be written, so nothing was done. Try again later.',
      );
    }
    onCommitted?.(entry);
    return entry;
  }

  /** Appends an entry that goes with no other change. */
  async record(entry: NewAuditEntry): Promise<AuditEntry> {
    return this.commit(async () => entry);
  }

  /** Entries that match, newest first. The cursor is the sequence of the last entry of the page before. */
  async list(
    filter: AuditFilter,
    page: { before?: number; limit: number },
  ): Promise<Page<AuditEntry>> {
    const query = this.options
      .db<AuditRow>('audit_entries')
      .select('sequence', 'canonical', 'hash')
      .orderBy('sequence', 'desc')
      .limit(page.limit + 1);
    if (page.before !== undefined) query.where('sequence', '<', page.before);
    if (filter.actor) query.where('actor', filter.actor);
    if (filter.code) query.where('code', filter.code);
    if (filter.outcome) query.where('outcome', filter.outcome);
    if (filter.entityRef) query.where('entity_ref', filter.entityRef);
    if (filter.runId) query.where('run_id', filter.runId);
    if (filter.from) query.where('time', '>=', filter.from);
    if (filter.to) query.where('time', '<=', filter.to);
    const rows = await query;
    const items = rows.slice(0, page.limit).map(toEntry);
    const more = rows.length > page.limit;
    return {
      items,
      nextCursor: more ? String(items[items.length - 1].sequence) : undefined,
    };
  }

  /** What happened to a run, oldest first: its states and who asked to cancel it, not who looked at it. */
  async timelineOf(runId: string): Promise<AuditEntry[]> {
    const rows = await this.options
      .db<AuditRow>('audit_entries')
      .select('sequence', 'canonical', 'hash')
      .where('run_id', runId)
      .whereIn('code', TIMELINE_CODES)
      .orderBy('sequence')
      .limit(MAX_TIMELINE);
    return rows.map(toEntry);
  }

  /** The request that a run was recorded by, to tie later entries of the start to it. */
  async requestIdOf(runId: string): Promise<string | undefined> {
    const row = await this.options
      .db<AuditRow>('audit_entries')
      .select('sequence', 'canonical', 'hash')
      .where('run_id', runId)
      .where('code', 'run.requested' satisfies AuditCode)
      .first();
    return row && toEntry(row).requestId;
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
    entry: NewAuditEntry,
  ): Promise<AuditEntry> {
    auditCodeSchema.parse(entry.code);
    if (!isSqlite(tx))
      await tx.raw('SELECT pg_advisory_xact_lock(?)', [CHAIN_LOCK]);
    const last = await tx<AuditRow>('audit_entries')
      .select('sequence', 'hash')
      .orderBy('sequence', 'desc')
      .first();
    const time = this.options.clock();
    const { sealed, canonical } = sealEntry(entry, {
      sequence: last ? Number(last.sequence) + 1 : 1,
      time,
      previousHash: last?.hash ?? NO_PREVIOUS_HASH,
    });
    await tx('audit_entries').insert({
      sequence: sealed.sequence,
      time,
      code: sealed.code,
      outcome: sealed.outcome ?? null,
      actor: sealed.actor,
      entity_ref: sealed.entityRef ?? null,
      run_id: sealed.runId ?? null,
      canonical,
      previous_hash: sealed.previousHash,
      hash: sealed.hash,
    });
    return sealed;
  }
}

function toEntry(row: AuditRow): AuditEntry {
  return { ...JSON.parse(row.canonical), hash: row.hash };
}
