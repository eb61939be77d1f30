/** What a test may change about the simulated workspace. */
export interface DatabricksBehaviour {
  /** Off: `idempotency_token` is ignored, each run-now starts a run. */
  idempotency: boolean;
  /** Seconds the workspace's clock is ahead of the machine's; moves the judgement of `exp` and all times of runs. */
  clockOffsetSeconds: number;
  /** Refuse API tokens with 30 s or less left, as Azure Databricks does. */
  azure: boolean;
  /** User name or application id every exchange is answered as, whoever asked; null for the true one. */
  exchangeAs: string | null;
  /**
   * What somebody without rights gets for a job that does not exist: `forbidden` (rights are checked first, 403) or
   * `not-found` (400). Both have been seen; an admin always gets 400. Source: reference, databricks sections 2.8, 2.10.
   */
  missingJobs: 'forbidden' | 'not-found';
  /** A `limit` above 24 in runs/list: not established, so it can be either. Source: the same, section 10. */
  runsListOverLimit: 'refuse' | 'clamp';
  /** User names and application ids that may create serving endpoints; workspace admins may anyway. */
  endpointCreators: string[];
  /**
   * What somebody without rights gets for an endpoint that does not exist: `not-found` (404, as the reference has it) or
   * `forbidden` (rights are checked first, as with jobs). Source: the same, section 4.1 and section 9, row 4.
   */
  missingEndpoints: 'not-found' | 'forbidden';
  /** Whether the config of a failed update stays visible as `pending_config`, its entities DEPLOYMENT_FAILED. Not established. */
  failedUpdates: 'keep-pending' | 'drop-pending';
  /** Real seconds a change of an endpoint takes; null for half of what a run takes, or for ever with `manualRuns`. */
  updateSeconds: number | null;
}

export const defaultBehaviour: Readonly<DatabricksBehaviour> = {
  idempotency: true,
  clockOffsetSeconds: 0,
  azure: false,
  exchangeAs: null,
  missingJobs: 'forbidden',
  runsListOverLimit: 'refuse',
  endpointCreators: [
    'ada@acme.example',
    '22222222-2222-4222-8222-222222222222',
  ],
  missingEndpoints: 'not-found',
  failedUpdates: 'keep-pending',
  updateSeconds: null,
};

/** States of a run, in order. Source: Jobs API 2.2 `status.state`. */
export const RUN_STATES = [
  'QUEUED',
  'PENDING',
  'RUNNING',
  'TERMINATING',
  'TERMINATED',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** How a run ends: the codes of `termination_details.code` the simulator gives. */
export type TerminationCode =
  | 'SUCCESS'
  | 'RUN_EXECUTION_ERROR'
  | 'USER_CANCELED'
  | 'CLUSTER_ERROR'
  | 'INTERNAL_ERROR'
  | 'MAX_CONCURRENT_RUNS_EXCEEDED';

/** A run by somebody who is not the caller. */
export interface StrangersRunPlan {
  /** `mallory@acme.example` unless told. */
  creator?: string;
  /** 8123 unless told. */
  jobId?: string;
  /** Job parameters; the job's defaults unless told. */
  parameters?: Record<string, string>;
}

/** A run as the simulator knows it, whoever may see it. */
export interface SimulatedRun {
  runId: string;
  /** The run id of its one task: what get-output takes and MLflow's tag `mlflow.databricks.jobRunID` holds. */
  taskRunId: string;
  jobId: string;
  creator: string;
  parameters: Record<string, string>;
  idempotencyToken?: string;
  state: RunState;
  terminationCode?: TerminationCode;
  /** The Unity Catalog version it registered. */
  modelVersion?: number;
  mlflowRunId?: string;
}
