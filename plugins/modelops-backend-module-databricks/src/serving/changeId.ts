/** A change of an endpoint, as its `platformRunId` names it: `fraud-live@4.1763790000000`. @internal */
export interface ChangeId {
  /** `config_version` that the change made. */
  version: number;
  /** When its rollout began, in epoch milliseconds: after a failure, the next change may get the same version. */
  startedAt: number;
}

/** Name of a change that is rolled out. @internal */
export function changeId(endpoint: string, change: ChangeId): string {
  return `${endpoint}@${change.version}.${change.startedAt}`;
}

/** Name of a change after which there is no endpoint. @internal */
export function deletionId(endpoint: string, runId: string): string {
  return `${endpoint}@deleted.${runId}`;
}

/** The change that a name is of; undefined for the end of an endpoint. @internal */
export function parseChangeId(platformRunId: string): ChangeId | undefined {
  const match = platformRunId.match(/@([0-9]{1,15})\.([0-9]{1,16})$/);
  return match
    ? { version: Number(match[1]), startedAt: Number(match[2]) }
    : undefined;
}
