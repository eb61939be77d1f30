import type {
  FormField,
  Operation,
  RunAction,
  RunResult,
  RunState,
  ServingState,
} from 'backstage-plugin-modelops-common';
import type { z } from 'zod';
import type { Connection, Credential } from './Connection';
import type { ModelServing } from './ModelServing';
import type { VersionRegistry } from './VersionRegistry';

/** A resource as an annotation names it, in its one canonical spelling. @public */
export interface PlatformResource {
  /** `job`, `model`, `endpoint` … */
  kind: string;
  /** `job/8123`; rules match `<connection>:<canonical>`. */
  canonical: string;
}

/** A credential and the deadline of the request it serves. @public */
export interface PlatformCall {
  credential: Credential;
  signal: AbortSignal;
}

/** One parameter of what is to be started, as the platform describes it. @public */
export interface PlatformParameter {
  name: string;
  field: FormField;
  default?: string | number | boolean;
  required: boolean;
}

/** What is to be started, as the caller may see it on the platform. @public */
export interface PlatformForm {
  title: string;
  /** https link to the platform's console, checked by the module. */
  url?: string;
  /** Identity the job runs as, whoever starts it. */
  jobRunsAs?: string;
  /** The platform does the operation with the caller's own rights, and no job of somebody else takes part in it. */
  direct?: true;
  parameters: PlatformParameter[];
  /** What the operation changes, as it is now. Absent for operations that change nothing that is served. */
  serving?: ServingState;
  /** Changes whenever what the operation overwrites does, where that is not `serving`. Up to 256 characters. */
  revision?: string;
}

/** What a form is about. @public */
export interface FormQuestion {
  resource: PlatformResource;
  operation: Operation;
  /** The model whose versions are meant, as its binding names it; absent for a training. */
  model?: PlatformResource;
}

/** A job to be started. @public */
export interface StartJob {
  /** Our id, the key towards the platform: the same id never starts a second job. */
  runId: string;
  operation: Operation;
  resource: PlatformResource;
  version?: string;
  /** The model whose versions are meant; absent for a training. */
  model?: PlatformResource;
  /**
   * `serving.revision` or `revision` of the form by which the parameters were checked. If what is served has another one right before
   * the start, the start is refused with `platform-conflict`; a platform that can compare and set does so.
   */
  revision?: string;
  /**
   * Principal that the portal reads by. What a start creates has to be readable by it, or how the run ends is never found
   * out; the module grants it that, and no more.
   */
  reader?: string;
  /**
   * Identity the platform said it runs the job as when the parameters were checked. If it says another one right before
   * the start, the start is refused with `platform-conflict`: other parameters may be allowed then.
   */
  jobRunsAs?: string;
  /** Values as checked; the module sends exactly these. */
  parameters: Readonly<Record<string, string | number | boolean>>;
}

/** The job of a run, as far as we know it. @public */
export interface KnownJob extends StartJob {
  /** Undefined until the job is known as ours. From then on only a job of another resource is not. */
  platformRunId?: string;
  /** Principal the job was submitted as. A job by anybody else is not ours. */
  principal: string;
  /** Nothing was sent before this time. */
  notBefore: Date;
  /** Nothing was sent after this time; undefined while a submit may be under way. */
  notAfter?: Date;
  /** Jobs that belong to other runs of ours. */
  claimed: ReadonlySet<string>;
}

/** What the platform says about a job. @public */
export type JobReading =
  | {
      kind: 'found';
      platformRunId: string;
      url?: string;
      /** Found because it looks like ours, not because it carries our id. */
      likeness?: true;
      state: Extract<
        RunState,
        'submitted' | 'running' | 'succeeded' | 'failed' | 'canceled'
      >;
      startedAt?: Date;
      endedAt?: Date;
      failure?: {
        code:
          | 'job-failed'
          | 'job-timed-out'
          | 'job-skipped'
          | 'job-quota-exceeded'
          | 'deployment-failed';
        message: string;
      };
    }
  /** No job with our id. */
  | { kind: 'missing' }
  /**
   * A change that was made, and that a later change by somebody else has taken the place of before its end was seen; how it
   * ended cannot be told. `why` is written by us.
   */
  | { kind: 'superseded'; why: string }
  /** A job with our id that differs in creator, resource or parameters. `why` is written by us. */
  | { kind: 'not-ours'; platformRunId: string; why: string }
  /** The platform answered, and what it says leaves it open which job it is; `why` is written by us. */
  | { kind: 'unclear'; why: string }
  /** This job could not be read this time, unlike others: nothing is known of it. `why` is written by us. */
  | { kind: 'unreachable'; why: string };

/** One connection of a platform, ready to be called. Every method throws PlatformError. @public */
export interface PlatformConnection {
  /** Reads the versions of models; absent where the platform has no registry. */
  readonly registry?: VersionRegistry;
  /** Reads and asks what is served; absent where the platform serves nothing. */
  readonly serving?: ModelServing;
  /** What an operation needs, read with the caller's rights. Never throws for an endpoint that is yet to be created. */
  readForm(call: PlatformCall, question: FormQuestion): Promise<PlatformForm>;
  /**
   * Starts one job, or makes one change, and makes sure that it is ours. Throws with `refused: true` only if certainly
   * nothing was started. A change that is done when this returns is `succeeded`.
   */
  start(
    call: PlatformCall,
    job: StartJob & { principal: string },
  ): Promise<Extract<JobReading, { kind: 'found' }>>;
  /**
   * Reads many jobs of this connection. An answer for each `runId`; never starts anything. The calls may grow with the
   * pages of the platform's lists, not with the jobs: there may be a thousand, and they are read every few seconds.
   */
  readJobs(
    call: PlatformCall,
    jobs: readonly KnownJob[],
  ): Promise<Map<string, JobReading>>;
  /** Asks to cancel; a job that is over already is no error. */
  cancel(
    call: PlatformCall,
    job: KnownJob & { platformRunId: string },
  ): Promise<void>;
  /** End of the job's log as plain text, at most `maxBytes` of it. */
  readLogs(
    call: PlatformCall,
    job: KnownJob & { platformRunId: string },
    maxBytes: number,
  ): Promise<string>;
  /** What a finished job made. `model`: where the entity's versions are registered, if it is on this connection. */
  readResult(
    call: PlatformCall,
    job: KnownJob & { platformRunId: string },
    model?: PlatformResource,
  ): Promise<RunResult>;
}

/** A machine-learning platform. @public */
export interface ModelPlatform {
  /** Value of `platform:` in a connection, `databricks`. */
  readonly id: string;
  /** Name for people, `Databricks`. */
  readonly title: string;
  /** Keys of a connection that belong to this platform, beside the common ones. */
  readonly settings: z.ZodObject;
  /** Forms a resource may have, for error messages: `job/<id>`. */
  readonly resourceForms: readonly string[];
  /** Undefined for anything that is not a resource of this platform. Must accept any string. */
  parseResource(text: string): PlatformResource | undefined;
  /** Operations of `action` that a resource of this kind offers. */
  operationsOf(
    resource: PlatformResource,
    action: RunAction,
  ): readonly Operation[];
  /** Must not call the platform. */
  connect(connection: Connection): PlatformConnection;
}
