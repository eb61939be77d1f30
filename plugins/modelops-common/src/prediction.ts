import { z } from 'zod';
import { entityRefSchema, targetSchema, versionSchema } from './fields';
import { formFieldSchema } from './form';

/** Largest body of `POST /predictions`, in bytes (design §6). @public */
export const MAX_PREDICTION_REQUEST = 1024 * 1024;
/** Largest answer of a platform to a prediction, in bytes (design §6). @public */
export const MAX_PREDICTION_ANSWER = 4 * 1024 * 1024;

/** What a JSON parser gave. Not looked at again, value by value: that takes up to half a second for 1 MB. */
const parsedJsonSchema = z.custom<z.core.util.JSONType>(
  value => value !== undefined,
);

/** What one row of input looks like, from the signature of the served model. @public */
export const predictionFormSchema = z.object({
  target: z.string(),
  /** Version whose signature it is; absent where the platform did not say. */
  version: z.string().optional(),
  /** Absent where the model has no signature that fields can be made of: then `example` is edited as JSON. */
  fields: z
    .array(
      z.object({
        name: z.string(),
        field: formFieldSchema,
        required: z.boolean(),
      }),
    )
    .optional(),
  /** A row to begin with, if there is one. */
  example: z.json().optional(),
  /** The platform cannot ask one version of several: the traffic shares decide which answers. */
  byTrafficOnly: z.literal(true).optional(),
});
/** What one row of input looks like. @public */
export type PredictionForm = z.infer<typeof predictionFormSchema>;

/** Query of `GET /models/…/prediction-form`. @public */
export const predictionFormQuerySchema = z.object({
  target: targetSchema.optional(),
  version: versionSchema.optional(),
});
/** Query of `GET /models/…/prediction-form`. @public */
export type PredictionFormQuery = z.input<typeof predictionFormQuerySchema>;

/** Body of `POST /predictions`. @public */
export const predictSchema = z.strictObject({
  entityRef: entityRefSchema,
  /** Which of several endpoints, `<connection>:<resource>`; the first by default. */
  target: targetSchema.optional(),
  /** Ask this version, whatever the traffic shares say. */
  version: versionSchema.optional(),
  /** Rows to predict for. */
  instances: z.array(parsedJsonSchema).min(1).max(10_000),
});
/** What `POST /predictions` asks for. @public */
export type PredictRequest = z.infer<typeof predictSchema>;

/** Answer of `POST /predictions`. @public */
export const predictionSchema = z.object({
  /** One per row, as the model gave them. */
  predictions: parsedJsonSchema,
  /** Version that answered, if the platform says. */
  version: z.string().optional(),
  /** Milliseconds the platform took to answer. */
  latencyMs: z.number(),
});
/** What a model predicted. @public */
export type Prediction = z.infer<typeof predictionSchema>;
