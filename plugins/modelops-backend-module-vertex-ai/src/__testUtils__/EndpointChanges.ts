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
import type { TestProject } from './TestProject';
import { ADA, known, MODEL } from './trainings';

export const CHURN = { kind: 'model', canonical: 'model/churn-score' };
/** Serves version 1 of the model with all of the traffic, as 1000000001. */
export const ENDPOINT = {
  kind: 'endpoint',
  canonical: 'endpoint/demand-forecast',
};
/** Serves churn-score with 60 % as 2000000001, and version 1 of the model with 40 % as 2000000002. */
export const SHARED = {
  kind: 'endpoint',
  canonical: 'endpoint/shared-scores',
};
export const NEW = { kind: 'endpoint', canonical: 'endpoint/forecast-staging' };
export const ENDPOINTS =
  '/v1/projects/ml-demo/locations/europe-west4/endpoints';

type Start = StartJob & { principal: string };
type Named = KnownJob & { platformRunId: string };

/** What a change is about; the endpoint of the forecast team unless told. */
export interface ChangePlan {
  operation: Operation;
  resource?: PlatformResource;
  version?: string;
  parameters?: StartJob['parameters'];
  model?: PlatformResource;
}

/** Changes endpoints in the order of the portal: the form first, then the start with what the form said. */
export class EndpointChanges {
  constructor(readonly project: TestProject) {}

  async form(plan: ChangePlan, by: Person = 'ada'): Promise<PlatformForm> {
    const { operation, resource = ENDPOINT, model = MODEL } = plan;
    return this.project.open().readForm(await this.project.callAs(by), {
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
      principal: ADA,
      revision: form.serving?.revision,
      ...plan,
      parameters: { ...Object.fromEntries(defaults), ...plan.parameters },
    };
  }

  async send(job: Start, by: Person = 'ada'): Promise<Named> {
    const { platformRunId } = await this.project
      .open()
      .start(await this.project.callAs(by), job);
    return { ...known(job), platformRunId };
  }

  async start(plan: ChangePlan): Promise<Named> {
    return this.send(await this.prepare(plan));
  }

  /** A change that was made, and is over. */
  async make(plan: ChangePlan): Promise<Named> {
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
    await this.project.google.fault({
      method: 'POST',
      path: `${ENDPOINTS}/*`,
      ...fault,
      count: 1,
      effect: 'drop',
      commit: true,
    });
    const error = await this.project.failureOf(this.send(job));
    if (error.refused) throw error;
    return known(job);
  }

  /** Ends what is under way. */
  async finish(
    resource: PlatformResource = ENDPOINT,
    failure?: { code?: string; message: string },
  ): Promise<void> {
    const endpoint = await this.endpoint(resource);
    for (const name of endpoint?.running ?? [])
      await this.project.google.finishOperation(name, { failure });
  }

  async read(...jobs: KnownJob[]): Promise<JobReading[]> {
    const readings = await this.project
      .open()
      .readJobs(await this.project.callAsReader(), jobs);
    return jobs.map(({ runId }) => readings.get(runId)!);
  }

  async endpoint(resource: PlatformResource = ENDPOINT) {
    return this.project.google.endpoint(
      resource.canonical.slice('endpoint/'.length),
    );
  }

  /** What is served, as `version of the model: share`. */
  async served(
    resource: PlatformResource = ENDPOINT,
  ): Promise<Record<string, number>> {
    const { deployed = [] } = (await this.endpoint(resource)) ?? {};
    return Object.fromEntries(
      deployed.map(({ model, version, share }) => [
        `${model}@${version}`,
        share,
      ]),
    );
  }

  /** What was written to endpoints. */
  async written() {
    const requests = await this.project.google.requests();
    return requests.filter(
      ({ method, path }) => method !== 'GET' && path.startsWith(ENDPOINTS),
    );
  }
}
