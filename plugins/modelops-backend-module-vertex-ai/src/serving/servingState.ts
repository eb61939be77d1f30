import type { ServingState } from 'backstage-plugin-modelops-common';
import {
  whatAnswers,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import { rpcCodeOf } from '../google/rpcCodes';
import type { VertexClient } from '../vertexClient';
import { endpointLink } from '../vertexLinks';
import { nameOf } from '../vertexResources';
import type { EndpointOperation } from './endpointOperations';
import type { Endpoint } from './endpointSchemas';
import { servedVersions } from './servedVersions';

const ROLLING_OUT: Record<EndpointOperation['kind'], string> = {
  create: 'It is being created.',
  deploy: 'A version is being deployed.',
  undeploy: 'A version is being taken off.',
  mutate: 'Its number of machines is being changed.',
  other: 'It is being changed.',
};

/** `metadata.deploymentStage`. Source: deployment_stage.proto. */
const STAGES: ReadonlyMap<string, string> = new Map([
  ['STARTING_DEPLOYMENT', 'The deployment is starting.'],
  ['PREPARING_MODEL', 'The model is being prepared.'],
  ['CREATING_SERVING_CLUSTER', 'Machines are being started.'],
  ['ADDING_NODES_TO_CLUSTER', 'Machines are being added.'],
  ['GETTING_CONTAINER_IMAGE', 'The container image is being fetched.'],
  ['STARTING_MODEL_SERVER', 'The model server is starting.'],
  ['FINISHING_UP', 'It is nearly done.'],
]);

/** What an endpoint serves, and how it is; undefined stands for one that does not exist. @internal */
export function toServingState(
  client: VertexClient,
  resource: PlatformResource,
  found:
    | { endpoint: Endpoint; operations: readonly EndpointOperation[] }
    | undefined,
  model: PlatformResource | undefined,
): ServingState {
  if (!found) return { state: 'absent', served: [] };
  const { endpoint } = found;
  const served = servedVersions(client, endpoint, model);
  return {
    ...stateOf(found, served.length > 0),
    revision: endpoint.etag,
    served,
    url: endpointLink(client.settings, nameOf(resource)),
  };
}

/** An operation that runs. What it deploys is told only at its end, so no more can be shown as pending. @internal */
export function runningOf(
  operations: readonly EndpointOperation[],
): EndpointOperation | undefined {
  return operations.find(({ state }) => state === 'running');
}

function stateOf(
  {
    endpoint,
    operations,
  }: { endpoint: Endpoint; operations: readonly EndpointOperation[] },
  answers: boolean,
): Pick<ServingState, 'state' | 'message'> {
  const running = runningOf(operations);
  if (running)
    return {
      state: 'updating',
      message: [
        ROLLING_OUT[running.kind],
        STAGES.get(running.stage ?? ''),
        answers ? 'Until that is done, the endpoint answers as before.' : '',
      ]
        .filter(Boolean)
        .join(' '),
    };
  const failure = newestFailure(endpoint, operations);
  if (failure)
    return {
      state: 'failed',
      message: `${failure} ${whatAnswers(answers)}`,
    };
  return answers
    ? { state: 'ready' }
    : { state: 'ready', message: 'The endpoint serves nothing yet.' };
}

/** Why the newest change failed. One that the endpoint was changed after is history. */
function newestFailure(
  { updateTime }: Endpoint,
  [newest]: readonly EndpointOperation[],
): string | undefined {
  const since = newest?.updatedAt?.getTime() ?? 0;
  if (newest?.state !== 'failed' || since < (updateTime?.getTime() ?? 0))
    return undefined;
  switch (rpcCodeOf(newest.code)) {
    case 'CANCELLED':
      return 'The newest change was canceled on Google Cloud.';
    case 'RESOURCE_EXHAUSTED':
      return 'The newest change failed: the quota of the project is used up, or no machine is free.';
    default:
      return 'The newest change failed on Google Cloud. Look at the log of its run.';
  }
}
