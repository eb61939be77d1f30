import type { RunResult } from 'backstage-plugin-modelops-common';
import {
  ifFound,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { modelVersionLink } from '../databricksLinks';
import { nameOf } from '../databricksResources';
import { readOne } from '../registry/registeredVersions';
import { shownStatus } from '../databricksResults';

/** The version that a change was about. @internal */
export async function readChangeResult(
  client: DatabricksClient,
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
      status: shownStatus(found.status),
      url: modelVersionLink(client.settings, model, version),
    },
    metrics: [],
  };
}
