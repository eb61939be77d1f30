import {
  shareOfOurs,
  type ServedVersion,
} from 'backstage-plugin-modelops-common';
import type { JobReading, KnownJob } from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { QUOTA_ADVICE, quotaSentence } from '../vertexErrors';
import { endpointLink } from '../vertexLinks';
import { nameOf } from '../vertexResources';
import {
  changeId,
  deployedModelIdOf,
  NO_OPERATION,
  parseChangeId,
  RUN_LABEL,
  type ChangeId,
} from './changeId';
import { machinesInWords } from './deployParameters';
import type { EndpointOperation } from './endpointOperations';
import type { Endpoint } from './endpointSchemas';
import { servedVersions } from './servedVersions';
import { RPC_CANCELLED, RPC_RESOURCE_EXHAUSTED } from './servingState';

/** Our clock and Google's may differ by this much, in milliseconds: with more, no ID token would be taken. */
const CLOCK_MARGIN_MS = 60_000;

/** What is known of an endpoint when its changes are read. @internal */
export interface EndpointFacts {
  /** Undefined if there is none. */
  endpoint?: Endpoint;
  operations: readonly EndpointOperation[];
  now: Date;
}

type Found = Extract<JobReading, { kind: 'found' }>;
type Ending = Pick<Found, 'state' | 'failure' | 'startedAt' | 'endedAt'>;

const MISSING: JobReading = { kind: 'missing' };

/** What became of a change. @internal */
export function readChange(
  client: VertexClient,
  facts: EndpointFacts,
  job: KnownJob,
): JobReading {
  const found = foundBy(client, job);
  const known = job.platformRunId && parseChangeId(job.platformRunId);
  if (known)
    return known.kind === 'traffic'
      ? found(known, { state: 'succeeded' }) // it was done when it was answered
      : knownOperation(client, facts, job, known);
  if (!facts.endpoint) return MISSING;
  switch (job.operation) {
    case 'deploy':
      return lostDeployment(client, facts, facts.endpoint, job);
    case 'stop':
      return lostEnd(client, facts, facts.endpoint, job);
    default:
      return lostMove(client, facts.endpoint, job);
  }
}

/** A change that is followed to the end of its operation. */
function knownOperation(
  client: VertexClient,
  facts: EndpointFacts,
  job: KnownJob,
  known: Extract<ChangeId, { operation: string }>,
): JobReading {
  const found = foundBy(client, job);
  const operation = facts.operations.find(({ id }) => id === known.operation);
  if (operation && operation.state !== 'succeeded')
    return found(known, endingOf(client, job, operation));
  if (known.kind === 'deploy') {
    const isThere = facts.endpoint?.deployedModels.some(
      ({ id }) => id === known.deployedModelId,
    );
    // Google has forgotten the operation; what it made is there, or nobody knows.
    if (!operation)
      return isThere ? found(known, { state: 'succeeded' }) : MISSING;
    const { deployedModelId = known.deployedModelId } = operation;
    return isThere || deployedModelId === known.deployedModelId
      ? found(known, endingOf(client, job, operation))
      : {
          kind: 'not-ours',
          platformRunId: job.platformRunId ?? changeId(job.resource, known),
          why: `The deployment to ${job.resource.canonical} that was taken for this run's deployed something else.`,
        };
  }
  const left = leftOf(client, facts.endpoint, job);
  if (left.length === 0)
    return found(known, {
      state: 'succeeded',
      startedAt: operation?.startedAt,
      endedAt: operation?.updatedAt,
    });
  return operation ? unfinishedEnd(client, facts, job, known) : MISSING;
}

/** A deployment whose answer was lost is known by the id that it gave to what it deploys. */
function lostDeployment(
  client: VertexClient,
  { operations }: EndpointFacts,
  endpoint: Endpoint,
  job: KnownJob,
): JobReading {
  const found = foundBy(client, job);
  const deployedModelId = deployedModelIdOf(job.runId);
  const done = operations.find(one => one.deployedModelId === deployedModelId);
  const deployed = servedVersions(client, endpoint, job.model).find(
    ({ id }) => id === deployedModelId,
  );
  const change = {
    kind: 'deploy' as const,
    deployedModelId,
    operation: done?.id ?? NO_OPERATION,
  };
  if (deployed && !(deployed.ours && deployed.version === job.version))
    return {
      kind: 'not-ours',
      platformRunId: changeId(job.resource, change),
      why: `${job.resource.canonical} serves another version under the id that this run would have given to what it deploys.`,
    };
  if (deployed || done)
    return found(change, {
      state: 'succeeded',
      startedAt: done?.startedAt,
      endedAt: done?.updatedAt ?? toDate(deployed?.createdAt),
    });
  // It was served already, and only its share was to move.
  if (job.revision !== undefined && isMarked(endpoint, job))
    return found({ kind: 'traffic', runId: job.runId }, { state: 'succeeded' });
  // While it runs, and when it failed, an operation does not say what it deploys.
  const alike = operations.filter(
    one =>
      one.kind === 'deploy' &&
      one.state !== 'succeeded' &&
      isOfItsTime(one, job) &&
      !isClaimed(one, job),
  );
  if (alike.length > 1) return unclear(job);
  if (alike.length === 0) return MISSING;
  return {
    ...found(
      { ...change, operation: alike[0].id },
      endingOf(client, job, alike[0]),
    ),
    likeness: true,
  };
}

