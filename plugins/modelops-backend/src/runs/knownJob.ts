import type { KnownJob } from 'backstage-plugin-modelops-node';
import type { OpenConnection } from '../platforms/ConnectionRegistry';
import { unmasked } from './maskParameters';
import { LEASE_MS, SUBMIT_DEADLINE_MS } from './runLifecycle';
import type { StoredRun } from './runRow';

/** No job is known to belong to another run. */
export const NO_JOBS: ReadonlySet<string> = new Set();

/** A run as a platform module needs it to find its job. */
export function toKnownJob(
  connection: OpenConnection,
  run: StoredRun,
  claimed: ReadonlySet<string> = NO_JOBS,
): KnownJob {
  const requestedAt = Date.parse(run.requestedAt);
  return {
    runId: run.id,
    operation: run.operation,
    resource: connection.platform.parseResource(run.resource)!, // it was canonical when it was stored
    version: run.version,
    model:
      run.model === undefined
        ? undefined
        : connection.platform.parseResource(run.model),
    revision: run.revision,
    parameters: unmasked(run.parameters),
    platformRunId: run.platformRunId,
    principal: run.runsAs.principal,
    notBefore: new Date(requestedAt),
    // A submit begins before the lease ends, and the lease may have been renewed once right before it.
    notAfter: new Date(requestedAt + 2 * LEASE_MS + SUBMIT_DEADLINE_MS),
    claimed,
  };
}
