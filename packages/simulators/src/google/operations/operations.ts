import { randomInt } from 'node:crypto';
import type { GoogleCloud } from '../GoogleCloud';
import type { RpcStatus } from '../googleErrors';

/** A long-running operation. Source: google/longrunning/operations.proto. */
export interface Operation {
  /** `{resource}/operations/{number}`. */
  name: string;
  metadata: Record<string, unknown>;
  /** Absent while it runs. */
  done?: true;
  response?: Record<string, unknown>;
  error?: RpcStatus & { details?: unknown[] };
}

const TYPES = 'type.googleapis.com/google.cloud.aiplatform.v1';

/** A number as Google gives operations and jobs: up to 19 digits, not guessable. */
export function newNumericId(): string {
  const digits = () => String(randomInt(1e9)).padStart(9, '0');
  return `${randomInt(1, 9)}${digits()}${digits()}`;
}

/** Begins an operation on a resource; the caller ends it. `type` is the metadata's message name. */
export function beginOperation(
  cloud: GoogleCloud,
  resource: string,
  type: string,
): Operation {
  const at = cloud.timestamp();
  const operation: Operation = {
    name: `${resource}/operations/${newNumericId()}`,
    metadata: {
      '@type': `${TYPES}.${type}`,
      genericMetadata: { createTime: at, updateTime: at },
    },
  };
  cloud.operations.set(operation.name, operation);
  return operation;
}

/** Ends an operation well. `response` carries its own `@type`, without one it is Empty. */
export function finishOperation(
  operation: Operation,
  response: Record<string, unknown> = {
    '@type': 'type.googleapis.com/google.protobuf.Empty',
  },
): void {
  operation.done = true;
  operation.response = response;
}
