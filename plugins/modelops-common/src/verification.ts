import { z } from 'zod';
import { timestampSchema } from './fields';

/**
 * What can be wrong with a ledger, and what it means for the entry that is named:
 * `changed`: what is stored is not what was hashed. `missing`: it is gone, from the beginning or from the middle.
 * `reordered`: it stands at another place than its own. `forked`: it does not follow the entry before it, or is not the one
 * that was sealed: entries were replaced. `tail-cut`: entries that were sealed or written are gone from the end.
 * `checking-off`: between the two entries named a checkpoint is missing, or the tables were open to changes.
 * `checkpoint-invalid`: a checkpoint is not signed by a known key.
 * @public
 */
export const LEDGER_PROBLEMS = [
  'changed',
  'missing',
  'reordered',
  'forked',
  'tail-cut',
  'checking-off',
  'checkpoint-invalid',
] as const;

/** The first place where a ledger is not what it was. @public */
export const ledgerProblemSchema = z.object({
  kind: z.enum(LEDGER_PROBLEMS),
  /** First entry concerned. */
  sequence: z.number().int(),
  /** Last entry concerned, where it is more than one. */
  toSequence: z.number().int().optional(),
  /** For people. */
  message: z.string(),
});
/** The first place where a ledger is not what it was. @public */
export type LedgerProblem = z.infer<typeof ledgerProblemSchema>;

/**
 * Answer of `GET /audit/verification`, and of `modelops-audit verify`.
 * @public
 */
export const auditVerificationSchema = z.object({
  intact: z.boolean(),
  problem: ledgerProblemSchema.optional(),
  /** First and last entry that were looked at; 0 for an empty ledger. */
  fromSequence: z.number().int(),
  toSequence: z.number().int(),
  /**
   * `anchored`: a checkpoint from outside the database, signed with a key from outside the database, was compared.
   * `internal`: only what the database itself says was; that finds accidents, not a change by the database's owner.
   */
  strength: z.enum(['anchored', 'internal']),
  /** Newest entry that such a checkpoint covers; 0 if there is none. */
  anchoredSequence: z.number().int(),
  /** Entries after it. What nobody outside has seen yet could be cut off without being noticed. */
  unanchoredEntries: z.number().int(),
  /** Newest checkpoint of any kind. */
  newestCheckpoint: z
    .object({
      sequence: z.number().int(),
      time: timestampSchema,
      keyId: z.string(),
    })
    .optional(),
  /** Entries that were moved to an archive, and are covered by a signed stub. */
  archivedEntries: z.number().int(),
  /** Where checkpoints go, and up to which entry they have arrived. */
  sinks: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['file', 'http']),
      deliveredSequence: z.number().int(),
    }),
  ),
});
/** What a verification of the ledger found. @public */
export type AuditVerification = z.infer<typeof auditVerificationSchema>;
