import type { LedgerProblem } from 'backstage-plugin-modelops-common';
import type { ChainLink } from '../ChainWitness';
import type { Signed } from '../checkpoints/SigningKey';
import {
  isSignedBy,
  type KeyRing,
  type Segment,
} from '../checkpoints/statements';
import { CHAIN_START, type StoredEntry, toEntry } from '../verifyChain';

/** Where the archived part of a ledger ends, and what is wrong with its stubs. */
export interface Archived {
  end: ChainLink;
  problem?: LedgerProblem;
}

/**
 * Goes along the stubs of archived entries, which have to follow each other from the first entry on. A stub is all that is left
 * of its entries, so only a key from outside the database may vouch for it, if there is any.
 */
export function followSegments(
  segments: readonly Signed<Segment>[],
  vouching: KeyRing,
): Archived {
  let end = CHAIN_START;
  for (const signed of segments) {
    const { body } = signed;
    const problem = problemOf(signed, end, vouching);
    if (problem) return { end, problem };
    end = { sequence: body.lastSequence, hash: body.lastHash };
  }
  return { end };
}

/**
 * What the first entry that is there has to follow. After the end of the archive that is the archive; entries of the archived
 * part that are still there begin where they begin, and have to lead to its end.
 */
export function startOf(first: StoredEntry, archived: ChainLink): ChainLink {
  const before = first.sequence - 1;
  if (before === 0) return CHAIN_START;
  if (before < 0 || before >= archived.sequence) return archived;
  return {
    sequence: before,
    hash: toEntry(first.canonical)?.previousHash ?? '',
  };
}

function problemOf(
  signed: Signed<Segment>,
  end: ChainLink,
  vouching: KeyRing,
): LedgerProblem | undefined {
  const { firstSequence, lastSequence, previousHash, file } = signed.body;
  if (!isSignedBy(vouching, signed)) {
    return {
      kind: 'checkpoint-invalid',
      sequence: firstSequence,
      toSequence: lastSequence,
      message: `The stub of the archive ${file} is not signed with a trusted key.`,
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
