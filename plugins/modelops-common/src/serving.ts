import { z } from 'zod';
import { freshnessSchema, targetSchema, timestampSchema } from './fields';

/** A share of the traffic, in whole percent. @public */
export const shareSchema = z.number().int().min(0).max(100);

/** Shares of the traffic in percent, by the platform's name of what is served. @public */
export const trafficSharesSchema = z.record(z.string(), shareSchema);
/** Shares of the traffic in percent. @public */
export type TrafficShares = z.infer<typeof trafficSharesSchema>;

/** One thing that an endpoint serves. @public */
export const servedVersionSchema = z.object({
  /** Platform's name of it, unique in its endpoint; parameters of `traffic` are named by it. */
  id: z.string(),
  /** Name of the model for people, `main.fraud.detector`. */
  model: z.string(),
  /** Absent for what has no versions, such as an external model. */
  version: z.string().optional(),
  share: shareSchema,
  /** Whether it is a version of the model in question. What is not keeps its place and its share. */
  ours: z.boolean(),
  state: z.enum(['ready', 'updating', 'failed']),
  stateMessage: z.string().optional(),
  /** Platform's name of the size, `Small`. */
  size: z.string().optional(),
  scaleToZero: z.boolean().optional(),
  createdBy: z.string().optional(),
  createdAt: timestampSchema.optional(),
});
/** One thing that an endpoint serves. @public */
export type ServedVersion = z.infer<typeof servedVersionSchema>;

/** Stands for the revision of an endpoint that does not exist, for whoever decides by that. @public */
export const ABSENT_REVISION = 'absent';

/** What an endpoint serves, and how it is. @public */
export const servingStateSchema = z.object({
  /**
   * `absent`: there is no such endpoint yet. `updating`: a change is being rolled out, `served` is what answers meanwhile.
   * `failed`: the newest change failed; `message` says what went wrong, and whether `served` still answers.
   */
  state: z.enum(['ready', 'updating', 'failed', 'absent']),
  /** Why it failed, or what it waits for. Written by us. */
  message: z.string().optional(),
  /** Changes whenever what is served does; absent while there is nothing. */
  revision: z.string().optional(),
  served: z.array(servedVersionSchema),
  /** What is being rolled out. */
  pending: z
    .object({
      served: z.array(servedVersionSchema),
      since: timestampSchema.optional(),
    })
    .optional(),
  /** Link to the platform's console. */
  url: z.string().optional(),
});
/** What an endpoint serves, and how it is. @public */
export type ServingState = z.infer<typeof servingStateSchema>;

/** How much an endpoint is asked, over the last minute. What the platform does not tell is absent. @public */
export const servingLoadSchema = z.object({
  at: timestampSchema,
  requestsPerMinute: z.number().optional(),
  /** Part of the requests that failed, 0 to 1. */
  errorRate: z.number().optional(),
  /** Milliseconds. */
  latencyP50: z.number().optional(),
  /** Milliseconds. */
  latencyP99: z.number().optional(),
});
/** How much an endpoint is asked. @public */
export type ServingLoad = z.infer<typeof servingLoadSchema>;

/** Answer of `GET /models/…/serving`. @public */
export const servingSchema = servingStateSchema.extend({
  /** `<connection>:<resource>`. */
  target: z.string(),
  load: servingLoadSchema.optional(),
  /** What `rollback` would restore: the shares before the newest change made here that is still in place. */
  rollback: z
    .object({
      runId: z.uuid(),
      changedBy: z.string(),
      changedAt: timestampSchema,
      shares: trafficSharesSchema,
    })
    .optional(),
  freshness: freshnessSchema,
});
/** What an endpoint serves, how it is and how much it is asked. @public */
export type Serving = z.infer<typeof servingSchema>;

/** Query of what is about one of several endpoints: the first by default. @public */
export const targetQuerySchema = z.object({
  target: targetSchema.optional(),
});
/** Query of what is about one of several endpoints. @public */
export type TargetQuery = z.input<typeof targetQuerySchema>;
