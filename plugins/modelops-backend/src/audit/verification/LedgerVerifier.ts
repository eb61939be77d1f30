import type {
  AuditVerification,
  LedgerProblem,
} from 'backstage-plugin-modelops-common';
import type { AuditLedger } from '../AuditLedger';
import type { CheckpointDelivery } from '../checkpoints/CheckpointDelivery';
import type { CheckpointStore } from '../checkpoints/CheckpointStore';
import type { CheckpointSink } from '../checkpoints/sinks';
import { isSignedBy, type KeyRing, toKeyRing } from '../checkpoints/statements';
import type { ChainLink } from '../ChainWitness';
import { ChainCheck, type Mark } from '../verifyChain';
import { followSegments, startOf } from './followSegments';
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
      /** `trusted`: from app-config, the signing key if it comes from there; `ours`: those and the key in use. */
      keys: Record<'ours' | 'trusted', KeyRing>;
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
    const { ledger, store, delivery, keys } = this.options;
    // Read before the entries: whatever a checkpoint covers has to be there by then.
    const checkpoints = await weighCheckpoints(this.gather(), {
      known: new Map([...toKeyRing(await store.listKeys()), ...keys.ours]),
      trusted: keys.trusted,
    });
    const witnessed = ledger.witnessed.map(link => ({
      ...link,
      witness: 'what this process wrote',
    }));
    const newest = await ledger.findNewest();
    const oldest = await ledger.findOldest();
    const archive = followSegments(await store.listSegments(), keys.ours);
    const entries = await this.checkEntries(
      newest?.sequence ?? 0,
      archive.end,
      [...checkpoints.marks, ...witnessed],
    );
    // Entries were archived while the others were read.
    if (entries.problem && (await ledger.findOldest()) !== oldest) {
      return this.run();
    }
    const problem =
      archive.problem ?? // it is why the entries do not begin where they should
      entries.problem ??
      checkpoints.problem ??
      (await this.findForeignSeal(newest?.sequence ?? 0));
    return toVerification({
      fromSequence: newest ? entries.start.sequence + 1 : 0,
      toSequence: newest?.sequence ?? 0,
      archivedEntries: archive.end.sequence,
      problem,
      checkpoints,
      sinks: await delivery.listDelivered(),
    });
  }

  private async *gather(): AsyncGenerator<Evidence> {
    for (const sink of this.options.sinks) {
      for await (const signed of sink.read?.() ?? []) {
        yield { signed, outside: true };
      }
    }
    for await (const signed of this.options.store.readAll()) {
      yield { signed, outside: false };
    }
  }

  /** Every row there is: one from before the end of the archive, too, is listed like any other entry. */
  private async checkEntries(
    to: number,
    archived: ChainLink,
    marks: readonly Mark[],
  ): Promise<{ start: ChainLink; problem?: LedgerProblem }> {
    const endOfArchive = { ...archived, witness: 'the stub of the archive' };
    let start = archived;
    let check: ChainCheck | undefined;
    const range = { after: Number.MIN_SAFE_INTEGER, to };
    for await (const entries of this.options.ledger.readInPieces(range)) {
      if (!check) {
        start = startOf(entries[0], archived);
        check = new ChainCheck(start, [...marks, endOfArchive]);
      }
      for (const entry of entries) {
        const problem = check.next(entry);
        if (!problem) continue;
        const isStray =
          problem.kind === 'missing' && problem.sequence <= archived.sequence;
        return {
          start,
          problem: isStray ? strayProblem(start, archived) : problem,
        };
      }
    }
    check ??= new ChainCheck(start, marks);
    return { start, problem: check.end() };
  }

  /** A backend seals at its start, so the newest checkpoint is its own, or signed with a key it was told to trust. */
  private async findForeignSeal(
    to: number,
  ): Promise<LedgerProblem | undefined> {
    const { store, keys } = this.options;
    const newest = await store.findNewest();
    if (!newest || isSignedBy(keys.ours, newest)) return undefined;
    return {
      kind: 'checkpoint-invalid',
      sequence: newest.body.sequence,
      toSequence: to,
      message: `The newest checkpoint, on entry ${newest.body.sequence}, is signed with a key that app-config does not name.`,
    };
  }
}

/** Of archived entries the last ones may still be there; others among them were put there. */
function strayProblem(start: ChainLink, archived: ChainLink): LedgerProblem {
  const first = start.sequence + 1;
  return {
    kind: 'forked',
    sequence: first,
    toSequence: archived.sequence,
    message: `Entry ${first} stands among archived entries, but does not lead to the last of them.`,
  };
}
