import type {
  AuditVerification,
  LedgerProblem,
} from 'backstage-plugin-modelops-common';
import type { ChainLink } from '../audit/ChainWitness';
import type { VerifyingKey } from '../audit/checkpoints/SigningKey';
import { toKeyRing } from '../audit/checkpoints/statements';
import { followSegments } from '../audit/verification/followSegments';
import { toVerification } from '../audit/verification/toVerification';
import { weighCheckpoints } from '../audit/verification/weighCheckpoints';
import { CHAIN_START, ChainCheck } from '../audit/verifyChain';
import { UsageError } from './command';
import { readEntries, readStatements, type Statements } from './readAuditFiles';

/** What an auditor hands in. */
export interface Evidence {
  /** Archives and an export, in the order of their entries. */
  files: readonly string[];
  /** Files with checkpoints that were kept elsewhere. */
  checkpointFiles: readonly string[];
  /** Public keys that the auditor has from elsewhere. */
  trustedKeys: readonly VerifyingKey[];
}

/** Verifies a ledger without its database. Throws UsageError for files that no verification can be made of. */
export async function verifyFiles({
  files,
  checkpointFiles,
  trustedKeys,
}: Evidence): Promise<AuditVerification> {
  const inside = await readStatements(files);
  const outside = await readStatements(checkpointFiles);
  if (inside.filtered.length > 0) {
    throw new UsageError(
      `${inside.filtered.join(', ')} holds only entries that a filter let through, so its chain has gaps. Export without filters.`,
    );
  }
  const known = toKeyRing([...inside.keys, ...outside.keys, ...trustedKeys]);
  const checkpoints = weighCheckpoints(
    [
      ...inside.checkpoints.map(signed => ({ signed, outside: false })),
      ...outside.checkpoints
        .filter(({ body }) => !isLater(body.time, inside.exportedAt))
        .map(signed => ({ signed, outside: true })),
    ],
    { known, trusted: toKeyRing(trustedKeys) },
  );
  const archive = followSegments(inside.segments, known);
  const start = await findStart(files, archive.end, inside);
  const check = new ChainCheck(start, checkpoints.marks);
  const problem =
    (await findProblem(check, files)) ?? archive.problem ?? checkpoints.problem;
  return toVerification({
    fromSequence: check.sequence > start.sequence ? start.sequence + 1 : 0,
    toSequence: check.sequence,
    archivedEntries: start.sequence,
    problem,
    checkpoints,
    sinks: [],
  });
}

/** A checkpoint that was set after the export cannot be in it. */
function isLater(time: string, exportedAt: string | undefined): boolean {
  return exportedAt !== undefined && time > exportedAt;
}

/** The entry that the first one has to follow: none, the end of an archive, or what a checkpoint says stood there. */
async function findStart(
  files: readonly string[],
  archived: ChainLink,
  { checkpoints }: Statements,
): Promise<ChainLink> {
  for await (const first of readEntries(files)) {
    if ('damage' in first) continue;
    const before = first.sequence - 1;
    if (before === archived.sequence) return archived;
    const sealed = checkpoints.find(({ body }) => body.sequence === before);
    return sealed?.body ?? CHAIN_START;
  }
  return archived;
}

async function findProblem(
  check: ChainCheck,
  files: readonly string[],
): Promise<LedgerProblem | undefined> {
  for await (const entry of readEntries(files)) {
    const problem =
      'damage' in entry
        ? {
            kind: 'changed' as const,
            sequence: check.sequence + 1,
            message: entry.damage,
          }
        : check.next(entry);
    if (problem) return problem;
  }
  return check.end();
}
