import { join } from 'node:path';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { SYSTEM_ACTOR } from '../auditEntry';
import type { AuditLedger } from '../AuditLedger';
import type { CheckpointStore } from '../checkpoints/CheckpointStore';
import type { Signed, SigningKey } from '../checkpoints/SigningKey';
import {
  archiveName,
  type Checkpoint,
  type KeyRing,
  type Segment,
} from '../checkpoints/statements';
import type { ChainLink } from '../ChainWitness';
import { toEntryLine } from '../export/exportLines';
import { followSegments } from '../verification/followSegments';
import { ChainCheck } from '../verifyChain';
import { isUniqueViolation } from '../../database/databaseErrors';
import { writeArchive } from './writeArchive';

/** Rows deleted in one statement, so that no lock is held for long. */
const DELETED_AT_ONCE = 1_000;

/** How long entries stay in the database, and where they go then. */
export interface Retention {
  keepMs: number;
  folder: string;
}

/**
 * Moves old entries to files. The order makes it safe to be killed anywhere: the file is on the disk before the signed stub is
 * committed, and the triggers let rows go only once the stub is there.
 */
export class LedgerArchive {
  constructor(
    private readonly options: {
      db: Knex;
      ledger: AuditLedger;
      store: CheckpointStore;
      key: SigningKey;
      /** That key, and those that app-config trusts. */
      ours: KeyRing;
      retention: Retention;
      clock: () => Date;
      logger: LoggerService;
    },
  ) {}

  /** Archives what is older than the retention, up to a checkpoint. Any replica may do so at any time. */
  async archive(): Promise<void> {
    const { store, ours, logger } = this.options;
    const { end, problem } = followSegments(await store.listSegments(), ours);
    if (problem) {
      logger.error(`Nothing is archived or removed: ${problem.message}`);
      return;
    }
    await this.deleteArchived(end.sequence); // what a crash left
    const seal = await this.findSeal(end);
    if (!seal || seal.body.sequence <= end.sequence) return;
    const stub = await this.write(end, seal);
    if (stub && (await this.commit(stub))) {
      await this.deleteArchived(stub.body.lastSequence);
    }
  }

  /** The newest checkpoint that covers old entries only. Its own time is not enough: a clock may have been wrong. */
  private async findSeal(
    end: ChainLink,
  ): Promise<Signed<Checkpoint> | undefined> {
    const { ledger, store, retention, clock } = this.options;
    const limit = new Date(clock().getTime() - retention.keepMs);
    const rest = { after: end.sequence, to: Number.MAX_SAFE_INTEGER };
    for await (const young of ledger.read(rest, { from: limit })) {
      return store.findNewestBefore(limit, young.sequence);
    }
    return store.findNewestBefore(limit, rest.to);
  }

  /** The entries go into the file only if they are what was sealed. */
  private async write(
    start: ChainLink,
    seal: Signed<Checkpoint>,
  ): Promise<Signed<Segment> | undefined> {
    const { key, retention, clock, logger } = this.options;
    const check = new ChainCheck(start, [
      { ...seal.body, witness: `the checkpoint of ${seal.body.time}` },
    ]);
    const file = archiveName(start.sequence + 1, seal.body.sequence);
    try {
      const fileSha256 = await writeArchive(
        join(retention.folder, file),
        this.checkedLines(check, seal.body.sequence),
      );
      return key.sign({
        type: 'modelops-segment',
        firstSequence: start.sequence + 1,
        lastSequence: seal.body.sequence,
        previousHash: start.hash,
        lastHash: seal.body.hash,
        file,
        fileSha256,
        time: clock().toISOString(),
        keyId: key.publicKey.id,
      });
    } catch (error) {
      logger.error(
        `Old audit entries could not be archived, so they stay: ${
          (error as Error).message
        }`,
      );
      return undefined;
    }
  }

  private async *checkedLines(
    check: ChainCheck,
    to: number,
  ): AsyncGenerator<string> {
    const range = { after: check.sequence, to };
    for await (const entry of this.options.ledger.read(range)) {
      const problem = check.next(entry);
      if (problem) throw new Error(problem.message);
      yield toEntryLine(entry);
    }
    const problem = check.end();
    if (problem) throw new Error(problem.message);
  }

  /** False if another replica was faster. */
  private async commit(stub: Signed<Segment>): Promise<boolean> {
    const { ledger, store } = this.options;
    const { firstSequence, lastSequence, file, fileSha256 } = stub.body;
    try {
      await ledger.commit(async tx => {
        await store.addSegment(tx, stub);
        return {
          actor: SYSTEM_ACTOR,
          code: 'audit.archived',
          count: lastSequence - firstSequence + 1,
          detail: `Entries ${firstSequence} to ${lastSequence} are in ${file} (SHA-256 ${fileSha256}).`,
        };
      });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  private async deleteArchived(to: number): Promise<void> {
    const { db } = this.options;
    for (;;) {
      const oldest = await db('audit_entries')
        .min('sequence as sequence')
        .first();
      const from = Number(oldest?.sequence ?? Infinity);
      if (from > to) return;
      await db('audit_entries')
        .where('sequence', '<=', Math.min(from + DELETED_AT_ONCE - 1, to))
        .delete();
    }
  }
}
