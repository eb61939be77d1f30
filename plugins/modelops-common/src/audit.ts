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

/** Principal of an entry when the platform cannot say who called. @public */
export const UNCONFIRMED_PRINCIPAL = 'unconfirmed';

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
  action: actionSchema.optional(),
  operation: operationSchema.optional(),
  entityRef: z.string().optional(),
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

/** Query of `GET /audit`, newest first. @public */
export const listAuditQuerySchema = pageQuerySchema.extend({
  actor: z.string().max(300).optional(),
  code: auditCodeSchema.optional(),
  outcome: auditOutcomeSchema.optional(),
  entityRef: entityRefSchema.optional(),
  runId: z.uuid().optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
/** Query of `GET /audit`. @public */
export type ListAuditQuery = z.input<typeof listAuditQuerySchema>;
