import type { PlatformResource } from 'backstage-plugin-modelops-node';
import { EndpointChangeBench } from 'backstage-plugin-modelops-node/testUtils';
import type { FaultMatch, Person } from 'modelops-simulators';
import type { TestProject } from './TestProject';
import { ADA, MODEL } from './trainings';

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

/** Changes endpoints of the simulated project; the one of the forecast team unless told. */
export class EndpointChanges extends EndpointChangeBench<Person, FaultMatch> {
  constructor(readonly project: TestProject) {
    super(project, {
      endpoint: ENDPOINT,
      model: MODEL,
      person: 'ada',
      principal: ADA,
    });
  }

  async finish(
    resource: PlatformResource = ENDPOINT,
    failure?: { code?: string; message: string },
  ): Promise<void> {
    const endpoint = await this.endpoint(resource);
    for (const name of endpoint?.running ?? [])
      await this.project.google.finishOperation(name, { failure });
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

  protected async loseAnswer(fault: Partial<FaultMatch>): Promise<void> {
    await this.project.google.fault({
      method: 'POST',
      path: `${ENDPOINTS}/*`,
      ...fault,
      count: 1,
      effect: 'drop',
      commit: true,
    });
  }
}
