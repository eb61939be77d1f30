import { z } from 'zod';
import { operationSchema, runActionSchema } from './actions';
import { pageQuerySchema } from './fields';
import { runSchema, runsAsSchema } from './run';

/** Where an entity's annotation points to, normalised. @public */
export const bindingSchema = z.object({
  role: z.enum(['model', 'train', 'deploy', 'serve']),
  annotation: z.string(),
  connection: z.string(),
  platform: z.string(),
  /** Platform's name for people, `Databricks`. */
  platformTitle: z.string(),
  environment: z.string().optional(),
  /** Canonical resource, `job/8123`. */
  resource: z.string(),
});
/** Where an annotation points to. @public */
export type Binding = z.infer<typeof bindingSchema>;

/** An annotation that points nowhere, and the form it has to have. @public */
export const bindingProblemSchema = z.object({
  role: z.enum(['model', 'train', 'deploy', 'serve']),
  annotation: z.string(),
  code: z.enum([
    'binding-malformed',
    'binding-connection-unknown',
    'binding-resource-unknown',
    'binding-missing',
  ]),
  message: z.string(),
});
/** An annotation that points nowhere. @public */
export type BindingProblem = z.infer<typeof bindingProblemSchema>;

/** What one action looks like for the caller. @public */
export const modelActionSchema = z.object({
  action: runActionSchema,
  /** The operation a card begins with. */
  operation: operationSchema,
  /** All operations of the action that the resource offers. */
  operations: z.array(operationSchema),
  binding: bindingSchema.optional(),
  problem: bindingProblemSchema.optional(),
  allowed: z.boolean(),
  /** Why not: a code to switch on and a sentence that says whom to ask. Present unless allowed. */
  reason: z.object({ code: z.string(), message: z.string() }).optional(),
  role: z.string().optional(),
  runsAs: runsAsSchema.optional(),
  /** Identity the platform runs the job as, when the platform told this caller. */
  jobRunsAs: z.string().optional(),
  /** Guardrails of the deciding rule as sentences, `epochs: at most 20`. */
  guardrails: z.array(z.string()),
  lastRun: runSchema.optional(),
});
/** What one action looks like for the caller. @public */
export type ModelAction = z.infer<typeof modelActionSchema>;

/** Whether the caller may do something; why not, unless allowed. @public */
export const permissionSchema = z.object({
  allowed: z.boolean(),
  reason: z.object({ code: z.string(), message: z.string() }).optional(),
});
/** Whether the caller may do something. @public */
export type Permission = z.infer<typeof permissionSchema>;

/** Answer of `GET /models/:kind/:namespace/:name`: all that the cards of an entity need. @public */
export const modelDetailSchema = z.object({
  entityRef: z.string(),
  title: z.string(),
  model: bindingSchema.optional(),
  problems: z.array(bindingProblemSchema),
  /**
   * One per operation that cards begin with (`start`, `deploy`, `set-alias`, `traffic`) and bound resource, in the order of
   * the annotation.
   */
  actions: z.array(modelActionSchema),
  /** Whether the versions of the model may be read; absent without a usable `modelops/model`. */
  versions: permissionSchema.optional(),
  /** What serves the model, and whether the caller may look at it and ask it. */
  serving: z.array(
    z.object({
      binding: bindingSchema,
      read: permissionSchema,
      predict: permissionSchema,
    }),
  ),
  /** Whether the request carried an ID token that was accepted. Without one, rules on claims cannot match. */
  identified: z.boolean(),
});
/** All that the cards of an entity need. @public */
export type ModelDetail = z.infer<typeof modelDetailSchema>;

/** One row of `GET /models`. @public */
export const modelSummarySchema = z.object({
  entityRef: z.string(),
  title: z.string(),
  owner: z.string().optional(),
  bindings: z.array(bindingSchema),
  problems: z.array(bindingProblemSchema),
  lastRun: runSchema.optional(),
});
/** One row of `GET /models`. @public */
export type ModelSummary = z.infer<typeof modelSummarySchema>;

/** Query of `GET /models`. @public */
export const listModelsQuerySchema = pageQuerySchema.extend({
  platform: z.string().max(64).optional(),
  owner: z.string().max(300).optional(),
});
/** Query of `GET /models`. @public */
export type ListModelsQuery = z.input<typeof listModelsQuerySchema>;
