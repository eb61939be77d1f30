import type {
  AuditVerification,
  LedgerProblem,
} from 'backstage-plugin-modelops-common';
import type { ChainLink } from '../audit/ChainWitness';
import type { VerifyingKey } from '../audit/checkpoints/SigningKey';
import { type Checkpoint, toKeyRing } from '../audit/checkpoints/statements';
import { followSegments, startOf } from '../audit/verification/followSegments';
import { toVerification } from '../audit/verification/toVerification';
import { weighCheckpoints } from '../audit/verification/weighCheckpoints';
import { ChainCheck } from '../audit/verifyChain';
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

/** What was found, and what a reader of it has to know about the files. */
export interface FileVerification extends AuditVerification {
  /** When the export was made. */
  exportedAt?: string;
  /** Newest entry that is covered by checkpoints set after that; the export cannot have it, so they were not compared. */
  laterSequence?: number;
}

/** Verifies a ledger without its database. Throws UsageError for files that no verification can be made of. */
export async function verifyFiles({
  files,
  checkpointFiles,
  trustedKeys,
}: Evidence): Promise<FileVerification> {
  const inside = await readStatements(files);
  const outside = await readStatements(checkpointFiles);
  requireWhole(inside);
  const trusted = toKeyRing(trustedKeys);
  const known = toKeyRing([...inside.keys, ...outside.keys, ...trustedKeys]);
  const later = outside.checkpoints.filter(({ body }) =>
    isLater(body, inside.exported),
  );
  const checkpoints = await weighCheckpoints(
    [
      ...inside.checkpoints.map(signed => ({ signed, outside: false })),
      ...outside.checkpoints
        .filter(signed => !later.includes(signed))
        .map(signed => ({ signed, outside: true })),
    ],
    { known, trusted },
  );
  const archive = followSegments(
    inside.segments,
    trusted.size > 0 ? trusted : known,
  );
  const start = await findStart(files, archive.end);
  const check = new ChainCheck(start, [
    ...checkpoints.marks,
    { ...archive.end, witness: 'the stub of the archive' },
  ]);
  const broken = await findProblem(check, files);
  const problem = archive.problem ?? broken ?? checkpoints.problem;
  return {
    ...toVerification({
      fromSequence: check.sequence > start.sequence ? start.sequence + 1 : 0,
      toSequence: check.sequence,
      archivedEntries: start.sequence,
      problem,
      checkpoints,
      sinks: [],
    }),
    exportedAt: inside.exported?.time,
    laterSequence: later.at(-1)?.body.sequence,
  };
}

function requireWhole({ foreign, filtered }: Statements): void {
  if (foreign.length > 0) {
    throw new UsageError(
      `${foreign.join(
        ', ',
      )} holds no entries: it is neither an archive nor an export as JSON lines.`,
    );
  }
  if (filtered.length > 0) {
    throw new UsageError(
      `${filtered.join(
        ', ',
      )} holds only entries that a filter let through, so its chain has gaps. Export without filters.`,
    );
  }
}

/** A checkpoint that was set after the export, on an entry after its last. */
function isLater(
  { time, sequence }: Checkpoint,
  exported: Statements['exported'],
): boolean {
  return (
    exported !== undefined &&
    time > exported.time &&
    sequence > exported.toSequence
  );
}

async function findStart(
  files: readonly string[],
  archived: ChainLink,
): Promise<ChainLink> {
  for await (const first of readEntries(files)) {
    if (!('damage' in first)) return startOf(first, archived);
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
