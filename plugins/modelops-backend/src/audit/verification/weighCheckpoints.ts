import type { LedgerProblem } from 'backstage-plugin-modelops-common';
import type { Signed } from '../checkpoints/SigningKey';
import {
  type Checkpoint,
  checkpointHash,
  isSignedBy,
  type KeyRing,
} from '../checkpoints/statements';
import type { Mark } from '../verifyChain';

/** A checkpoint, and whether it was kept outside the database. */
export interface Evidence {
  signed: Signed<Checkpoint>;
  outside: boolean;
}

/** What a set of checkpoints is worth. */
export interface Weighed {
  /** What the entries have to agree with. */
  marks: Mark[];
  /** Those of them that bind the database's owner too: kept outside, and signed with a key from outside. Ascending. */
  anchors: number[];
  newest?: Checkpoint;
  /** What is wrong with the checkpoints themselves. */
  problem?: LedgerProblem;
}

/**
 * Sorts checkpoints by what they prove. `known`: every key the ledger says it had. `trusted`: keys the reader has from
 * elsewhere than the database.
 */
export function weighCheckpoints(
  evidence: readonly Evidence[],
  keys: { known: KeyRing; trusted: KeyRing },
): Weighed {
  const sorted = withoutDoubles(evidence);
  const anchors: number[] = [];
  let problem: LedgerProblem | undefined;
  let before: Checkpoint | undefined;
  for (const { signed, outside } of sorted) {
    const { body } = signed;
    const isTrusted = isSignedBy(keys.trusted, signed);
    if (!isTrusted && !isSignedBy(keys.known, signed)) {
      problem ??= unsigned(body);
      continue;
    }
    problem ??= gapProblem(before, body);
    if (outside && isTrusted) anchors.push(body.sequence);
    before = body;
  }
  return {
    marks: sorted.map(({ signed: { body } }) => ({
      sequence: body.sequence,
      hash: body.hash,
      witness: `the checkpoint of ${body.time}`,
    })),
    anchors,
    newest: before,
    problem,
  };
}

/** In order; one that is both inside and outside counts as outside. */
function withoutDoubles(evidence: readonly Evidence[]): Evidence[] {
  const byHash = new Map<string, Evidence>();
  for (const item of evidence) {
    const hash = checkpointHash(item.signed.body);
    const same = byHash.get(hash);
    if (!same || (item.outside && !same.outside)) byHash.set(hash, item);
  }
  return [...byHash.values()].sort(
    (a, b) => a.signed.body.sequence - b.signed.body.sequence,
  );
}

function gapProblem(
  before: Checkpoint | undefined,
  { sequence, previous, appendOnly }: Checkpoint,
): LedgerProblem | undefined {
  const span = { sequence: (before?.sequence ?? 0) + 1, toSequence: sequence };
  if (!appendOnly) {
    return {
      kind: 'checking-off',
      ...span,
      message: `Between entries ${span.sequence} and ${sequence} the triggers that refuse changes were switched off or gone.`,
    };
  }
  // Of a set that begins later the first has nothing to be compared with.
  if (!before || previous === checkpointHash(before)) return undefined;
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
