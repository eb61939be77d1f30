import type { PlatformResource } from 'backstage-plugin-modelops-node';
import { EndpointChangeBench } from 'backstage-plugin-modelops-node/testUtils';
import type { FaultMatch, Person } from 'modelops-simulators';
import type { TestWorkspace } from './workspace';

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

/** Changes endpoints of the simulated workspace; the one of the fraud team unless told. */
export class EndpointChanges extends EndpointChangeBench<Person, FaultMatch> {
  constructor(readonly workspace: TestWorkspace) {
    super(workspace, {
      endpoint: ENDPOINT,
      model: MODEL,
      person: 'ada',
      principal: 'ada@acme.example',
    });
  }

  async finish(
    resource: PlatformResource = ENDPOINT,
    options: { failure?: string } = {},
  ): Promise<void> {
    await this.workspace.databricks.finishUpdate(nameOf(resource), options);
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

  protected async loseAnswer(fault: Partial<FaultMatch>): Promise<void> {
    await this.workspace.databricks.fault({
      path: CONFIG,
      ...fault,
      count: 1,
      effect: 'drop',
      commit: true,
    });
  }
}

function nameOf({ canonical }: PlatformResource): string {
  return canonical.slice('endpoint/'.length);
}
