import type {
  AuditVerification,
  LedgerProblem,
} from 'backstage-plugin-modelops-common';
import type { Weighed } from './weighCheckpoints';

/** Puts together what a verification found. Nothing from the first bad entry on counts as anchored. */
export function toVerification(found: {
  fromSequence: number;
  toSequence: number;
  archivedEntries: number;
  problem: LedgerProblem | undefined;
  checkpoints: Weighed;
  sinks: AuditVerification['sinks'];
}): AuditVerification {
  const { problem, checkpoints, ...rest } = found;
  const good = problem ? problem.sequence - 1 : rest.toSequence;
  const anchoredSequence =
    checkpoints.anchors.findLast(sequence => sequence <= good) ?? 0;
  const { newest } = checkpoints;
  return {
    ...rest,
    intact: problem === undefined,
    ...(problem && { problem }),
    strength: anchoredSequence > 0 ? 'anchored' : 'internal',
    anchoredSequence,
    unanchoredEntries: rest.toSequence - anchoredSequence,
    ...(newest && {
      newestCheckpoint: {
        sequence: newest.sequence,
        time: newest.time,
        keyId: newest.keyId,
      },
    }),
  };
}
