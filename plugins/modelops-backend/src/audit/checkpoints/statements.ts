import { timestampSchema } from 'backstage-plugin-modelops-common';
import { z } from 'zod';
import { canonicalJson, hashOf } from '../auditEntry';
import type { Signed, VerifyingKey } from './SigningKey';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const sequence = z.number().int().positive();

/** What a checkpoint says: at that time the ledger's entry `sequence` was the one with that hash. */
export const checkpointSchema = z.strictObject({
  type: z.literal('modelops-checkpoint'),
  sequence,
  hash,
  time: timestampSchema,
  /** SHA-256 of the checkpoint before, of its RFC 8785 JSON; 64 zeros for the first. */
  previous: hash,
  /** Whether the triggers that keep the ledger append-only were in place. */
  appendOnly: z.boolean(),
  keyId: hash,
});
/** What a checkpoint says. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** What stands in the database for entries that were moved to an archive. */
export const segmentSchema = z.strictObject({
  type: z.literal('modelops-segment'),
  firstSequence: sequence,
  lastSequence: sequence,
  /** Hash of the entry before the first. */
  previousHash: hash,
  lastHash: hash,
  /** Name of the file, without its folder. As `archiveName` gives it: it is printed where somebody else's file is checked. */
  file: z.string().regex(/^audit-\d+-\d+\.jsonl$/),
  fileSha256: hash,
  time: timestampSchema,
  keyId: hash,
});
/** What stands in the database for archived entries. */
export type Segment = z.infer<typeof segmentSchema>;

/** Name of the file that a segment is in. */
export function archiveName(
  firstSequence: number,
  lastSequence: number,
): string {
  return `audit-${firstSequence}-${lastSequence}.jsonl`;
}

/** A line of an export, a sink or an archive that carries a statement. The key in it is a hint, never a reason to trust it. */
export const statementLineSchema = z.object({
  statement: z.discriminatedUnion('type', [checkpointSchema, segmentSchema]),
  signature: z.string().max(128),
  publicKey: z.string().max(128),
});

/** One line for a file or a request body, without a line break. */
export function toStatementLine(
  signed: Signed<Checkpoint | Segment>,
  publicKey: string,
): string {
  return canonicalJson({
    statement: signed.body,
    signature: signed.signature,
    publicKey,
  });
}

/** SHA-256 by which the next checkpoint names this one. */
export function checkpointHash(checkpoint: Checkpoint): string {
  return hashOf(canonicalJson(checkpoint));
}

/** Keys by their id. */
export type KeyRing = ReadonlyMap<string, VerifyingKey>;

export function toKeyRing(keys: readonly VerifyingKey[]): KeyRing {
  return new Map(keys.map(key => [key.id, key]));
}

/** Whether a key of the ring signed the statement. */
export function isSignedBy(
  ring: KeyRing,
  signed: Signed<Checkpoint | Segment>,
): boolean {
  return ring.get(signed.body.keyId)?.confirms(signed) ?? false;
}
