import {
  ifFound,
  invalidAnswer,
  type PlatformCall,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { VertexClient, VertexRequest } from '../vertexClient';
import { nameOf } from '../vertexResources';
import { endpointSchema, type Endpoint } from './endpointSchemas';

/** Largest description of an endpoint that is read, in bytes. */
const MAX_ENDPOINT_BYTES = 1024 * 1024;

/** Path of an endpoint below the location. @internal */
export function endpointPath(resource: PlatformResource): string {
  return `endpoints/${nameOf(resource)}`;
}

/** Reads an endpoint with the caller's rights. Undefined if there is none of this name. @internal */
export async function findEndpoint(
  client: VertexClient,
  call: PlatformCall,
  resource: PlatformResource,
  { runId }: { runId?: string } = {},
): Promise<Endpoint | undefined> {
  const request: VertexRequest = {
    path: endpointPath(resource),
    target: resource.canonical,
    needs: 'aiplatform.endpoints.get',
    maxBytes: MAX_ENDPOINT_BYTES,
    runId,
  };
  const endpoint = await ifFound(client.get(call, request, endpointSchema));
  return endpoint && requireEndpoint(client, resource, endpoint);
}

/** An answer about another endpoint than was asked for is not believed. @internal */
export function requireEndpoint(
  client: VertexClient,
  resource: PlatformResource,
  endpoint: Endpoint,
): Endpoint {
  if (client.ownName(endpoint.name, 'endpoints').id === nameOf(resource))
    return endpoint;
  throw invalidAnswer(
    client.connection.id,
    `described another endpoint than ${resource.canonical}`,
  );
}
