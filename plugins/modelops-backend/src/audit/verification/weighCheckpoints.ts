import { setImmediate } from 'node:timers/promises';
import type { LedgerProblem } from 'backstage-plugin-modelops-common';
import type { Signed } from '../checkpoints/SigningKey';
import {
  type Checkpoint,
  checkpointHash,
  isSignedBy,
  type KeyRing,
} from '../checkpoints/statements';
import type { Mark } from '../verifyChain';

/** Checkpoints that are looked at before others get a turn: a signature takes about 0.1 ms, and a year has 50 000 of them. */
const AT_ONCE = 50;

/** A checkpoint, and whether it was kept outside the database. */
export interface Evidence {
  signed: Signed<Checkpoint>;
  outside: boolean;
}

/** What a set of checkpoints is worth. */
export interface Weighed {
  /** What the entries have to agree with: those that are signed with a key of the ledger. */
  marks: Mark[];
  /** Those of them that bind the database's owner too: kept outside, and signed with a key from outside. Ascending. */
  anchors: number[];
  newest?: Checkpoint;
  /** What is wrong with the checkpoints themselves. */
  problem?: LedgerProblem;
}

/** A checkpoint that was looked at. */
interface Looked extends Pick<Evidence, 'outside'> {
  body: Checkpoint;
  hash: string;
  signedBy: 'trusted' | 'known' | 'nobody';
}

/**
 * Sorts checkpoints by what they prove. `known`: every key the ledger says it had. `trusted`: keys the reader has from
 * elsewhere than the database.
 */
export async function weighCheckpoints(
  evidence: AsyncIterable<Evidence> | Iterable<Evidence>,
  keys: { known: KeyRing; trusted: KeyRing },
): Promise<Weighed> {
  const weighed: Weighed = { marks: [], anchors: [] };
  let before: Looked | undefined;
  for (const checkpoint of await lookAtEach(evidence, keys)) {
    const { body, outside, signedBy } = checkpoint;
    if (signedBy === 'nobody') {
      weighed.problem ??= unsigned(body);
      continue;
    }
    weighed.problem ??= gapProblem(before, body);
    weighed.marks.push({
      sequence: body.sequence,
      hash: body.hash,
      witness: `the checkpoint of ${body.time}`,
    });
    if (outside && signedBy === 'trusted') weighed.anchors.push(body.sequence);
    before = checkpoint;
  }
  return { ...weighed, newest: before?.body };
}

/** In order, each once; one that is both inside and outside counts as outside. */
async function lookAtEach(
  evidence: AsyncIterable<Evidence> | Iterable<Evidence>,
  { known, trusted }: { known: KeyRing; trusted: KeyRing },
): Promise<Looked[]> {
  const found = new Map<string, Looked>();
  let count = 0;
  for await (const { signed, outside } of evidence) {
    count += 1;
    if (count % AT_ONCE === 0) await setImmediate();
    const { body } = signed;
    const hash = checkpointHash(body);
    const same = found.get(hash);
    const signedBy =
      same && same.signedBy !== 'nobody'
        ? same.signedBy
        : signer(signed, known, trusted);
    found.set(hash, {
      body,
      hash,
      signedBy,
      outside: outside || (same?.outside ?? false),
    });
  }
  return [...found.values()].sort((a, b) => a.body.sequence - b.body.sequence);
}

function signer(
  signed: Signed<Checkpoint>,
  known: KeyRing,
  trusted: KeyRing,
): Looked['signedBy'] {
  if (isSignedBy(trusted, signed)) return 'trusted';
  return isSignedBy(known, signed) ? 'known' : 'nobody';
}

function gapProblem(
  before: Looked | undefined,
  { sequence, previous, appendOnly }: Checkpoint,
): LedgerProblem | undefined {
  const from = (before?.body.sequence ?? 0) + 1;
  const span = { sequence: Math.min(from, sequence), toSequence: sequence };
  if (!appendOnly) {
    return {
      kind: 'checking-off',
      ...span,
      message: `Between entries ${span.sequence} and ${sequence} the triggers that refuse changes were switched off or gone.`,
    };
  }
  // Of a set that begins later the first has nothing to be compared with.
  if (!before || previous === before.hash) return undefined;
  return {
    kind: 'checking-off',
    ...span,
    message: `Between entries ${span.sequence} and ${sequence} a checkpoint is missing: one was taken away.`,
  };
}

function unsigned({ sequence, time }: Checkpoint): LedgerProblem {
  return {
    kind: 'checkpoint-invalid',
    sequence,
    message: `The checkpoint of ${time} on entry ${sequence} is not signed with a key of this ledger.`,
  };
}
