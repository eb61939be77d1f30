import type { PredictionForm } from 'backstage-plugin-modelops-common';
import {
  PlatformError,
  type PlatformCall,
  type PlatformErrorCode,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { parseDatabricksJson } from '../databricksJson';
import { nameOf } from '../databricksResources';
import { endpointPath, findEndpoint } from './endpoint';
import { signatureOf } from './openApiSignature';
import { requireModelOfVersion } from './prediction';
import { servedVersions } from './servedVersions';

/** Refusals that mean only that there is no description: a model without a signature, an endpoint that is being made. */
const UNDESCRIBED: ReadonlySet<PlatformErrorCode> = new Set([
  'platform-not-found',
  'platform-rejected-request',
  'platform-response-too-large',
]);

/** What a row of input looks like: of the version asked for, else of the one with the largest share. @internal */
export async function readSignature(
  client: DatabricksClient,
  call: PlatformCall,
  resource: PlatformResource,
  asked: { version?: string; model?: PlatformResource },
): Promise<Omit<PredictionForm, 'target'>> {
  requireModelOfVersion(client, resource, asked);
  const [endpoint, description] = await Promise.all([
    findEndpoint(client, call, resource),
    readDescription(client, call, resource),
  ]);
  const served = servedVersions(endpoint?.config, asked.model)
    .filter(one => one.ours || !asked.model)
    .filter(({ version }) => !asked.version || version === asked.version)
    .sort((a, b) => b.share - a.share);
  const described = served[0];
  return {
    version: described?.version,
    ...(described && signatureOf(description, described.id)),
  };
}

/** The endpoint's OpenAPI document; undefined where there is none. */
async function readDescription(
  client: DatabricksClient,
  call: PlatformCall,
  resource: PlatformResource,
): Promise<unknown> {
  try {
    const { text } = await client.send(
      call,
      {
        path: `${endpointPath(nameOf(resource))}/openapi`,
        target: `the schema of ${resource.canonical}`,
        needs: `CAN_QUERY on ${resource.canonical}`,
      },
      { method: 'GET', repeat: 'read' },
    );
    return parseDatabricksJson(text);
  } catch (error) {
    if (error instanceof PlatformError && UNDESCRIBED.has(error.code))
      return undefined;
    throw error;
  }
}
