import type { RunResult } from 'backstage-plugin-modelops-common';
import {
  ifFound,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import { readOne } from '../registry/modelVersions';
import type { VertexClient } from '../vertexClient';
import { modelLink } from '../vertexLinks';
import { nameOf } from '../vertexResources';

/** The version that a change was about. @internal */
export async function readChangeResult(
  client: VertexClient,
  call: PlatformCall,
  { resource, model = resource, version }: KnownJob,
): Promise<RunResult> {
  if (version === undefined || model.kind === 'endpoint')
    return { metrics: [] };
  const found = await ifFound(readOne(client, call, model, version));
  if (!found) return { metrics: [] };
  return {
    modelVersion: {
      model: nameOf(model),
      version,
      // A version that the registry lists is one that is there.
      status: 'READY',
      url: modelLink(client.settings, nameOf(model), version),
    },
    metrics: [],
  };
}
