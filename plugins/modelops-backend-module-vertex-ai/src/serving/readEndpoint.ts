import {
  PlatformError,
  type PlatformCall,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { findEndpoint } from './endpoint';
import { listOperations, type EndpointOperation } from './endpointOperations';
import type { Endpoint } from './endpointSchemas';

/**
 * An endpoint with what is being done to it. Undefined if there is none. Whoever may see an endpoint and not its operations is
 * shown it as one at rest; before a change they are read again, and have to be seen then.
 * @internal
 */
export async function readEndpoint(
  client: VertexClient,
  call: PlatformCall,
  resource: PlatformResource,
): Promise<
  { endpoint: Endpoint; operations: EndpointOperation[] } | undefined
> {
  const endpoint = await findEndpoint(client, call, resource);
  if (!endpoint) return undefined;
  try {
    const operations = await listOperations(client, call, resource);
    return { endpoint, operations };
  } catch (error) {
    if (
      error instanceof PlatformError &&
      (error.code === 'platform-permission-denied' ||
        error.code === 'platform-not-found')
    )
      return { endpoint, operations: [] };
    throw error;
  }
}
