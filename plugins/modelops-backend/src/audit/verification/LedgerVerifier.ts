import type {
  AuditVerification,
  LedgerProblem,
} from 'backstage-plugin-modelops-common';
import type { AuditLedger } from '../AuditLedger';
import type { CheckpointDelivery } from '../checkpoints/CheckpointDelivery';
import type { CheckpointStore } from '../checkpoints/CheckpointStore';
import type { VerifyingKey } from '../checkpoints/SigningKey';
import type { CheckpointSink } from '../checkpoints/sinks';
import { isSignedBy, toKeyRing } from '../checkpoints/statements';
import { ChainCheck } from '../verifyChain';
import { followSegments } from './followSegments';
import { toVerification } from './toVerification';
import { type Evidence, weighCheckpoints } from './weighCheckpoints';

/** Says whether the ledger is what it was, from the first entry to the newest. */
export class LedgerVerifier {
  private running?: Promise<AuditVerification>;

  constructor(
    private readonly options: {
      ledger: AuditLedger;
      store: CheckpointStore;
      delivery: CheckpointDelivery;
      sinks: readonly CheckpointSink[];
      /** The key that this process signs with. */
      ownKey: VerifyingKey;
      /** Keys from app-config, that of the signing key included if it comes from there. */
      trustedKeys: readonly VerifyingKey[];
    },
  ) {}

  /** Reads the whole ledger. Whoever asks while that is under way gets the same answer. */
  verify(): Promise<AuditVerification> {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async run(): Promise<AuditVerification> {
    const { ledger, store, delivery, ownKey, trustedKeys } = this.options;
    const trusted = toKeyRing(trustedKeys);
    const known = toKeyRing([
      ...(await store.listKeys()),
      ...trustedKeys,
      ownKey,
    ]);
    // Read before the entries: whatever a checkpoint covers has to be there by then.
    const checkpoints = weighCheckpoints(await this.gather(), {
      known,
      trusted,
    });
    const witnessed = ledger.witnessed.map(link => ({
      ...link,
      witness: 'what this process wrote',
    }));
    const newest = await ledger.findNewest();
    const archive = followSegments(await store.listSegments(), known);
    const check = new ChainCheck(archive.end, [
      ...checkpoints.marks,
      ...witnessed,
    ]);
    const problem =
      (await this.findProblem(check, newest?.sequence ?? 0)) ??
      archive.problem ??
      checkpoints.problem ??
      (await this.findForeignSeal(newest?.sequence ?? 0));
    return toVerification({
      fromSequence: newest ? archive.end.sequence + 1 : 0,
      toSequence: newest?.sequence ?? 0,
      archivedEntries: archive.end.sequence,
      problem,
      checkpoints,
      sinks: await delivery.listDelivered(),
    });
  }

  private async gather(): Promise<Evidence[]> {
    const evidence: Evidence[] = [];
    for (const sink of this.options.sinks) {
      for await (const signed of sink.read?.() ?? []) {
        evidence.push({ signed, outside: true });
      }
    }
    for await (const signed of this.options.store.readAll()) {
      evidence.push({ signed, outside: false });
    }
    return evidence;
  }

  private async findProblem(
    check: ChainCheck,
    to: number,
  ): Promise<LedgerProblem | undefined> {
    const range = { after: check.sequence, to };
    for await (const entry of this.options.ledger.read(range)) {
      const problem = check.next(entry);
      if (problem) return problem;
    }
    return check.end();
  }

  /** A backend seals at its start, so the newest checkpoint is its own, or signed with a key it was told to trust. */
  private async findForeignSeal(
    to: number,
  ): Promise<LedgerProblem | undefined> {
    const { store, ownKey, trustedKeys } = this.options;
    const newest = await store.findNewest();
    const ours = toKeyRing([ownKey, ...trustedKeys]);
    if (!newest || isSignedBy(ours, newest)) return undefined;
    return {
      kind: 'checkpoint-invalid',
      sequence: newest.body.sequence,
      toSequence: to,
      message: `The newest checkpoint, on entry ${newest.body.sequence}, is signed with a key that app-config does not name.`,
    };
  }
}
