import {
  trafficParameters,
  type FormQuestion,
  type PlatformCall,
  type PlatformForm,
  type PlatformParameter,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { endpointLink } from '../vertexLinks';
import { nameOf } from '../vertexResources';
import { deployParameters } from './deployParameters';
import type { Endpoint } from './endpointSchemas';
import { readEndpoint } from './readEndpoint';
import { servedVersions } from './servedVersions';
import { toServingState } from './servingState';

/** The form of a change of an endpoint, with what it serves now. @internal */
export async function readChangeForm(
  client: VertexClient,
  call: PlatformCall,
  question: FormQuestion,
): Promise<PlatformForm> {
  const { resource, model } = question;
  const found = await readEndpoint(client, call, resource);
  return {
    title: nameOf(resource),
    url: endpointLink(client.settings, nameOf(resource)),
    direct: true,
    parameters: parametersOf(client, question, found?.endpoint),
    serving: toServingState(client, resource, found, model),
  };
}

function parametersOf(
  client: VertexClient,
  { operation, model }: FormQuestion,
  endpoint: Endpoint | undefined,
): PlatformParameter[] {
  const served = servedVersions(client, endpoint, model);
  switch (operation) {
    case 'deploy':
      return deployParameters(endpoint?.deployedModels ?? [], served);
    case 'traffic':
    case 'rollback':
      return trafficParameters(served);
    default: // promote and stop are about a version, and nothing else
      return [];
  }
}
