import type { JobReading, KnownJob } from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import {
  changeId,
  isUnknownOperation,
  parseChangeId,
  type ChangeId,
} from './changeId';
import {
  endingOf,
  foundBy,
  leftOf,
  unfinishedEnd,
  type EndpointFacts,
} from './changeOutcome';
import { readLostChange } from './lostChanges';

const MISSING: JobReading = { kind: 'missing' };

/** What became of a change. @internal */
export function readChange(
  client: VertexClient,
  facts: EndpointFacts,
  job: KnownJob,
): JobReading {
  const known = job.platformRunId && parseChangeId(job.platformRunId);
  if (!known) return readLostChange(client, facts, job);
  return known.kind === 'traffic'
    ? foundBy(client, job)(known, { state: 'succeeded' }) // it was done when it was answered
    : knownOperation(client, facts, job, known);
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
    return found(known, endingOf(client, facts.endpoint, job, operation));
  if (known.kind === 'deploy') {
    const isThere = facts.endpoint?.deployedModels.some(
      ({ id }) => id === known.deployedModelId,
    );
    // Google has forgotten the operation; what it made is there, or nobody knows.
    if (!operation)
      return isThere ? found(known, { state: 'succeeded' }) : MISSING;
    const { deployedModelId = known.deployedModelId } = operation;
    return isThere || deployedModelId === known.deployedModelId
      ? found(known, endingOf(client, facts.endpoint, job, operation))
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
  return operation || isUnknownOperation(known.operation)
    ? unfinishedEnd(client, facts, job, known)
    : MISSING;
}
