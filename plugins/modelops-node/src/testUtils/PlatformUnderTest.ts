import type {
  Connection,
  Credential,
  ModelPlatform,
  PlatformResource,
  StartJob,
} from 'backstage-plugin-modelops-node';

/** Whom the suite calls the platform as. @public */
export type ContractCaller =
  /** May start, read and cancel the job. */
  | 'person'
  /** The portal's own identity, which reads jobs. */
  | 'reader'
  /** Known to the platform, without any right on the job. */
  | 'outsider';

/** Requests of the module: those that start a job, those that read jobs (lists included), those that cancel. @public */
export type ContractRequest = 'start' | 'read' | 'cancel';

/** What the platform does to a request instead of answering it well. @public */
export type SpoiltAnswer = {
  /** Whether the platform does what was asked before it answers so. */
  committed?: boolean;
  /** How many requests it happens to; without it all, until `unspoil` or `reset`. */
  times?: number;
} & (
  | {
      /** An error in the platform's own form. */
      kind: 'status';
      status: number;
      retryAfterSeconds?: number;
    }
  | {
      /**
       * `lost`: the connection ends without an answer. `hanging`: no answer for at least half a minute. `sign-in page`: HTML
       * with status 200. `garbage`: a success that is not what the platform speaks. `half`: the beginning of a good
       * answer. `empty`: a success without a body. `huge`: 10 MB of what the platform speaks.
       */
      kind:
        | 'lost'
        | 'hanging'
        | 'sign-in page'
        | 'garbage'
        | 'half'
        | 'empty'
        | 'huge';
    }
  | {
      /** 307 to another address. */
      kind: 'redirect';
      location: string;
    }
);

/** A job as the platform knows it, whoever made it. @public */
export interface JobAtPlatform {
  platformRunId: string;
  /** Principal that made it. */
  creator: string;
  /** At least the parameters that were sent; compared as text. */
  parameters: Readonly<Record<string, unknown>>;
}

/** A job like the suite's, made without the module. @public */
export interface PlantedJob {
  by: 'person' | 'stranger';
  /** Our id that it carries, where the module puts the ids of runs. */
  runId?: string;
  /** Those of the suite's job unless told. */
  parameters?: StartJob['parameters'];
}

/**
 * What a platform may lack, or its simulator. Names of members of `PlatformUnderTest`, `outsider` for a platform without
 * rights on jobs, and kinds of answers that its protocol cannot give.
 * @public
 */
export type ContractCapability =
  | 'plantJobs'
  | 'moveJob'
  | 'settleJob'
  | 'forgetJob'
  | 'repeatPages'
  | 'missingResource'
  | 'invalidParameters'
  | 'nobodyListens'
  | 'outsider'
  | SpoiltAnswer['kind'];

/**
 * A platform module in front of its simulator. Members with a question mark may be left out only if `notApplicable` says
 * why; the simulator has to check what the real platform checks, or the suite proves nothing.
 * @public
 */
export interface PlatformUnderTest {
  readonly platform: ModelPlatform;
  /** A connection of that platform to the simulator. */
  readonly connection: Connection;
  /** The job that is started, over and over; `principal` is who `person` is. It must not end by itself. */
  readonly job: Omit<StartJob, 'runId'> & { principal: string };
  /** Parameters that another start of that job could have, different from `job.parameters`. */
  readonly otherParameters: StartJob['parameters'];
  /** Resources in spellings that have to be accepted, each with its canonical one: at least one of each kind. */
  readonly spellings: Readonly<Record<string, string>>;
  /** Most jobs that one answer of the platform can hold. */
  readonly jobsPerPage: number;
  /** A well-formed resource that does not exist. */
  readonly missingResource?: PlatformResource;
  /** Parameters the platform, or the module in its place, refuses. */
  readonly invalidParameters?: StartJob['parameters'];
  /**
   * The platform takes no id for a job, and the module reads before it starts one: where reading fails, nothing is sent.
   * Without it, a start has to go out whatever reading says.
   */
  readonly looksBeforeStart?: true;
  /** A connection to an address where nobody listens. */
  readonly nobodyListens?: Connection;

  /** A fresh credential. */
  credential(caller: ContractCaller): Promise<Credential>;
  /** All jobs there are, in any state. */
  jobs(): Promise<JobAtPlatform[]>;
  /** How many requests arrived since `reset`; without a kind all of them, those of `credential` included. */
  requestCount(request?: ContractRequest): Promise<number>;
  /** Spoils answers from now on. */
  spoil(request: ContractRequest, answer: SpoiltAnswer): Promise<void>;
  /** Takes back all that `spoil` and `repeatPages` did. */
  unspoil(): Promise<void>;
  /** Makes jobs, in this order, and gives their platform run ids. */
  plantJobs?(jobs: readonly PlantedJob[]): Promise<string[]>;
  /** Moves a job to a state, whatever it is doing. */
  moveJob?(
    platformRunId: string,
    to: 'running' | 'succeeded' | 'failed' | 'canceled',
  ): Promise<void>;
  /** Lets the platform finish what it was asked to do with a job; after a cancel the job is over. */
  settleJob?(platformRunId: string): Promise<void>;
  /** Deletes a job as if it had never been. */
  forgetJob?(platformRunId: string): Promise<void>;
  /**
   * Every list of jobs names a next page, however often it is read on: with always the `same` token, always a `new` one
   * (at least 500), or the address `link` where the platform has tokens or links.
   */
  repeatPages?(next: 'same' | 'new' | { link: string }): Promise<void>;
  /** Back to the state after the start: no jobs of the suite, nothing spoilt, no request counted. */
  reset(): Promise<void>;
  close(): Promise<void>;
}
