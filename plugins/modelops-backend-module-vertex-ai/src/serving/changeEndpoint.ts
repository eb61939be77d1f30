import {
  failingAs,
  ifFound,
  PlatformError,
  refusal,
  type JobReading,
  type PlatformCall,
  type PlatformErrorCode,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import { readOne } from '../registry/modelVersions';
import type { VertexClient } from '../vertexClient';
import { endpointLink } from '../vertexLinks';
import { nameOf } from '../vertexResources';
import { changeId, type ChangeId } from './changeId';
import { createEndpoint } from './createEndpoint';
import { findEndpoint } from './endpoint';
import {
  planChange,
  type EndpointChange,
  type EndpointJob,
} from './endpointChange';
import { listOperations } from './endpointOperations';
import type { Endpoint } from './endpointSchemas';
import { runningOf } from './servingState';
import { deployModel, moveTraffic, undeployModels } from './writeEndpoint';

type Found = Extract<JobReading, { kind: 'found' }>;

/**
 * Changes what an endpoint serves: reads it as the caller, compares it with what the caller saw, and writes. Vertex AI compares
 * once more where traffic is moved; `deployModel` takes no etag, so somebody else's change while a version is being deployed
 * is overwritten by the shares that were sent with it. Everything before the first write fails as certainly not done.
 * @internal
 */
export async function changeEndpoint(
  client: VertexClient,
  call: PlatformCall,
  start: StartJob,
): Promise<Found> {
  const job = requireModel(client, start);
  const endpoint = await failingAs(
    { refused: true },
    readAsSeen(client, call, job),
  );
  if (job.operation === 'deploy')
    await failingAs(
      { refused: true },
      readOne(client, call, job.model, job.version ?? ''),
    );
  const change = planChange(client, endpoint, job);
  switch (change.kind) {
    case 'deploy':
      return deploy(client, call, job, endpoint, change);
    case 'move':
      await moveTraffic(client, call, job, endpoint!, change.shares);
      return toDone(client, job);
    case 'undeploy':
      await moveTraffic(client, call, job, endpoint!, change.shares);
      return undeploy(client, call, job, change.deployedModelIds);
    default:
      throw refused(
        client,
        'platform-rejected-request',
        `${job.resource.canonical} cannot be changed so: ${change.why}`,
      );
  }
}

async function deploy(
  client: VertexClient,
  call: PlatformCall,
  job: EndpointJob,
  endpoint: Endpoint | undefined,
  change: Extract<EndpointChange, { kind: 'deploy' }>,
): Promise<Found> {
  if (!endpoint) await createEndpoint(client, call, job);
  const { deployedModelId } = change;
  const operation = await sayingWhatIsLeft(
    endpoint ? undefined : 'The endpoint was created.',
    deployModel(client, call, job, change),
  );
  return {
    ...aboutChange(client, job, {
      kind: 'deploy',
      deployedModelId,
      operation: operation.id,
    }),
    state: 'running',
    startedAt: operation.startedAt,
  };
}

/** The shares were moved before, so no failure here means that nothing was done. */
async function undeploy(
  client: VertexClient,
  call: PlatformCall,
  job: StartJob,
  deployedModelIds: readonly string[],
): Promise<Found> {
  const last = await failingAs(
    { refused: false },
    sayingWhatIsLeft(
      'The traffic was moved already.',
      undeployModels(client, call, job, deployedModelIds),
    ),
  );
  return {
    ...aboutChange(client, job, {
      kind: 'undeploy',
      deployedModelId: deployedModelIds.at(-1)!,
      operation: last!.id,
    }),
    state: 'running',
    startedAt: last!.startedAt,
  };
}

/** The model whose versions are meant. */
function requireModel(client: VertexClient, job: StartJob): EndpointJob {
  const { model } = job;
  if (model?.kind === 'model') return { ...job, model };
  throw refused(
    client,
    'operation-unsupported',
    `It is not known whose versions ${job.resource.canonical} serves. Bind modelops/model to model/<id>`,
  );
}

/** The endpoint, as it was when the caller looked at it, and at rest. */
async function readAsSeen(
  client: VertexClient,
  call: PlatformCall,
  job: StartJob,
): Promise<Endpoint | undefined> {
  // Before the endpoint: what was deployed meanwhile has given it another etag then.
  const operations =
    (await ifFound(listOperations(client, call, job.resource))) ?? [];
  const endpoint = await findEndpoint(client, call, job.resource, job);
  if (endpoint?.etag !== job.revision)
    throw refused(
      client,
      'platform-conflict',
      `What ${job.resource.canonical} serves changed since you looked. Look at it again`,
    );
  if (endpoint && runningOf(operations))
    throw refused(
      client,
      'platform-conflict',
      `Another change of ${job.resource.canonical} is being made. Wait for its end`,
    );
  return endpoint;
}

function toDone(client: VertexClient, job: StartJob): Found {
  return {
    ...aboutChange(client, job, { kind: 'traffic', runId: job.runId }),
    state: 'succeeded',
    endedAt: new Date(),
  };
}

function aboutChange(
  { settings }: VertexClient,
  { resource }: StartJob,
  change: ChangeId,
): Pick<Found, 'kind' | 'platformRunId' | 'url'> {
  return {
    kind: 'found',
    platformRunId: changeId(resource, change),
    url: endpointLink(settings, nameOf(resource)),
  };
}

/** Adds to the message of a failure what was done before it. */
async function sayingWhatIsLeft<T>(
  sentence: string | undefined,
  step: Promise<T>,
): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (!(error instanceof PlatformError) || !sentence) throw error;
    throw new PlatformError(
      error.connection,
      error.code,
      `${error.message} ${sentence}`,
      { refused: error.refused },
    );
  }
}

function refused(
  { connection }: VertexClient,
  code: PlatformErrorCode,
  sentence: string,
): PlatformError {
  return refusal(connection.id, code, `${sentence}. Nothing was changed.`);
}
