import {
  failingAs,
  PlatformError,
  refusal,
  type PlatformCall,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { RUN_ID_LABEL } from '../vertexLabels';
import { nameOf } from '../vertexResources';
import { findEndpoint } from './endpoint';
import { listOperations, toOperation } from './endpointOperations';
import { operationSchema } from './endpointSchemas';
import { runningOf } from './servingState';
import { waitUntil } from './waitUntil';
import { aboutChange } from './writeEndpoint';

/** Ids that a caller may choose; longer numbers are Google's. Source: `CreateEndpointRequest.endpoint_id`. */
const OWN_ID = /^([a-z]([a-z0-9-]{0,61}[a-z0-9])?|[1-9][0-9]{0,8})$/;

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
        body: { displayName: id, labels: { [RUN_ID_LABEL]: job.runId } },
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
    endpoint.labels[RUN_ID_LABEL] !== job.runId ||
    endpoint.deployedModels.length > 0
  )
    throw refusal(
      client.connection.id,
      'platform-conflict',
      `Somebody else created ${job.resource.canonical} at the same time. Nothing was deployed. Look at it again.`,
    );
  return !runningOf(await listOperations(client, call, job.resource));
}
