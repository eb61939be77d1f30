import { setTimeout as sleep } from 'node:timers/promises';
import type { TrafficShares } from 'backstage-plugin-modelops-common';
import {
  PlatformError,
  type PlatformCall,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient, VertexWrite } from '../vertexClient';
import { failingAs, invalidAnswer, refusal } from '../vertexErrors';
import { nameOf } from '../vertexResources';
import { RUN_LABEL } from './changeId';
import { machinesInWords } from './machines';
import { endpointPath, findEndpoint, requireEndpoint } from './endpoint';
import type { EndpointJob } from './endpointChange';
import {
  listOperations,
  readOperation,
  toOperation,
  type EndpointOperation,
} from './endpointOperations';
import {
  endpointSchema,
  operationSchema,
  type Endpoint,
} from './endpointSchemas';
import { runningOf } from './servingState';

/** Ids that a caller may choose; longer numbers are Google's. Source: `CreateEndpointRequest.endpoint_id`. */
const OWN_ID = /^([a-z]([a-z0-9-]{0,61}[a-z0-9])?|[1-9][0-9]{0,8})$/;

/** Longest wait for something that has to be over before the next step, in milliseconds: a start has 20 s for all of it. */
const LONGEST_WAIT_MS = 12_000;
const PAUSE_MS = 500;

/**
 * Makes an empty endpoint that carries the id of the run, and waits until it is there. What fails here has deployed nothing;
 * only a lost answer leaves it open, unless the endpoint turns up.
 * @internal
 */
export async function createEndpoint(
  client: VertexClient,
  call: PlatformCall,
  job: StartJob,
): Promise<void> {
  const id = nameOf(job.resource);
  if (!OWN_ID.test(id))
    throw refusal(
      client.connection.id,
      'platform-rejected-request',
      `${job.resource.canonical} does not exist, and Google gives such long numbers itself. Bind modelops/deploy to endpoint/<name>, or to an endpoint that exists. Nothing was changed.`,
    );
  let lost: PlatformError | undefined;
  try {
    const operation = await client.post(
      call,
      {
        ...aboutChange(job, 'endpoints', 'aiplatform.endpoints.create'),
        query: { endpointId: id },
        body: { displayName: id, labels: { [RUN_LABEL]: job.runId } },
      },
      operationSchema,
    );
    toOperation(client, job.resource, operation);
  } catch (error) {
    if (!(error instanceof PlatformError) || error.refused) throw error;
    lost = error;
  }
  const made = await failingAs(
    { refused: !lost },
    waitUntil(call, () => isThere(client, call, job)),
  );
  if (made) return;
  throw (
    lost ??
    refusal(
      client.connection.id,
      'platform-failed',
      `${job.resource.canonical} is still being created. Nothing was deployed. Look at it in a minute, then deploy again.`,
    )
  );
}

/** Whether the endpoint is there, ours and at rest. */
async function isThere(
  client: VertexClient,
  call: PlatformCall,
  job: StartJob,
): Promise<boolean> {
  const endpoint = await findEndpoint(client, call, job.resource, job);
  if (!endpoint) return false;
  if (
    endpoint.labels[RUN_LABEL] !== job.runId ||
    endpoint.deployedModels.length > 0
  )
    throw refusal(
      client.connection.id,
      'platform-conflict',
      `Somebody else created ${job.resource.canonical} at the same time. Nothing was deployed. Look at it again.`,
    );
  return !runningOf(await listOperations(client, call, job.resource));
}

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
        labels: { ...labels, [RUN_LABEL]: job.runId },
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

/** Asks again and again, until it is so or there is no more time. */
async function waitUntil(
  { signal }: PlatformCall,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  const until = Date.now() + LONGEST_WAIT_MS;
  while (!(await isSo())) {
    if (Date.now() >= until || signal.aborted) return false;
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return true;
}

function aboutChange(
  { resource, runId }: StartJob,
  path: string,
  needs: string,
): Omit<VertexWrite, 'body'> {
  return { path, target: resource.canonical, needs, runId, repeat: 'once' };
}
