import {
  invalidAnswer,
  type PlatformCall,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { z } from 'zod';
import { quotaMetricIn } from '../google/googleStatus';
import type { VertexClient, VertexRequest } from '../vertexClient';
import { parseOperationName, type OperationName } from '../vertexNames';
import { nameOf } from '../vertexResources';
import { endpointPath } from './endpoint';
import { operationSchema, operationsSchema } from './endpointSchemas';

/** Operations of an endpoint that are read: each deployment leaves one, and Google forgets old ones. */
const MAX_PAGES = 10;
const OPERATIONS_PER_PAGE = 100;

/** What an operation does, by the name of its metadata. Source: endpoint_service.proto. */
const KINDS: ReadonlyMap<string, EndpointOperation['kind']> = new Map([
  ['CreateEndpointOperationMetadata', 'create'],
  ['DeployModelOperationMetadata', 'deploy'],
  ['UndeployModelOperationMetadata', 'undeploy'],
  ['MutateDeployedModelOperationMetadata', 'mutate'],
]);

/** Something that takes minutes on an endpoint. @internal */
export interface EndpointOperation {
  /** Last part of its name. */
  id: string;
  kind: 'create' | 'deploy' | 'undeploy' | 'mutate' | 'other';
  state: 'running' | 'succeeded' | 'failed';
  /** google.rpc code of one that failed. */
  code?: number;
  /** Quota that was used up, `aiplatform.googleapis.com/custom_model_serving_cpus`. */
  quotaMetric?: string;
  /** What was deployed; told only when it is done. */
  deployedModelId?: string;
  /** `PREPARING_MODEL`, of a deployment. */
  stage?: string;
  startedAt?: Date;
  /** When it was last heard of: its end, if it is over. */
  updatedAt?: Date;
}

/** Operations of an endpoint, newest first. @internal */
export async function listOperations(
  client: VertexClient,
  call: PlatformCall,
  resource: PlatformResource,
): Promise<EndpointOperation[]> {
  const { pages, complete } = await client.getPages(
    call,
    {
      ...aboutOperations(resource),
      path: `${endpointPath(resource)}/operations`,
      query: { pageSize: OPERATIONS_PER_PAGE },
    },
    operationsSchema,
    { maxPages: MAX_PAGES },
  );
  // One that runs could be among those that are left.
  if (!complete)
    throw invalidAnswer(
      client.connection.id,
      `sent a list of operations of ${resource.canonical} without an end`,
    );
  return pages
    .flatMap(({ operations }) => operations)
    .map(operation => toOperation(client, resource, operation))
    .sort((a, b) => timeOf(b) - timeOf(a));
}

/** One operation. Throws `platform-not-found` if Google has forgotten it. @internal */
export async function readOperation(
  client: VertexClient,
  call: PlatformCall,
  resource: PlatformResource,
  id: string,
): Promise<EndpointOperation> {
  const operation = await client.get(
    call,
    {
      ...aboutOperations(resource),
      path: `${endpointPath(resource)}/operations/${id}`,
    },
    operationSchema,
  );
  return toOperation(client, resource, operation);
}

/** An operation of this endpoint; the name of one of anything else is not believed. @internal */
export function toOperation(
  client: VertexClient,
  resource: PlatformResource,
  operation: z.output<typeof operationSchema>,
): EndpointOperation {
  const { metadata, response, error, done } = operation;
  const name = parseOperationName(operation.name);
  if (!name || ownEndpoint(client, name) !== nameOf(resource))
    throw invalidAnswer(
      client.connection.id,
      `named an operation that is none of ${resource.canonical}`,
    );
  return {
    id: name.operation,
    kind: KINDS.get(metadata?.['@type']?.split('.').at(-1) ?? '') ?? 'other',
    state: stateOf(done ?? false, error),
    code: error?.code ?? undefined,
    quotaMetric: quotaMetricIn(error?.message ?? ''),
    deployedModelId: response?.deployedModel?.id,
    stage: metadata?.deploymentStage,
    startedAt: metadata?.genericMetadata?.createTime,
    updatedAt: metadata?.genericMetadata?.updateTime,
  };
}

/** Id of the endpoint that an operation is on. Throws for anything of another project or location. */
function ownEndpoint(
  client: VertexClient,
  { project, location, collection, id }: OperationName,
): string {
  const endpoint = `projects/${project}/locations/${location}/${collection}/${id}`;
  return client.ownName(endpoint, 'endpoints').id;
}

function stateOf(done: boolean, error: unknown): EndpointOperation['state'] {
  if (!done) return 'running';
  return error ? 'failed' : 'succeeded';
}

function aboutOperations(
  resource: PlatformResource,
): Omit<VertexRequest, 'path'> {
  return {
    target: `the operations of ${resource.canonical}`,
    needs: 'aiplatform.endpoints.get',
  };
}

function timeOf({ startedAt }: EndpointOperation): number {
  return startedAt?.getTime() ?? 0;
}
