import {
  ifFound,
  invalidAnswer,
  type PlatformCall,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { z } from 'zod';
import type { DatabricksClient, DatabricksRequest } from '../databricksClient';
import { parseDatabricksJson, parseToCarryOver } from '../databricksJson';
import { nameOf } from '../databricksResources';
import { endpointSchema } from './endpointSchemas';

/** Largest description of an endpoint that is read, in bytes: 15 entities with environment variables stay far below. */
const MAX_ENDPOINT_BYTES = 1024 * 1024;

/** A serving endpoint as Databricks describes it. @internal */
export type Endpoint = z.output<typeof endpointSchema> & {
  /** Its config as it came, all fields and digits; what has to be written back is taken from it. */
  raw: { config?: unknown; pending_config?: unknown };
};

/** Path of an endpoint of the management API. @internal */
export function endpointPath(name: string): string {
  return `/api/2.0/serving-endpoints/${encodeURIComponent(name)}`;
}

/** Reads an endpoint with the caller's rights. Undefined if there is none of this name. @internal */
export async function findEndpoint(
  client: DatabricksClient,
  call: PlatformCall,
  resource: PlatformResource,
  { runId }: { runId?: string } = {},
): Promise<Endpoint | undefined> {
  const request: DatabricksRequest = {
    path: endpointPath(nameOf(resource)),
    target: resource.canonical,
    needs: `CAN_VIEW on ${resource.canonical}`,
    maxBytes: MAX_ENDPOINT_BYTES,
    runId,
  };
  const response = await ifFound(
    client.send(call, request, { method: 'GET', repeat: 'read' }),
  );
  return response && toEndpoint(client, resource, response.text);
}

/** The endpoint that an answer describes. Throws for another one and for what we do not understand. @internal */
export function toEndpoint(
  client: DatabricksClient,
  resource: PlatformResource,
  text: string,
): Endpoint {
  const parsed = endpointSchema.safeParse(parseDatabricksJson(text));
  const raw = parseToCarryOver(text) as Endpoint['raw'] | undefined;
  if (!parsed.success || !raw || parsed.data.name !== nameOf(resource))
    throw invalidAnswer(
      client.connection.id,
      `described ${resource.canonical} in a way we do not understand`,
    );
  return { ...parsed.data, raw };
}
