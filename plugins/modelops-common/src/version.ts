import { z } from 'zod';
import {
  freshnessSchema,
  pageQuerySchema,
  pageSchema,
  timestampSchema,
} from './fields';
import { metricSchema } from './metric';

/** A version of a model, as its registry lists it. @public */
export const modelVersionSchema = z.object({
  version: z.string(),
  aliases: z.array(z.string()),
  /** Only a `ready` version can be deployed. */
  state: z.enum(['ready', 'pending', 'failed']),
  description: z.string().optional(),
  createdAt: timestampSchema.optional(),
  /** Name the platform knows the maker by. */
  createdBy: z.string().optional(),
  /** Last value of each metric of the source run, in the order of the platform. */
  metrics: z.array(metricSchema),
  /** The experiment run that made it. */
  sourceRun: z
    .object({ id: z.string(), url: z.string().optional() })
    .optional(),
  /** The job run that made it; `runId` if it was started here. */
  sourceJob: z
    .object({
      platformRunId: z.string(),
      url: z.string().optional(),
      runId: z.uuid().optional(),
    })
    .optional(),
  /** Endpoints of the entity that serve it and that the caller may look at. */
  servedBy: z.array(z.object({ target: z.string(), share: z.number().int() })),
  /** Link to the platform's console. */
  url: z.string().optional(),
});
/** A version of a model. @public */
export type ModelVersion = z.infer<typeof modelVersionSchema>;

/** Answer of `GET /models/…/versions/:version`: with what it was trained with. @public */
export const modelVersionDetailSchema = modelVersionSchema.extend({
  parameters: z.record(z.string(), z.string()),
  freshness: freshnessSchema,
});
/** A version with what it was trained with. @public */
export type ModelVersionDetail = z.infer<typeof modelVersionDetailSchema>;

/** Answer of `GET /models/…/versions`: a page, newest first. @public */
export const modelVersionsSchema = pageSchema(modelVersionSchema).extend({
  /** Identity the registry was read as: the person, or the portal's reader where `reads: reader` says so. */
  readAs: z.enum(['person', 'reader']),
  freshness: freshnessSchema,
});
/** A page of versions. @public */
export type ModelVersions = z.infer<typeof modelVersionsSchema>;

/** Query of `GET /models/…/versions`. @public */
export const listVersionsQuerySchema = pageQuerySchema;
/** Query of `GET /models/…/versions`. @public */
export type ListVersionsQuery = z.input<typeof listVersionsQuerySchema>;
