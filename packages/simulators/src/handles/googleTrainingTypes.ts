/** States of a job, without the prefix of their enum. Source: job_state.proto, pipeline_state.proto. */
export const JOB_STATES = [
  'QUEUED',
  'PENDING',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'CANCELLING',
  'CANCELLED',
  'PAUSED',
  'EXPIRED',
  'UPDATING',
  'PARTIALLY_SUCCEEDED',
] as const;
export type JobState = (typeof JOB_STATES)[number];

/** States a job never leaves. */
export const TERMINAL_STATES: readonly JobState[] = [
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'EXPIRED',
  'PARTIALLY_SUCCEEDED',
];

/** A job as the simulator knows it, whoever may see it. */
export interface SimulatedJob {
  /** Resource name, with the project's number. */
  name: string;
  id: string;
  kind: 'customJobs' | 'pipelineJobs';
  displayName: string;
  /** `principal://…` or the e-mail of a service account. */
  creator: string;
  /** E-mail of the account it runs as. */
  serviceAccount: string;
  state: JobState;
  labels: Record<string, string>;
  /** Of the first container. */
  args: string[];
  env: Record<string, string>;
  /** Of a pipeline job. */
  parameterValues: Record<string, unknown>;
  /** The hyperparameters as the training code reads them; empty when it cannot. */
  parameters: Record<string, string>;
  error?: { code: number; message: string };
  /** The model version it uploaded. */
  version?: { name: string; versionId: string };
}

/** A job by somebody else. */
export interface PlantedJob {
  kind?: 'customJobs' | 'pipelineJobs';
  /** Principal that created it; a stranger unless told. */
  by?: string;
  /** Of a pipeline job: its id. */
  id?: string;
  displayName?: string;
  labels?: Record<string, string>;
  args?: string[];
  env?: Record<string, string>;
  parameterValues?: Record<string, unknown>;
  /** E-mail; the demo's trainer unless told. */
  serviceAccount?: string;
}

/** How far to advance a job. */
export interface AdvanceJobOptions {
  /** Through all states up to this one; one state without it. A state off the way, such as EXPIRED, is taken at once. */
  to?: JobState;
  /** google.rpc.Code it ends with: FAILED, or with 1 CANCELLED. Cuts a training short. */
  code?: number;
  message?: string;
}
