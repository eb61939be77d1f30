import {
  ifFound,
  settleJob,
  type JobOutcomes,
  type JobReading,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { isUnknownOperation, parseChangeId } from './changeId';
import { readChange } from './changeReading';
import { findEndpoint } from './endpoint';
import {
  listOperations,
  readOperation,
  type EndpointOperation,
} from './endpointOperations';

/** Most operations that are read one by one in a look, those the list does not show. */
const MOST_READ_ALONE = 10;

/**
 * Reads what became of the changes of one endpoint: the list of its operations and the endpoint, however many changes there
 * are. An operation that the list does not show is read alone; only that can say that Google has forgotten it.
 * @internal
 */
export async function readChanges(
  client: VertexClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
  outcomes: JobOutcomes,
): Promise<void> {
  const { resource } = jobs[0];
  const operations =
    (await ifFound(listOperations(client, call, resource))) ?? [];
  // After the operations: what one that is over has done is there then.
  const endpoint = await findEndpoint(client, call, resource);
  const alone = { left: MOST_READ_ALONE };
  for (const job of jobs)
    await settleJob(outcomes, job, async () => {
      const now = new Date();
      const unlisted = unlistedOperation(job, operations);
      if (!unlisted)
        return readChange(client, { endpoint, operations, now }, job);
      if (alone.left === 0) return notThisTime(client);
      alone.left -= 1;
      const operation = await ifFound(
        readOperation(client, call, resource, unlisted),
      );
      return readChange(
        client,
        {
          endpoint: await findEndpoint(client, call, resource),
          operations: operation ? [...operations, operation] : operations,
          now,
        },
        job,
      );
    });
}

function unlistedOperation(
  { platformRunId }: KnownJob,
  operations: readonly EndpointOperation[],
): string | undefined {
  const known = platformRunId && parseChangeId(platformRunId);
  return known &&
    known.kind !== 'traffic' &&
    !isUnknownOperation(known.operation) &&
    !operations.some(({ id }) => id === known.operation)
    ? known.operation
    : undefined;
}

function notThisTime({ connection }: VertexClient): JobReading {
  return {
    kind: 'unreachable',
    why: `${connection.id} has so many changes that this one was not read this time.`,
  };
}
