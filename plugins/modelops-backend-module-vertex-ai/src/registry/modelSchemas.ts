import { z } from 'zod';
import { labels, listOf, text, time } from '../vertexFields';

// Field names as in google/cloud/aiplatform/v1/model.proto, model_evaluation.proto. Unknown fields are ignored.

/** A model, or one of its versions: both are the same message. @internal */
export const modelSchema = z.object({
  name: z.string(),
  versionId: text,
  versionAliases: listOf(z.string()),
  displayName: text,
  description: text,
  versionDescription: text,
  /** Those of the model and of the version together. */
  labels,
  createTime: time,
  updateTime: time,
  versionCreateTime: time,
  pipelineJob: text,
  predictSchemata: z.object({ instanceSchemaUri: text }).nullish(),
});
/** A model, or one of its versions. @internal */
export type VertexModel = z.output<typeof modelSchema>;

/** A page of models, or of versions of one. @internal */
export const modelsSchema = z.object({
  models: listOf(modelSchema),
  nextPageToken: text,
});

/** A page of evaluations of a version. @internal */
export const evaluationsSchema = z.object({
  modelEvaluations: listOf(
    z.object({ createTime: time, metrics: z.unknown().optional() }),
  ),
  nextPageToken: text,
});
/** Evaluations of a version. @internal */
export type Evaluations = z.output<
  typeof evaluationsSchema
>['modelEvaluations'];
