import type { TrafficShares } from 'backstage-plugin-modelops-common';
import {
  invalidAnswer,
  type PlatformCall,
  PlatformError,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient, VertexWrite } from '../vertexClient';
import { RUN_ID_LABEL } from '../vertexLabels';
import { nameOf } from '../vertexResources';
import { machinesInWords } from './machines';
import { endpointPath, requireEndpoint } from './endpoint';
import type { EndpointJob } from './endpointChange';
import {
  readOperation,
  toOperation,
  type EndpointOperation,
} from './endpointOperations';
import {
  endpointSchema,
  operationSchema,
  type Endpoint,
} from './endpointSchemas';
import { waitUntil } from './waitUntil';

/** Puts a version beside the others. Sent once: a second one would be a second deployment. @internal */
export async function deployModel(
  client: VertexClient,
  call: PlatformCall,
  job: EndpointJob,
  deployment: {
    deployedModelId: string;
    resources: Record<string, unknown>;
    shares: TrafficShares;
  },
): Promise<EndpointOperation> {
  const model = `${nameOf(job.model)}@${job.version}`;
  const operation = await client.post(
    call,
    {
      ...aboutChange(
        job,
        `${endpointPath(job.resource)}:deployModel`,
        'aiplatform.endpoints.deploy',
      ),
      asksFor: machinesInWords(job.parameters),
      body: {
        deployedModel: {
          id: deployment.deployedModelId,
          model: client.nameOf(`models/${model}`),
          displayName: model,
          dedicatedResources: deployment.resources,
        },
        trafficSplit: deployment.shares,
      },
    },
    operationSchema,
  );
  return toOperation(client, job.resource, operation);
}

/**
 * Moves traffic, and leaves the id of the run on the endpoint. Vertex AI compares the etag with what there is, and refuses with a
 * conflict if somebody changed it.
 * @internal
 */
export async function moveTraffic(
  client: VertexClient,
  call: PlatformCall,
  job: StartJob,
  { labels, etag }: Endpoint,
  shares: TrafficShares,
): Promise<void> {
  const answer = await client.patch(
    call,
    {
      ...aboutChange(
        job,
        endpointPath(job.resource),
        'aiplatform.endpoints.update',
      ),
      query: { updateMask: 'trafficSplit,labels' },
      body: {
        trafficSplit: shares,
        labels: { ...labels, [RUN_ID_LABEL]: job.runId },
        etag,
      },
    },
    endpointSchema,
  );
  const { trafficSplit } = requireEndpoint(client, job.resource, answer);
  const ids = new Set([...trafficSplit.keys(), ...Object.keys(shares)]);
  if ([...ids].every(id => (trafficSplit.get(id) ?? 0) === (shares[id] ?? 0)))
    return;
  throw invalidAnswer(
    client.connection.id,
    `divides the traffic of ${job.resource.canonical} otherwise than it was asked to`,
  );
}

/** Takes versions off, one after the other. Gives the last operation. @internal */
export async function undeployModels(
  client: VertexClient,
  call: PlatformCall,
  job: StartJob,
  deployedModelIds: readonly string[],
): Promise<EndpointOperation | undefined> {
  let last: EndpointOperation | undefined;
  for (const id of deployedModelIds) {
    const before = last;
    try {
      last = await undeployModel(client, call, job, id);
    } catch (error) {
      // Where one change has to be over before the next, there may be the time to wait for it.
      if (!before || !isBusy(error) || !(await isOver(before))) throw error;
      last = await undeployModel(client, call, job, id);
    }
  }
  return last;

  function isOver({ id }: EndpointOperation): Promise<boolean> {
    return waitUntil(call, async () => {
      const operation = await readOperation(client, call, job.resource, id);
      return operation.state !== 'running';
    });
  }
}

async function undeployModel(
  client: VertexClient,
  call: PlatformCall,
  job: StartJob,
  deployedModelId: string,
): Promise<EndpointOperation> {
  const operation = await client.post(
    call,
    {
      ...aboutChange(
        job,
        `${endpointPath(job.resource)}:undeployModel`,
        'aiplatform.endpoints.undeploy',
      ),
      body: { deployedModelId },
    },
    operationSchema,
  );
  return toOperation(client, job.resource, operation);
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof PlatformError &&
    error.refused &&
    (error.code === 'platform-conflict' ||
      error.code === 'platform-rejected-request')
  );
}

/** What each write to an endpoint says of itself. Sent once. @internal */
export function aboutChange(
  { resource, runId }: StartJob,
  path: string,
  needs: string,
): Omit<VertexWrite, 'body'> {
  return { path, target: resource.canonical, needs, runId, repeat: 'once' };
}
