import { randomUUID } from 'node:crypto';
import type { Operation } from 'backstage-plugin-modelops-common';
import type {
  JobReading,
  KnownJob,
  PlatformForm,
  PlatformResource,
  StartJob,
} from 'backstage-plugin-modelops-node';
import type { Person } from 'modelops-simulators';
import { known, type TestWorkspace } from './workspace';

export const MODEL = { kind: 'model', canonical: 'model/main.fraud.detector' };
/** Serves version 2 of the model with all of the traffic. */
export const ENDPOINT = {
  kind: 'endpoint',
  canonical: 'endpoint/fraud-detector',
};
/** Serves `main.growth.uplift` with 80 % and version 1 of the model with 20 %. */
export const SHARED = {
  kind: 'endpoint',
  canonical: 'endpoint/payments-shared',
};
export const CONFIG = '/api/2.0/serving-endpoints/*/config';

type Start = StartJob & { principal: string };

/** What a change is about; the endpoint of the fraud team unless told. */
export interface ChangePlan {
  operation: Operation;
  resource?: PlatformResource;
  version?: string;
  parameters?: StartJob['parameters'];
  model?: PlatformResource;
}

/** Changes endpoints in the order of the portal: the form first, then the start with what the form said. */
export class EndpointChanges {
  constructor(readonly workspace: TestWorkspace) {}

  async form(plan: ChangePlan, by: Person = 'ada'): Promise<PlatformForm> {
    const { operation, resource = ENDPOINT, model = MODEL } = plan;
    return this.workspace.open().readForm(await this.workspace.callAs(by), {
      resource,
      operation,
      model,
    });
  }

  /** A start by what the form says now, with its defaults. */
  async prepare(plan: ChangePlan): Promise<Start> {
    const form = await this.form(plan);
    const defaults = form.parameters.flatMap(one =>
      one.default === undefined ? [] : [[one.name, one.default]],
    );
    return {
      runId: randomUUID(),
      resource: ENDPOINT,
      model: MODEL,
      principal: 'ada@acme.example',
      revision: form.serving?.revision,
      ...plan,
      parameters: { ...Object.fromEntries(defaults), ...plan.parameters },
    };
  }

  async send(
    job: Start,
    by: Person = 'ada',
  ): Promise<KnownJob & { platformRunId: string }> {
    const { platformRunId } = await this.workspace
      .open()
      .start(await this.workspace.callAs(by), job);
    return { ...known(job), platformRunId };
  }

  async start(plan: ChangePlan): Promise<KnownJob & { platformRunId: string }> {
    return this.send(await this.prepare(plan));
  }

  /** A change that was made, and is live. */
  async make(plan: ChangePlan): Promise<KnownJob & { platformRunId: string }> {
    const job = await this.start(plan);
    await this.finish(plan.resource);
    return job;
  }

  /** A change that was made and whose answer was lost. */
  async lose(
    plan: ChangePlan,
    fault: { path?: string; method?: string } = {},
  ): Promise<KnownJob> {
    const job = await this.prepare(plan);
    await this.workspace.databricks.fault({
      path: CONFIG,
      ...fault,
      count: 1,
      effect: 'drop',
      commit: true,
    });
    const error = await this.workspace.failureOf(this.send(job));
    if (error.refused) throw error;
    return known(job);
  }

  async finish(
    resource: PlatformResource = ENDPOINT,
    options: { failure?: string } = {},
  ): Promise<void> {
    await this.workspace.databricks.finishUpdate(nameOf(resource), options);
  }

  async read(...jobs: KnownJob[]): Promise<JobReading[]> {
    const readings = await this.workspace
      .open()
      .readJobs(await this.workspace.callAsReader(), jobs);
    return jobs.map(({ runId }) => readings.get(runId)!);
  }

  /** What is served, as `name: share`. */
  async served(
    resource: PlatformResource = ENDPOINT,
  ): Promise<Record<string, number>> {
    const endpoint = await this.workspace.databricks.endpoint(nameOf(resource));
    return Object.fromEntries(
      (endpoint?.config?.entities ?? []).map(({ name, share }) => [
        name,
        share,
      ]),
    );
  }

  /** Bodies of what was written. */
  async written(): Promise<string[]> {
    const requests = await this.workspace.databricks.requests();
    return requests
      .filter(
        ({ method, path }) => method !== 'GET' && path.includes('serving'),
      )
      .map(({ body }) => body);
  }
}

function nameOf({ canonical }: PlatformResource): string {
  return canonical.slice('endpoint/'.length);
}
