import type { Knex } from 'knex';
import { isUniqueViolation } from '../../database/databaseErrors';
import { canonicalJson } from '../auditEntry';
import type { Transaction } from '../AuditLedger';
import { type Signed, toKeys, type VerifyingKey } from './SigningKey';
import {
  type CheckpointRow,
  type SegmentRow,
  toCheckpoint,
  toSegment,
} from './statementRows';
import type { Checkpoint, Segment } from './statements';

/** Checkpoints read at a time when all are read. */
const PAGE = 1_000;

/** Rows of `audit_checkpoints`, `audit_keys` and `audit_segments`: what vouches for the ledger from inside the database. */
export class CheckpointStore {
  constructor(private readonly db: Knex) {}

  /** False if another replica set a checkpoint at the same place first. */
  async add({ body, signature }: Signed<Checkpoint>): Promise<boolean> {
    try {
      await this.db('audit_checkpoints').insert({
        sequence: body.sequence,
        body: canonicalJson(body),
        signature,
        key_id: body.keyId,
        previous: body.previous,
        time: new Date(body.time),
      });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  async findNewest(): Promise<Signed<Checkpoint> | undefined> {
    const row = await this.db<CheckpointRow>('audit_checkpoints')
      .orderBy('sequence', 'desc')
      .first();
    return row && toCheckpoint(row);
  }

  /** Newest checkpoint that was set before `time` and covers nothing from entry `sequence` on. */
  async findNewestBefore(
    time: Date,
    sequence: number,
  ): Promise<Signed<Checkpoint> | undefined> {
    const row = await this.db<CheckpointRow>('audit_checkpoints')
      .where('time', '<', time)
      .where('sequence', '<', sequence)
      .orderBy('sequence', 'desc')
      .first();
    return row && toCheckpoint(row);
  }

  /** Checkpoints after an entry, in order. */
  async listAfter(
    sequence: number,
    limit: number = PAGE,
  ): Promise<Signed<Checkpoint>[]> {
    const rows = await this.db<CheckpointRow>('audit_checkpoints')
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(limit);
    return rows.map(toCheckpoint);
  }

  /** All checkpoints, in order. */
  async *readAll(): AsyncGenerator<Signed<Checkpoint>> {
    for (let after = 0; ; ) {
      const page = await this.listAfter(after);
      yield* page;
      if (page.length < PAGE) return;
      after = page[page.length - 1].body.sequence;
    }
  }

  async addSegment(
    tx: Transaction,
    { body, signature }: Signed<Segment>,
  ): Promise<void> {
    await tx('audit_segments').insert({
      first_sequence: body.firstSequence,
      last_sequence: body.lastSequence,
      body: canonicalJson(body),
      signature,
      key_id: body.keyId,
    });
  }

  /** Stubs of all archived entries, in order. */
  async listSegments(): Promise<Signed<Segment>[]> {
    const rows = await this.db<SegmentRow>('audit_segments').orderBy(
      'last_sequence',
    );
    return rows.map(toSegment);
  }

  async hasKey(id: string): Promise<boolean> {
    const row = await this.db('audit_keys').where({ key_id: id }).first();
    return row !== undefined;
  }

  async addKey(
    tx: Transaction,
    key: VerifyingKey,
    origin: 'configured' | 'generated',
    at: Date,
  ): Promise<void> {
    await tx('audit_keys').insert({
      key_id: key.id,
      public_key: key.toBase64(),
      origin,
      created_at: at,
    });
  }

  /** Public keys of all signing keys this ledger ever had. A row that holds no key is none of them. */
  async listKeys(): Promise<VerifyingKey[]> {
    const rows = await this.db<{ public_key: string }>('audit_keys').select(
      'public_key',
    );
    return toKeys(rows.map(row => row.public_key));
  }
}
