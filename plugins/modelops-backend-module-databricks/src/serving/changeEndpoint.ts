import {
  failingAs,
  invalidAnswer,
  type JobReading,
  type PlatformCall,
  PlatformError,
  type PlatformErrorCode,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { endpointLink } from '../databricksLinks';
import { nameOf } from '../databricksResources';
import { readState } from '../registry/registeredVersions';
import { changeId, deletionId } from './changeId';
import { findEndpoint, type Endpoint } from './endpoint';
import { planChange, type EndpointJob } from './endpointChange';
import { sharesOf } from './servedVersions';
import { revisionOf } from './servingState';
import { carryOver, findLoss, type WritableConfig } from './writableConfig';
import { createEndpoint, deleteEndpoint, replaceConfig } from './writeEndpoint';

type Found = Extract<JobReading, { kind: 'found' }>;

/**
 * Changes what an endpoint serves: reads it as the caller, compares it with what the caller saw, and writes all of it again.
 * Databricks has no compare-and-set, so somebody else's change in the moment between is found in the answer. Everything
 * before the write fails as certainly not done; everything after it leaves it open.
 * @internal
 */
export async function changeEndpoint(
  client: DatabricksClient,
  call: PlatformCall,
  job: StartJob,
): Promise<Found> {
  const ours = requireModel(client, job);
  const endpoint = await failingAs(
    { refused: true },
    findEndpoint(client, call, job.resource, { runId: job.runId }),
  );
  requireAsSeen(client, job, endpoint);
  if (job.operation === 'deploy') await requireReady(client, call, ours);
  const change = planChange(endpoint, ours);
  if (change.kind === 'impossible')
    throw refused(
      client,
      'platform-rejected-request',
      `${job.resource.canonical} cannot be changed so: ${change.why}`,
    );
  if (change.kind === 'delete') {
    await deleteEndpoint(client, call, job);
    return toDeleted(job);
  }
  const after =
    change.kind === 'create'
      ? await createEndpoint(client, call, job, change.config)
      : await replaceConfig(client, call, job, change.config);
  return toStarted(client, job, {
    before: endpoint,
    after,
    sent: change.config,
  });
}

/** The model whose versions are meant. */
function requireModel(client: DatabricksClient, job: StartJob): EndpointJob {
  const { model } = job;
  if (model?.kind === 'model' || model?.kind === 'registered-model')
    return { ...job, model };
  throw refused(
    client,
    'operation-unsupported',
    `It is not known whose versions ${job.resource.canonical} serves. Bind modelops/model to model/<catalog.schema.name> or registered-model/<name>`,
  );
}

function requireAsSeen(
  client: DatabricksClient,
  job: StartJob,
  endpoint: Endpoint | undefined,
): void {
  if (endpoint?.state.config_update === 'IN_PROGRESS')
    throw refused(
      client,
      'platform-conflict',
      `Another change of ${job.resource.canonical} is being rolled out. Wait for its end`,
    );
  if ((endpoint && revisionOf(endpoint)) === job.revision) return;
  throw refused(
    client,
    'platform-conflict',
    `What ${job.resource.canonical} serves changed since you looked. Look at it again`,
  );
}

async function requireReady(
  client: DatabricksClient,
  call: PlatformCall,
  { model, version = '' }: EndpointJob,
): Promise<void> {
  const state = await failingAs(
    { refused: true },
    readState(client, call, model, version),
  );
  if (state === 'ready') return;
  throw refused(
    client,
    'platform-rejected-request',
    `Version ${version} of ${model.canonical} is not ready to be served`,
  );
}

function toDeleted({ resource, runId }: StartJob): Found {
  return {
    kind: 'found',
    platformRunId: deletionId(nameOf(resource), runId),
    state: 'succeeded',
    endedAt: new Date(),
  };
}

/** Makes sure that what is rolled out now is what was sent, next after what was looked at. */
function toStarted(
  client: DatabricksClient,
  job: StartJob,
  change: { before?: Endpoint; after: Endpoint; sent: WritableConfig },
): Found {
  const { before, after, sent } = change;
  const done =
    !after.pending_config && after.state.config_update === 'NOT_UPDATING';
  const config = done ? after.config : after.pending_config;
  const version = config?.config_version;
  if (!config || typeof version !== 'number')
    throw invalidAnswer(
      client.connection.id,
      `does not say what became of the change of ${job.resource.canonical}`,
    );
  const came = carryOver(done ? after.raw.config : after.raw.pending_config);
  const loss =
    (isNext(before, version) ? undefined : 'somebody changed it in between') ??
    (came.ok ? findLoss(sent, came.config) : came.problem) ??
    (hasShares(sharesOf(config), sent)
      ? undefined
      : 'its traffic is divided otherwise');
  if (loss)
    throw new PlatformError(
      client.connection.id,
      'platform-conflict',
      `${job.resource.canonical} of ${client.connection.id} is not being changed to what was asked for: ${loss}. Look at it on Databricks.`,
      { refused: false },
    );
  const startedAt = config.start_time ?? after.last_updated_timestamp;
  return {
    kind: 'found',
    platformRunId: changeId(nameOf(job.resource), {
      version,
      startedAt: startedAt?.getTime() ?? 0,
    }),
    url: endpointLink(client.settings, nameOf(job.resource)),
    state: 'running',
    startedAt,
  };
}

/** Failed changes may have used numbers up. */
function isNext(before: Endpoint | undefined, version: number): boolean {
  if (!before) return true;
  const next = (before.config?.config_version ?? 0) + 1;
  return before.state.config_update === 'NOT_UPDATING'
    ? version === next
    : version >= next;
}

function hasShares(
  shares: ReadonlyMap<string, number>,
  { traffic_config: { routes } }: WritableConfig,
): boolean {
  return routes.every(
    route =>
      (shares.get(
        String(route.served_model_name ?? route.served_entity_name),
      ) ?? 0) === route.traffic_percentage,
  );
}

function refused(
  client: DatabricksClient,
  code: PlatformErrorCode,
  sentence: string,
): PlatformError {
  return new PlatformError(
    client.connection.id,
    code,
    `${sentence}. Nothing was changed.`,
    { refused: true },
  );
}
