import { setImmediate } from 'node:timers/promises';
import type { AuditEntry } from 'backstage-plugin-modelops-common';
import { UnavailableError } from '../errors';
import type { NewAuditEntry } from './auditEntry';
import type { Transaction } from './AuditLedger';

/** Most commits of each lane that share one transaction. More gain little, and the first of them waits for the last. */
const GROUP_SIZE = { work: 64, apart: 16 };
/** Commits that may wait before more are turned away; the database has then been stuck for long. */
const MAX_WAITING = 10_000;
/**
 * Longest that a commit waits for its turn, in milliseconds; then nobody is there any more to hear that it was done. The
 * transaction before it may take another minute, if the database does not even answer (knex, acquireConnectionTimeout).
 */
const LONGEST_WAIT_MS = 30_000;

/** `apart`: what may be many at somebody's will, refusals and readings; they never hold up a start (design §5). */
export type Lane = keyof typeof GROUP_SIZE;

/** A change with the entry that records it, or an entry alone. */
export type Change =
  | NewAuditEntry
  | ((tx: Transaction) => Promise<NewAuditEntry>);

/** A commit somebody waits for. */
export interface Waiting {
  change: Change;
  /** What it locks that others lock too; empty for nothing. */
  locks: string;
  since: number;
  resolve(entry: AuditEntry): void;
  reject(error: unknown): void;
}

/** Collects commits while another group is being written, so that they share one transaction. */
export class CommitQueue {
  private readonly lanes: Record<Lane, Waiting[]> = { work: [], apart: [] };
  private writing = false;

  /** `write` settles each of its group, and never throws. */
  constructor(
    private readonly write: (group: readonly Waiting[]) => Promise<void>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(change: Change, lane: Lane, locks: string): Promise<AuditEntry> {
    const queue = this.lanes[lane];
    if (queue.length >= MAX_WAITING) throw tooMany();
    return new Promise((resolve, reject) => {
      queue.push({ change, locks, since: this.now(), resolve, reject });
      if (!this.writing) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.writing = true;
    for (;;) {
      // Whoever is about to ask goes along. SQLite works on our own thread: others are never heard while it writes.
      await setImmediate();
      const group = [...this.take('work'), ...this.take('apart')];
      if (group.length === 0) break;
      // Every group locks in the same order, or two replicas with many starts would wait for each other, again and again.
      await this.write(group.sort((a, b) => compare(a.locks, b.locks)));
    }
    this.writing = false;
  }

  private take(lane: Lane): Waiting[] {
    const queue = this.lanes[lane];
    const oldest = this.now() - LONGEST_WAIT_MS;
    while (queue.length > 0 && queue[0].since < oldest) {
      queue.shift()!.reject(tooMany());
    }
    return queue.splice(0, GROUP_SIZE[lane]);
  }
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function tooMany(): UnavailableError {
  return new UnavailableError(
    'audit-unavailable',
    'Too many requests wait for the audit ledger, so nothing was done. Try again later.',
  );
}
