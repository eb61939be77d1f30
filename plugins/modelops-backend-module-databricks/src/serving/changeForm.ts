import {
  trafficParameters,
  type FormQuestion,
  type PlatformCall,
  type PlatformForm,
  type PlatformParameter,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { endpointLink } from '../databricksLinks';
import { nameOf } from '../databricksResources';
import { deployParameters } from './deployParameters';
import { findEndpoint, type Endpoint } from './endpoint';
import { servedVersions } from './servedVersions';
import { toServingState } from './servingState';

/** The form of a change of an endpoint, with what it serves now. @internal */
export async function readChangeForm(
  client: DatabricksClient,
  call: PlatformCall,
  question: FormQuestion,
): Promise<PlatformForm> {
  const { resource, model } = question;
  const endpoint = await findEndpoint(client, call, resource);
  return {
    title: nameOf(resource),
    url: endpointLink(client.settings, nameOf(resource)),
    direct: true,
    parameters: parametersOf(question, endpoint),
    serving: toServingState(client.settings, resource, endpoint, model),
  };
}

function parametersOf(
  { operation, model }: FormQuestion,
  endpoint: Endpoint | undefined,
): PlatformParameter[] {
  const served = servedVersions(endpoint?.config, model);
  switch (operation) {
    case 'deploy':
      return deployParameters(endpoint, served);
    case 'traffic':
    case 'rollback':
      return trafficParameters(served);
    default: // promote and stop are about a version, and nothing else
      return [];
  }
}
