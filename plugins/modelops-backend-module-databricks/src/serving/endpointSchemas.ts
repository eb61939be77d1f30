import { z } from 'zod';
import { listOf, text, time } from '../databricksSchemas';

// Field names as in the Databricks REST reference, section serving endpoints. Unknown fields are ignored here; what is
// written back is taken from the answer itself, see writableConfig.ts.

/** Name of a served entity. It becomes the name of a parameter, so nothing that could be mistaken for something else. */
const servedName = z
  .string()
  .regex(/^[A-Za-z0-9_.:@-]{1,800}$/)
  .refine(name => name !== '__proto__');

/** A version is text here and a number in other APIs. */
const entityVersion = z
  .union([z.string().regex(/^[A-Za-z0-9._-]{1,128}$/), z.int().nonnegative()])
  .nullish()
  .transform(version => version?.toString());

const servedEntitySchema = z.object({
  name: servedName,
  entity_name: text,
  entity_version: entityVersion,
  external_model: z.object({ name: text }).nullish(),
  foundation_model: z.object({ name: text, display_name: text }).nullish(),
  workload_size: text,
  workload_type: text,
  scale_to_zero_enabled: z.boolean().nullish(),
  creator: text,
  creation_timestamp: time,
  state: z.object({ deployment: text }).nullish(),
});
/** One thing that an endpoint serves. @internal */
export type ServedEntity = z.output<typeof servedEntitySchema>;

const routeSchema = z
  .object({
    served_model_name: text,
    /** Newer clients name it so. */
    served_entity_name: text,
    traffic_percentage: z.int().min(0).max(100),
  })
  .transform(route => ({
    served: route.served_model_name ?? route.served_entity_name ?? '',
    share: route.traffic_percentage,
  }));

const configSchema = z.object({
  served_entities: listOf(servedEntitySchema),
  traffic_config: z.object({ routes: listOf(routeSchema) }).nullish(),
  /** Absent in a config that never served. */
  config_version: z.int().nonnegative().nullish(),
  /** Of a pending config: when its rollout began. */
  start_time: time,
});
/** What is served, or is being rolled out. @internal */
export type EndpointConfig = z.output<typeof configSchema>;

/** A serving endpoint. @internal */
export const endpointSchema = z.object({
  name: z.string(),
  id: text,
  creation_timestamp: time,
  last_updated_timestamp: time,
  state: z.object({
    ready: z.enum(['READY', 'NOT_READY']),
    // One that is not in this list is an error: it decides how a change ended.
    config_update: z.enum([
      'NOT_UPDATING',
      'IN_PROGRESS',
      'UPDATE_FAILED',
      'UPDATE_CANCELED',
    ]),
  }),
  config: configSchema.nullish(),
  pending_config: configSchema.nullish(),
  tags: listOf(z.object({ key: z.string(), value: text })),
});

/** Answer of a log of a served entity. @internal */
export const servedLogSchema = z.object({ logs: text });
