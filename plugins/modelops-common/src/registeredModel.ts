import { z } from 'zod';
import { pageQuerySchema, pageSchema, timestampSchema } from './fields';

/** Something a platform holds that can be an entity: a registered model, or an endpoint that serves models. @public */
export const registeredModelSchema = z.object({
  kind: z.enum(['model', 'endpoint']),
  /** Canonical resource, `model/main.fraud.detector`. */
  resource: z.string(),
  /** Platform's name of it, `main.fraud.detector`. */
  name: z.string(),
  /** Plain text. */
  description: z.string().optional(),
  /** Name the platform knows the owner by: a person, a group or a service principal. */
  owner: z.string().optional(),
  tags: z.record(z.string(), z.string()),
  createdAt: timestampSchema.optional(),
  updatedAt: timestampSchema.optional(),
  /** Link to the platform's console, checked by the module. */
  url: z.string().optional(),
  /** Of an endpoint: canonical resources of the models it serves. */
  serves: z.array(z.string()).optional(),
});
/** Something a platform holds that can be an entity. @public */
export type RegisteredModel = z.infer<typeof registeredModelSchema>;

/** Answer of `GET /connections/:id/models`. @public */
export const registeredModelsSchema = pageSchema(registeredModelSchema);
/** A page of what a platform holds. A page may be empty and still have a next one. @public */
export type RegisteredModels = z.infer<typeof registeredModelsSchema>;

/** Query of `GET /connections/:id/models`. @public */
export const listRegisteredModelsQuerySchema = pageQuerySchema.extend({
  /** Pages of up to 1000, which is what a registry gives at once. */
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});
/** Query of `GET /connections/:id/models`. @public */
export type ListRegisteredModelsQuery = z.input<
  typeof listRegisteredModelsQuerySchema
>;
