import type {
  Operation,
  Parameters,
  Run,
  RunAction,
  RunsAs,
  RunState,
  TrafficShares,
} from 'backstage-plugin-modelops-common';

/** What a run has beside what everybody may see. */
export interface StoredRun extends Omit<Run, 'platformTitle'> {
  /** What was served when the change was decided, as the platform's revision says. */
  revision?: string;
  requestHash: string;
  mappingHash: string;
  leaseOwner?: string;
  leaseExpiresAt?: Date;
  readsFailed: number;
}

/** A run to be recorded. */
export type NewRun = Omit<
  Run,
  | 'platformTitle'
  | 'auditSequence'
  | 'state'
  | 'updatedAt'
  | 'cancelRequested'
  | 'requestedAt'
> & {
  idempotencyKey: string;
  requestHash: string;
  mappingHash: string;
  revision?: string;
  requestedAt: Date;
  leaseOwner: string;
  leaseExpiresAt: Date;
};

/** A row of `runs`; private to the store. */
export interface RunRow {
  run_id: string;
  entity_ref: string;
  action: string;
  operation: string;
  version: string | null;
  connection: string;
  platform: string;
  environment: string | null;
  resource: string;
  model: string | null;
  revision: string | null;
  traffic_before: string | null;
  state: string;
  failure_code: string | null;
  failure_message: string | null;
  started_by: string;
  agent: string;
  idempotency_key: string;
  request_hash: string;
  role: string;
  rule: string;
  mapping_hash: string;
  principal_kind: string;
  principal: string;
  principal_through: string;
  job_runs_as: string | null;
  parameters: string;
  reason: string | null;
  platform_run_id: string | null;
  platform_run_url: string | null;
  requested_at: Date | number;
  submitted_at: Date | number | null;
  started_at: Date | number | null;
  ended_at: Date | number | null;
  updated_at: Date | number;
  cancel_requested_at: Date | number | null;
  lease_owner: string | null;
  lease_expires_at: Date | number | null;
  next_read_at: Date | number | null;
  reads_failed: number;
  audit_sequence: number | string | null;
}

/** The row of a run that has just been requested. What becomes known later is null. */
export function toNewRow(run: NewRun): Partial<RunRow> {
  return {
    run_id: run.id,
    entity_ref: run.entityRef,
    action: run.action,
    operation: run.operation,
    version: run.version ?? null,
    connection: run.connection,
    platform: run.platform,
    environment: run.environment ?? null,
    resource: run.resource,
    model: run.model ?? null,
    revision: run.revision ?? null,
    traffic_before: run.before ? JSON.stringify(run.before) : null,
    state: 'requested' satisfies RunState,
    started_by: run.startedBy,
    agent: run.agent ?? '',
    idempotency_key: run.idempotencyKey,
    request_hash: run.requestHash,
    role: run.role,
    rule: run.rule,
    mapping_hash: run.mappingHash,
    principal_kind: run.runsAs.kind,
    principal: run.runsAs.principal,
    principal_through: run.runsAs.through,
    job_runs_as: run.jobRunsAs ?? null,
    parameters: JSON.stringify(run.parameters),
    reason: run.reason ?? null,
    requested_at: run.requestedAt,
    updated_at: run.requestedAt,
    lease_owner: run.leaseOwner,
    lease_expires_at: run.leaseExpiresAt,
    next_read_at: run.leaseExpiresAt, // until then it is its starter's
  };
}

/** A run as it is right after it was recorded, without reading it back. */
export function toRequestedRun(run: NewRun, auditSequence: number): StoredRun {
  const { idempotencyKey: _, requestedAt, ...fields } = run;
  return withoutUndefined({
    ...fields,
    state: 'requested' as const,
    auditSequence,
    requestedAt: requestedAt.toISOString(),
    updatedAt: requestedAt.toISOString(),
    cancelRequested: false,
    readsFailed: 0,
  });
}

/** The part of a run that everybody who may see it sees. */
export function toWireRun(run: StoredRun, platformTitle: string): Run {
  const {
    requestHash: _1,
    mappingHash: _2,
    leaseOwner: _3,
    leaseExpiresAt: _4,
    readsFailed: _5,
    revision: _6,
    ...wire
  } = run;
  return { ...wire, platformTitle };
}

export function toRun(row: RunRow): StoredRun {
  return withoutUndefined({
    id: row.run_id,
    entityRef: row.entity_ref,
    action: row.action as RunAction,
    operation: row.operation as Operation,
    version: row.version ?? undefined,
    connection: row.connection,
    platform: row.platform,
    environment: row.environment ?? undefined,
    resource: row.resource,
    model: row.model ?? undefined,
    revision: row.revision ?? undefined,
    before:
      row.traffic_before === null
        ? undefined
        : (JSON.parse(row.traffic_before) as TrafficShares),
    state: row.state as RunState,
    failure: row.failure_code
      ? { code: row.failure_code, message: row.failure_message ?? '' }
      : undefined,
    startedBy: row.started_by,
    agent: row.agent || undefined,
    role: row.role,
    rule: row.rule,
    runsAs: {
      kind: row.principal_kind,
      principal: row.principal,
      through: row.principal_through,
    } as RunsAs,
    jobRunsAs: row.job_runs_as ?? undefined,
    parameters: JSON.parse(row.parameters) as Parameters,
    reason: row.reason ?? undefined,
    platformRunId: row.platform_run_id ?? undefined,
    platformRunUrl: row.platform_run_url ?? undefined,
    auditSequence: Number(row.audit_sequence ?? 0),
    requestedAt: toIso(row.requested_at)!,
    submittedAt: toIso(row.submitted_at),
    startedAt: toIso(row.started_at),
    endedAt: toIso(row.ended_at),
    updatedAt: toIso(row.updated_at)!,
    cancelRequested: row.cancel_requested_at !== null,
    requestHash: row.request_hash,
    mappingHash: row.mapping_hash,
    leaseOwner: row.lease_owner ?? undefined,
    leaseExpiresAt:
      row.lease_expires_at === null
        ? undefined
        : new Date(row.lease_expires_at),
    readsFailed: row.reads_failed,
  });
}

function toIso(value: Date | number | null): string | undefined {
  return value === null ? undefined : new Date(value).toISOString();
}

export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as T;
}
