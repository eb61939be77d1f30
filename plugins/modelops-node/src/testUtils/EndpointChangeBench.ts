import { randomUUID } from 'node:crypto';
import type { Operation } from 'backstage-plugin-modelops-common';
import type {
  JobReading,
  KnownJob,
  PlatformCall,
  PlatformConnection,
  PlatformError,
  PlatformForm,
  PlatformResource,
  StartJob,
} from 'backstage-plugin-modelops-node';
import { knownJob, type NamedJob, type NewJob } from './knownJob';

/** A module in front of its simulator, and who calls it. @public */
export interface ModuleUnderTest<Who extends string> {
  open(): PlatformConnection;
  /** A call with a fresh credential of that person. */
  callAs(person: Who): Promise<PlatformCall>;
  /** A call as the portal itself. */
  callAsReader(): Promise<PlatformCall>;
  /** The error of something that has to fail; see `TokenWatch`. */
  failureOf(doing: Promise<unknown>): Promise<PlatformError>;
}

/** A change of an endpoint; of the usual one, for the usual model, unless told. @public */
export interface ChangePlan {
  operation: Operation;
  resource?: PlatformResource;
  version?: string;
  parameters?: StartJob['parameters'];
  model?: PlatformResource;
}

/** What a change is about, and by whom it is made, unless told. @public */
export interface UsualChange<Who extends string> {
  endpoint: PlatformResource;
  model: PlatformResource;
  person: Who;
  /** That person's principal at the platform. */
  principal: string;
}

/**
 * Changes endpoints in the order of the portal: the form first, then the start with what the form said. `Fault` says which
 * answer of the simulator is lost.
 * @public
 */
export abstract class EndpointChangeBench<
  Who extends string,
  Fault extends object,
> {
  constructor(
    private readonly module: ModuleUnderTest<Who>,
    private readonly usual: UsualChange<Who>,
  ) {}

  /** Ends what is under way at an endpoint; at the usual one unless told. */
  abstract finish(resource?: PlatformResource): Promise<void>;

  /** Lets the simulator do what it is asked next, and lose the answer. */
  protected abstract loseAnswer(fault: Partial<Fault>): Promise<void>;

  async form(
    { operation, resource, model }: ChangePlan,
    by: Who = this.usual.person,
  ): Promise<PlatformForm> {
    return this.module.open().readForm(await this.module.callAs(by), {
      resource: resource ?? this.usual.endpoint,
      operation,
      model: model ?? this.usual.model,
    });
  }

  /** A start by what the form says now, with its defaults. */
  async prepare(plan: ChangePlan): Promise<NewJob> {
    const form = await this.form(plan);
    const defaults = form.parameters.flatMap(one =>
      one.default === undefined ? [] : [[one.name, one.default]],
    );
    return {
      runId: randomUUID(),
      resource: this.usual.endpoint,
      model: this.usual.model,
      principal: this.usual.principal,
      revision: form.serving?.revision ?? form.revision,
      ...plan,
      parameters: { ...Object.fromEntries(defaults), ...plan.parameters },
    };
  }

  async send(job: NewJob, by: Who = this.usual.person): Promise<NamedJob> {
    const { platformRunId } = await this.module
      .open()
      .start(await this.module.callAs(by), job);
    return { ...knownJob(job), platformRunId };
  }

  async start(plan: ChangePlan): Promise<NamedJob> {
    return this.send(await this.prepare(plan));
  }

  /** A change that was made, and is over. */
  async make(plan: ChangePlan): Promise<NamedJob> {
    const job = await this.start(plan);
    await this.finish(plan.resource);
    return job;
  }

  /** A change that was made and whose answer was lost. */
  async lose(plan: ChangePlan, fault: Partial<Fault> = {}): Promise<KnownJob> {
    const job = await this.prepare(plan);
    await this.loseAnswer(fault);
    const error = await this.module.failureOf(this.send(job));
    if (error.refused) throw error;
    return knownJob(job);
  }

  /** As the portal itself. */
  async read(...jobs: KnownJob[]): Promise<JobReading[]> {
    const readings = await this.module
      .open()
      .readJobs(await this.module.callAsReader(), jobs);
    return jobs.map(({ runId }) => readings.get(runId)!);
  }
}
