import type { AuditEntry } from 'backstage-plugin-modelops-common';
import { UnavailableError } from '../errors';
import type { NewAuditEntry } from './auditEntry';
import type { Transaction } from './AuditLedger';

/** Most commits of each lane that share one transaction. More gain little, and the first of them waits for the last. */
const GROUP_SIZE = { work: 64, apart: 16 };
/** Commits that may wait before more are turned away; the database has then been stuck for long. */
const MAX_WAITING = 10_000;

/** `apart`: what may be many at somebody's will, refusals and readings; they never hold up a start (design §5). */
export type Lane = keyof typeof GROUP_SIZE;

/** A change with the entry that records it, or an entry alone. */
export type Change =
  | NewAuditEntry
  | ((tx: Transaction) => Promise<NewAuditEntry>);

/** A commit somebody waits for. */
export interface Waiting {
  change: Change;
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
  ) {}

  add(change: Change, lane: Lane): Promise<AuditEntry> {
    const queue = this.lanes[lane];
    if (queue.length >= MAX_WAITING) {
      throw new UnavailableError(
        'audit-unavailable',
        'Too many requests wait for the audit ledger, so nothing was done. Try again later.',
      );
    }
    return new Promise((resolve, reject) => {
      queue.push({ change, resolve, reject });
      if (!this.writing) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.writing = true;
    for (;;) {
      const group = [
        ...this.lanes.work.splice(0, GROUP_SIZE.work),
        ...this.lanes.apart.splice(0, GROUP_SIZE.apart),
      ];
      if (group.length === 0) break;
      await this.write(group);
    }
    this.writing = false;
  }
}
