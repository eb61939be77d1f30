import type { LoggerService } from '@backstage/backend-plugin-api';
import type { LedgerProblem } from 'backstage-plugin-modelops-common';
import { NO_PREVIOUS_HASH } from '../auditEntry';
import type { AuditLedger } from '../AuditLedger';
import type { ChainLink } from '../ChainWitness';
import { CHAIN_START, ChainCheck, type Mark } from '../verifyChain';
import type { CheckpointStore } from './CheckpointStore';
import type { Signed, SigningKey } from './SigningKey';
import {
  type Checkpoint,
  checkpointHash,
  isSignedBy,
  type KeyRing,
} from './statements';

/** When a checkpoint is due: after so many entries, or so long after the first one it would cover. */
export interface SealingPace {
  entries: number;
  intervalMs: number;
}

/** Sets signed checkpoints: from then on, whoever keeps one notices any change of the entries before it. */
export class LedgerSealer {
  constructor(
    private readonly options: {
      ledger: AuditLedger;
      store: CheckpointStore;
      key: SigningKey;
      /** That key, and those that app-config trusts. */
      ours: KeyRing;
      pace: SealingPace;
      isAppendOnly: () => Promise<boolean>;
      clock: () => Date;
      logger: LoggerService;
    },
  ) {}

  /**
   * Sets a checkpoint on the newest entry if one is due, or at once with `now`. Any replica may do so at any time. Entries that
   * are not what they were are not signed: it is logged, and the verification names them.
   */
  async seal(when: 'due' | 'now' = 'due'): Promise<void> {
    const { ledger, store, key, ours, logger } = this.options;
    // In this order: whatever was sealed or written here by now has to be there when the entries are read.
    const last = await store.findNewest();
    const isOurs = last && isSignedBy(ours, last);
    const lastIs = isOurs
      ? 'the newest checkpoint'
      : 'a checkpoint that is not signed with a key of ours';
    const marks = [
      ...(last ? [{ ...last.body, witness: lastIs }] : []),
      ...ledger.witnessed.map(link => ({
        ...link,
        witness: 'what this process wrote',
      })),
    ];
    const newest = (await ledger.findNewest()) ?? CHAIN_START;
    const cut = new ChainCheck(newest, marks).end();
    if (!cut) {
      if (newest.sequence === (last?.body.sequence ?? 0)) return;
      if (when === 'due' && !(await this.isDue(newest, last))) return;
    }
    const problem = cut ?? (await this.findProblem(newest, last, marks));
    if (problem) {
      logger.error(
        `The audit ledger is not what it was, so no checkpoint was set: ${problem.message}`,
      );
      return;
    }
    if (last && !isOurs) {
      // The verification says so until now; from here on it takes the one before for that of an earlier key.
      logger.error(
        `The checkpoint on entry ${last.body.sequence} is signed with a key that app-config does not name (${last.body.keyId}), and a checkpoint of ours stands on it now. Unless that key was yours, verify the ledger against a sink.`,
      );
    }
    await store.add(key.sign(await this.toCheckpoint(newest, last)));
  }

  private async isDue(
    newest: ChainLink,
    last: Signed<Checkpoint> | undefined,
  ): Promise<boolean> {
    const { ledger, pace, clock } = this.options;
    const sealed = last?.body.sequence ?? 0;
    if (newest.sequence - sealed >= pace.entries) return true;
    for await (const oldest of ledger.read({ after: sealed, to: sealed + 1 })) {
      const age = clock().getTime() - oldest.copies!.time;
      return !(age >= 0 && age < pace.intervalMs); // of a clock that was ahead, nobody knows how long ago it was
    }
    return true; // the oldest is gone: let the check below say so
  }

  private async findProblem(
    newest: ChainLink,
    last: Signed<Checkpoint> | undefined,
    marks: readonly Mark[],
  ): Promise<LedgerProblem | undefined> {
    const check = new ChainCheck(last?.body ?? CHAIN_START, marks);
    const range = { after: check.sequence, to: newest.sequence };
    for await (const entry of this.options.ledger.read(range)) {
      const problem = check.next(entry);
      if (problem) return problem;
    }
    return check.end();
  }

  private async toCheckpoint(
    newest: ChainLink,
    last: Signed<Checkpoint> | undefined,
  ): Promise<Checkpoint> {
    const { key, clock, isAppendOnly } = this.options;
    return {
      type: 'modelops-checkpoint',
      sequence: newest.sequence,
      hash: newest.hash,
      time: clock().toISOString(),
      previous: last ? checkpointHash(last.body) : NO_PREVIOUS_HASH,
      appendOnly: await isAppendOnly(),
      keyId: key.publicKey.id,
    };
  }
}
