import {
  invalidAnswer,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import type { Endpoint } from './endpointSchemas';

/** Hosts of dedicated endpoints. No other host that an answer names gets a credential (design D4). Source: endpoint.proto. */
const DEDICATED =
  /^(?:https:\/\/)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}prediction\.vertexai\.goog)\/?$/;

/**
 * Where an endpoint is asked: an endpoint with a host of its own is asked only there, every other one on the host of the
 * connection, which is undefined here. `predictionHost` of the connection stands in for hosts of endpoints.
 * @internal
 */
export function predictionHost(
  { connection, settings }: Pick<VertexClient, 'connection' | 'settings'>,
  { canonical }: PlatformResource,
  endpoint:
    | Pick<Endpoint, 'dedicatedEndpointEnabled' | 'dedicatedEndpointDns'>
    | undefined,
): string | undefined {
  if (!endpoint?.dedicatedEndpointEnabled) return undefined;
  if (settings.predictionHost) return settings.predictionHost;
  const [, host] = DEDICATED.exec(endpoint.dedicatedEndpointDns ?? '') ?? [];
  if (host) return `https://${host}`;
  throw invalidAnswer(
    connection.id,
    `named no host of Google's where ${canonical} can be asked`,
  );
}
