import type { LedgerProblem } from 'backstage-plugin-modelops-common';
import type { ChainLink } from '../ChainWitness';
import type { Signed } from '../checkpoints/SigningKey';
import {
  isSignedBy,
  type KeyRing,
  type Segment,
} from '../checkpoints/statements';
import { CHAIN_START } from '../verifyChain';

/** Where the archived part of a ledger ends, and what is wrong with its stubs. */
export interface Archived {
  end: ChainLink;
  problem?: LedgerProblem;
}

/** Goes along the stubs of archived entries, which have to follow each other from the first entry on. */
export function followSegments(
  segments: readonly Signed<Segment>[],
  known: KeyRing,
): Archived {
  let end = CHAIN_START;
  for (const signed of segments) {
    const { body } = signed;
    const problem = problemOf(signed, end, known);
    if (problem) return { end, problem };
    end = { sequence: body.lastSequence, hash: body.lastHash };
  }
  return { end };
}

function problemOf(
  signed: Signed<Segment>,
  end: ChainLink,
  known: KeyRing,
): LedgerProblem | undefined {
  const { firstSequence, lastSequence, previousHash, file } = signed.body;
  if (!isSignedBy(known, signed)) {
    return {
      kind: 'checkpoint-invalid',
      sequence: firstSequence,
      toSequence: lastSequence,
      message: `The stub of the archive ${file} is not signed with a key of this ledger.`,
    };
  }
  if (firstSequence === end.sequence + 1 && previousHash === end.hash) {
    return undefined;
  }
  return {
    kind: 'missing',
    sequence: end.sequence + 1,
    toSequence: firstSequence - 1,
    message: `The archive ${file} does not follow the one before it, which ends at entry ${end.sequence}.`,
  };
}
