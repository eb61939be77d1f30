import { z } from 'zod';
import { labels, listOf, text, time } from '../vertexFields';

// Field names as in google/cloud/aiplatform/v1/endpoint.proto. Unknown fields are ignored; none is written back, because what
// is not in an update mask stays as it is.

/** What we give has at most 10 digits, what Vertex AI gives is an int64. */
const deployedModelId = z.string().regex(/^[0-9]{1,20}$/);

/** Left out where it is 0. */
const count = z
  .int()
  .min(0)
  .nullish()
  .transform(number => number ?? 0);

const deployedModelSchema = z.object({
  id: deployedModelId,
  model: text,
  modelVersionId: text,
  displayName: text,
  createTime: time,
  dedicatedResources: z
    .object({
      machineSpec: z
        .object({
          machineType: text,
          acceleratorType: text,
          acceleratorCount: count,
        })
        .nullish(),
      minReplicaCount: count,
      maxReplicaCount: count,
    })
    .nullish(),
});
/** One model version that an endpoint serves. @internal */
export type DeployedModel = z.output<typeof deployedModelSchema>;

/** An endpoint, as lists show it too. @internal */
export const listedEndpointSchema = z.object({
  name: z.string(),
  displayName: text,
  description: text,
  labels,
  createTime: time,
  updateTime: time,
  deployedModels: listOf(deployedModelSchema),
});

/** An endpoint that can be changed. @internal */
export const endpointSchema = listedEndpointSchema.extend({
  /** Without it a change would overwrite whatever somebody else did; Vertex AI always gives one. */
  etag: z.string().regex(/^[\x21-\x7e]{1,256}$/),
  trafficSplit: z
    .record(deployedModelId, z.int().min(0).max(100))
    .nullish()
    .transform(split => new Map(Object.entries(split ?? {}))),
  dedicatedEndpointEnabled: z.boolean().nullish(),
  dedicatedEndpointDns: text,
});
/** An endpoint that can be changed. @internal */
export type Endpoint = z.output<typeof endpointSchema>;

/** `google.rpc.Status` of an operation; its text is never shown, only the name of a quota in it. */
const statusSchema = z.object({ code: z.int().nullish(), message: text });

/** A long-running operation. Source: google/longrunning/operations.proto, and the metadata of endpoint_service.proto. @internal */
export const operationSchema = z.object({
  name: z.string(),
  metadata: z
    .object({
      '@type': text,
      genericMetadata: z
        .object({ createTime: time, updateTime: time })
        .nullish(),
      deploymentStage: text,
    })
    .nullish(),
  done: z.boolean().nullish(),
  error: statusSchema.nullish(),
  response: z
    .object({ deployedModel: z.object({ id: text }).nullish() })
    .nullish(),
});

/** A page of operations. @internal */
export const operationsSchema = z.object({
  operations: listOf(operationSchema),
  nextPageToken: text,
});
