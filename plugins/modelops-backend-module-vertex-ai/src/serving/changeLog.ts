import {
  ifFound,
  tailOf,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import { readLogTail } from '../training/trainingLog';
import type { VertexClient } from '../vertexClient';
import { nameOf } from '../vertexResources';
import { isUnknownOperation, parseChangeId } from './changeId';
import { readOperation, type EndpointOperation } from './endpointOperations';

/**
 * Log of a change: how far its operation is, and the end of what the endpoint wrote meanwhile, which is where a model server says why
 * it does not start.
 * @internal
 */
export async function readChangeLog(
  client: VertexClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
  maxBytes: number,
): Promise<string> {
  const change = parseChangeId(job.platformRunId);
  if (!change || change.kind === 'traffic')
    return '(This change was done at once, so it has no log.)';
  const operation = isUnknownOperation(change.operation)
    ? undefined
    : await ifFound(
        readOperation(client, call, job.resource, change.operation),
      );
  const said = progressOf(operation);
  const written = await readLogTail(client, call, job, {
    resources: `resource.type="aiplatform.googleapis.com/Endpoint" AND resource.labels.endpoint_id="${nameOf(
      job.resource,
    )}"`,
    maxBytes,
  });
  return tailOf([written, said].filter(Boolean).join('\n'), maxBytes);
}

function progressOf(operation: EndpointOperation | undefined): string {
  if (!operation) return '(Google has forgotten the operation.)';
  const { id, state, stage, startedAt, updatedAt, code } = operation;
  const known = stage && /^[A-Z_]{1,60}$/.test(stage) ? `, ${stage}` : '';
  const began = startedAt ? ` began ${startedAt.toISOString()}` : '';
  const last = updatedAt ? `; last heard of ${updatedAt.toISOString()}` : '';
  return `Operation ${id}${began}${last}: ${state}${
    code === undefined ? '' : ` (google.rpc code ${code})`
  }${known}`;
}