/** The end of a version whose answer was lost: its traffic was moved first, which left our label. */
function lostEnd(
  client: VertexClient,
  facts: EndpointFacts,
  endpoint: Endpoint,
  job: KnownJob,
): JobReading {
  const left = leftOf(client, endpoint, job);
  if (!isMarked(endpoint, job))
    return endpoint.etag !== job.revision && left.length === 0
      ? unclear(job)
      : MISSING;
  const newest = facts.operations.find(
    one => one.kind === 'undeploy' && isOfItsTime(one, job),
  );
  const change = {
    kind: 'undeploy' as const,
    deployedModelId: left[0]?.id ?? '0',
    operation: newest?.id ?? NO_OPERATION,
  };
  if (left.length === 0)
    return foundBy(client, job)(change, {
      state: 'succeeded',
      startedAt: newest?.startedAt,
      endedAt: newest?.updatedAt,
    });
  return unfinishedEnd(client, facts, job, change);
}

/** Something is still deployed that was to be taken off. */
function unfinishedEnd(
  client: VertexClient,
  { operations, endpoint, now }: EndpointFacts,
  job: KnownJob,
  change: Extract<ChangeId, { operation: string }>,
): JobReading {
  const found = foundBy(client, job);
  const undeploys = operations.filter(
    one => one.kind === 'undeploy' && isOfItsTime(one, job),
  );
  const open = undeploys.find(({ state }) => state === 'running');
  if (open)
    return found(change, { state: 'running', startedAt: open.startedAt });
  const failed = undeploys.find(({ state }) => state === 'failed');
  if (failed) return found(change, endingOf(client, job, failed));
  // The next one may be about to be sent.
  if (job.notAfter === undefined || now < job.notAfter)
    return found(change, { state: 'running' });
  const versions = leftOf(client, endpoint, job).map(
    ({ id, version }) => version ?? id,
  );
  return found(change, {
    state: 'failed',
    failure: {
      code: 'deployment-failed',
      message: `The traffic was moved, and version ${versions.join(
        ', ',
      )} is still deployed. Stop it again, or it goes on costing.`,
    },
  });
}

/** A move of traffic is one write, which left our label. */
function lostMove(
  client: VertexClient,
  endpoint: Endpoint,
  job: KnownJob,
): JobReading {
  if (isMarked(endpoint, job))
    return foundBy(client, job)(
      { kind: 'traffic', runId: job.runId },
      { state: 'succeeded' },
    );
  // With another etag ours would have been refused; without our label it was made only if somebody took the label away.
  return endpoint.etag !== job.revision &&
    hasWantedShares(servedVersions(client, endpoint, job.model), job)
    ? unclear(job)
    : MISSING;
}

function endingOf(
  client: VertexClient,
  job: KnownJob,
  operation: EndpointOperation,
): Ending {
  const { startedAt, updatedAt: endedAt } = operation;
  if (operation.state === 'running') return { state: 'running', startedAt };
  if (operation.state === 'succeeded')
    return { state: 'succeeded', startedAt, endedAt };
  if (operation.code === RPC_CANCELLED)
    return { state: 'canceled', startedAt, endedAt };
  return {
    state: 'failed',
    startedAt,
    endedAt,
    failure:
      operation.code === RPC_RESOURCE_EXHAUSTED
        ? {
            code: 'job-quota-exceeded',
            message: `${quotaSentence(
              client.settings.project,
              job.operation === 'deploy'
                ? machinesInWords(job.parameters)
                : undefined,
              operation.quotaMetric,
            )} ${QUOTA_ADVICE} What was served before still answers.`,
          }
        : {
            code: 'deployment-failed',
            message:
              'Vertex AI could not make the change. What was served before still answers. Look at the log of the run.',
          },
  };
}

/** What a change was to take off, and is there still. What was deployed later is somebody else's wish. */
function leftOf(
  client: VertexClient,
  endpoint: Endpoint | undefined,
  job: KnownJob,
): ServedVersion[] {
  const latest = (job.notAfter?.getTime() ?? Infinity) + CLOCK_MARGIN_MS;
  return servedVersions(client, endpoint, job.model).filter(
    one =>
      one.ours &&
      (job.version === undefined || one.version === job.version) &&
      (toDate(one.createdAt)?.getTime() ?? 0) <= latest,
  );
}

function hasWantedShares(
  served: readonly ServedVersion[],
  { operation, version, parameters }: KnownJob,
): boolean {
  const ours = served.filter(one => one.ours);
  if (operation === 'promote')
    return ours.some(
      one => one.version === version && one.share === shareOfOurs(served),
    );
  return Object.entries(parameters).every(
    ([id, share]) => ours.find(one => one.id === id)?.share === Number(share),
  );
}

function isMarked({ labels }: Endpoint, { runId }: KnownJob): boolean {
  return labels[RUN_LABEL] === runId;
}

/** Whether an operation began when this run was sent. */
function isOfItsTime({ startedAt }: EndpointOperation, job: KnownJob): boolean {
  const at = startedAt?.getTime();
  return (
    at !== undefined &&
    at >= job.notBefore.getTime() - CLOCK_MARGIN_MS &&
    at <= (job.notAfter?.getTime() ?? Infinity) + CLOCK_MARGIN_MS
  );
}

function isClaimed(
  { id }: EndpointOperation,
  { claimed, resource }: KnownJob,
): boolean {
  const prefix = `endpoints/${nameOf(resource)}@`;
  return [...claimed].some(
    name => name.startsWith(prefix) && name.endsWith(`.${id}`),
  );
}

function foundBy({ settings }: VertexClient, job: KnownJob) {
  return (change: ChangeId, ending: Ending): Found => ({
    kind: 'found',
    platformRunId: job.platformRunId ?? changeId(job.resource, change),
    url: endpointLink(settings, nameOf(job.resource)),
    ...ending,
  });
}

function unclear({ resource }: KnownJob): JobReading {
  return {
    kind: 'unclear',
    why: `${resource.canonical} was changed since, and it does not say by which run. Look at it on Google Cloud.`,
  };
}

function toDate(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
