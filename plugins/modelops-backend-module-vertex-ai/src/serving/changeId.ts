import { createHash } from 'node:crypto';
import type { PlatformResource } from 'backstage-plugin-modelops-node';

/** A change of an endpoint, as its `platformRunId` names it after the endpoint. @internal */
export type ChangeId =
  /** `@deploy.<deployed model>.<operation>`, `@undeploy.…`: an operation that takes minutes. Of several, the last. */
  | { kind: 'deploy' | 'undeploy'; deployedModelId: string; operation: string }
  /** `@traffic.<run>`: done at once. The endpoint carries the run as a label. */
  | { kind: 'traffic'; runId: string };

/** Begins what stands for an operation that we do not know; no operation of Google's has a letter. */
const UNKNOWN = 'unknown-';

/**
 * Stands for an operation that we do not know: the answer that would have named it was lost, or there never was one. With the run
 * in it, because a name belongs to one run.
 * @internal
 */
export function unknownOperation(runId: string): string {
  return `${UNKNOWN}${runId}`;
}

/** @internal */
export function isUnknownOperation(operation: string): boolean {
  return operation.startsWith(UNKNOWN);
}

/** Name of a change. At most 256 characters: an endpoint has 63, an operation 19. @internal */
export function changeId(resource: PlatformResource, change: ChangeId): string {
  const endpoint = resource.canonical.replace(/^endpoint\//, 'endpoints/');
  return change.kind === 'traffic'
    ? `${endpoint}@traffic.${change.runId}`
    : `${endpoint}@${change.kind}.${change.deployedModelId}.${change.operation}`;
}

/** The change that a name is of. Undefined for a name that we did not give. @internal */
export function parseChangeId(platformRunId: string): ChangeId | undefined {
  const operation = platformRunId.match(
    /@(deploy|undeploy)\.([0-9]{1,20})\.([A-Za-z0-9_-]{1,128})$/,
  );
  if (operation)
    return {
      kind: operation[1] as 'deploy' | 'undeploy',
      deployedModelId: operation[2],
      operation: operation[3],
    };
  const traffic = platformRunId.match(/@traffic\.([0-9a-f-]{1,64})$/);
  return traffic ? { kind: 'traffic', runId: traffic[1] } : undefined;
}

/**
 * Id of what a run deploys: made of the run, so that a deployment whose answer was lost is known by it. Ten digits, the most
 * that a caller may give. Source: `DeployedModel.id`.
 * @internal
 */
export function deployedModelIdOf(runId: string): string {
  const hash = createHash('sha256').update(runId).digest();
  // Nine billion ids without a zero in front.
  return String(1_000_000_000n + (hash.readBigUInt64BE() % 9_000_000_000n));
}
