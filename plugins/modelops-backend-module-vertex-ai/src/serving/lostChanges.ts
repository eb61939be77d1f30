import {
  shareOfOurs,
  type ServedVersion,
} from 'backstage-plugin-modelops-common';
import type { JobReading, KnownJob } from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { isOfItsTime } from '../vertexClock';
import { RUN_ID_LABEL } from '../vertexLabels';
import { changeId, deployedModelIdOf, unknownOperation } from './changeId';
import {
  endingOf,
  foundBy,
  isClaimed,
  leftOf,
  toDate,
  unfinishedEnd,
  type EndpointFacts,
} from './changeOutcome';
import type { Endpoint } from './endpointSchemas';
import { servedVersions } from './servedVersions';

const MISSING: JobReading = { kind: 'missing' };

/** What became of a change whose answer was lost. @internal */
export function readLostChange(
  client: VertexClient,
  facts: EndpointFacts,
  job: KnownJob,
): JobReading {
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
    operation: done?.id ?? unknownOperation(job.runId),
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
      isOfItsTime(one.startedAt, job) &&
      !isClaimed(one, job),
  );
  if (alike.length > 1) return unclear(job);
  if (alike.length === 0) return MISSING;
  return {
    ...found(
      { ...change, operation: alike[0].id },
      endingOf(client, endpoint, job, alike[0]),
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
    one =>
      one.kind === 'undeploy' &&
      isOfItsTime(one.startedAt, job) &&
      !isClaimed(one, job),
  );
  const change = {
    kind: 'undeploy' as const,
    deployedModelId: left[0]?.id ?? '0',
    operation: newest?.id ?? unknownOperation(job.runId),
  };
  if (left.length === 0)
    return foundBy(client, job)(change, {
      state: 'succeeded',
      startedAt: newest?.startedAt,
      endedAt: newest?.updatedAt,
    });
  return unfinishedEnd(client, facts, job, change);
}

/** A move of traffic is one write, which left our label. */
function lostMove(
  client: VertexClient,
  endpoint: Endpoint,
  job: KnownJob,
): JobReading {
  // One write, so it was made whole; where the traffic goes now may be a later one's doing.
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
  return labels[RUN_ID_LABEL] === runId;
}

function unclear({ resource }: KnownJob): JobReading {
  return {
    kind: 'unclear',
    why: `${resource.canonical} was changed since, and it does not say by which run. Look at it on Google Cloud.`,
  };
}
