import { z } from 'zod';
import { actionSchema, operationSchema } from './actions';
import { auditCodeSchema, auditOutcomeSchema } from './auditCodes';
import {
  entityRefSchema,
  pageQuerySchema,
  parametersSchema,
  timestampSchema,
} from './fields';
import { runStateSchema } from './run';
import { trafficSharesSchema } from './serving';

/** Principal of an entry when the platform cannot say who called. @public */
export const UNCONFIRMED_PRINCIPAL = 'unconfirmed';

/**
 * One difference between two role mappings. `rule` is absent where the role itself differs: its members, or its place.
 * `before` and `after` are JSON; one of them is absent for what was added or taken away.
 * @public
 */
export const mappingChangeSchema = z.object({
  role: z.string(),
  rule: z.string().optional(),
  before: z.string().optional(),
  after: z.string().optional(),
});
/** One difference between two role mappings. @public */
export type MappingChange = z.infer<typeof mappingChangeSchema>;

/** One entry of the ledger. Its hash covers every other field (SHA-256 over RFC 8785 canonical JSON). @public */
export const auditEntrySchema = z.object({
  sequence: z.number().int().positive(),
  time: timestampSchema,
  code: auditCodeSchema,
  outcome: auditOutcomeSchema.optional(),
  /** User reference of the person; `system:modelops` for what the backend finds out by itself. */
  actor: z.string(),
  agent: z.string().optional(),
  /** Subject of a refused ID token whose signature was valid. */
  tokenSubject: z.string().optional(),
  groups: z.array(z.string()).optional(),
  role: z.string().optional(),
  rule: z.string().optional(),
  mappingHash: z.string().optional(),
  /** Hash of the mapping that was in effect before, on entries about the mapping itself. */
  previousMappingHash: z.string().optional(),
  /** What differs from the mapping before; `count` says how many differences there are when not all are listed. */
  mappingChanges: z.array(mappingChangeSchema).optional(),
  action: actionSchema.optional(),
  operation: operationSchema.optional(),
  entityRef: z.string().optional(),
  /** Version of the model that the entry is about. */
  version: z.string().optional(),
  /** Shares of the traffic right before a change, by served version. */
  before: trafficSharesSchema.optional(),
  /** A call to a served model, without what was asked and answered: sizes in bytes, HMAC of the input, milliseconds. */
  prediction: z
    .object({
      requestBytes: z.number().int(),
      requestHash: z.string(),
      answerBytes: z.number().int().optional(),
      latencyMs: z.number().optional(),
    })
    .optional(),
  connections: z.array(z.string()).optional(),
  resources: z.array(z.string()).optional(),
  principal: z.string().optional(),
  credential: z
    .object({ fingerprint: z.string(), expiresAt: timestampSchema })
    .optional(),
  parameters: parametersSchema.optional(),
  parametersHash: z.string().optional(),
  reason: z.string().optional(),
  runId: z.string().optional(),
  fromState: runStateSchema.optional(),
  toState: runStateSchema.optional(),
  platformRunId: z.string().optional(),
  platformRunUrl: z.string().optional(),
  refusalCode: z.string().optional(),
  detail: z.string().optional(),
  count: z.number().int().optional(),
  /** Ties the entries of one HTTP request together. */
  requestId: z.string().optional(),
  clientAddress: z.string().optional(),
  traceId: z.string().optional(),
  /** Hash of the entry before; 64 zeros for the first. */
  previousHash: z.string(),
  hash: z.string(),
});
/** One entry of the ledger. @public */
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** How many places on either side of an entry are near to it: with the entry itself, one page. @public */
export const NEAR_PLACES = 12;

/** Which entries are asked for. @public */
export const auditFilterSchema = z.object({
  /** Sequence of an entry: it and its neighbours, those in its place where it is missing. */
  near: z.coerce
    .number()
    .int()
    .positive()
    .max(Number.MAX_SAFE_INTEGER)
    .optional(),
  actor: z.string().max(300).optional(),
  code: auditCodeSchema.optional(),
  outcome: auditOutcomeSchema.optional(),
  entityRef: entityRefSchema.optional(),
  runId: z.uuid().optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});

/** Query of `GET /audit`, newest first. @public */
export const listAuditQuerySchema = pageQuerySchema.extend(
  auditFilterSchema.shape,
);
/** Query of `GET /audit`. @public */
export type ListAuditQuery = z.input<typeof listAuditQuerySchema>;

/**
 * Query of `GET /audit/export`, oldest first. `jsonl`: the bytes that were hashed, one entry a line, for machines and for
 * `modelops-audit verify`. `csv`: for a spreadsheet; it cannot be verified.
 * @public
 */
export const exportAuditQuerySchema = auditFilterSchema.extend({
  format: z.enum(['jsonl', 'csv']),
});
/** Query of `GET /audit/export`. @public */
export type ExportAuditQuery = z.input<typeof exportAuditQuerySchema>;
