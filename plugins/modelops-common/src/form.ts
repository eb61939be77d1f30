import { z } from 'zod';
import { operationSchema, runActionSchema } from './actions';
import { parametersSchema, targetSchema } from './fields';
import { runsAsSchema } from './run';
import { servingStateSchema } from './serving';

/** Schema of one field: a JSON Schema of a scalar, `type` always one of the four. @public */
export const formFieldSchema = z.object({
  type: z.enum(['string', 'integer', 'number', 'boolean']),
  title: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.union([z.string(), z.number()])).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().int().optional(),
  maxLength: z.number().int().optional(),
  /** Regular expression (ECMAScript, flag `u`) that the whole text has to match. */
  pattern: z.string().optional(),
  /** Masked everywhere once sent. */
  writeOnly: z.boolean().optional(),
  /** The platform's value is used and may not be changed by this caller. */
  readOnly: z.boolean().optional(),
});
/** Schema of one field. @public */
export type FormField = z.infer<typeof formFieldSchema>;

/** The form of an action: a JSON Schema (draft 2020-12) of its parameters, their defaults and guardrails. @public */
export const actionFormSchema = z.object({
  action: runActionSchema,
  operation: operationSchema,
  /** The platform's own name of what is started. */
  title: z.string(),
  url: z.string().optional(),
  schema: z.object({
    $schema: z.literal('https://json-schema.org/draft/2020-12/schema'),
    type: z.literal('object'),
    properties: z.record(z.string(), formFieldSchema),
    required: z.array(z.string()),
    additionalProperties: z.literal(false),
  }),
  defaults: parametersSchema,
  /** Sentence beside a field, by parameter: `Your role fraud-ml-engineer allows at most 20`. */
  guardrails: z.record(z.string(), z.string()),
  runsAs: runsAsSchema,
  /** Identity the platform runs the job as; it may be someone else than the caller. */
  jobRunsAs: z.string().optional(),
  /** What is served now, for operations that change it. */
  serving: servingStateSchema.optional(),
});
/** Query of `GET /models/…/actions/:action`: by default the first operation of the action on its first binding. @public */
export const formQuerySchema = z.object({
  operation: operationSchema.optional(),
  target: targetSchema.optional(),
});
/** Query of `GET /models/…/actions/:action`. @public */
export type FormQuery = z.input<typeof formQuerySchema>;
/** The form of an action. @public */
export type ActionForm = z.infer<typeof actionFormSchema>;
