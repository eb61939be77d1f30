import type { FederationPolicy } from '../databricks/federation';
import { ControlClient } from './ControlClient';
import type {
  DatabricksBehaviour,
  RunState,
  SimulatedRun,
  StrangersRunPlan,
  TerminationCode,
} from './databricksTypes';
import type {
  EndpointPermission,
  ForeignEndpointChange,
  ForeignModel,
  ModelChange,
  SimulatedEndpoint,
} from './servingTypes';
import { SimulatorHandle } from './SimulatorHandle';

/** How far to advance a run. */
export interface AdvanceOptions {
  /** Through all states up to this one; one state without it. */
  to?: RunState;
  /** How the run ends; without it as its training ends. Cuts a training short. */
  code?: TerminationCode;
  message?: string;
}

/** The running Databricks workspace. */
export class DatabricksHandle extends SimulatorHandle {
  constructor(readonly host: string) {
    super(new ControlClient(host));
  }

  /** All runs, whoever may see them, oldest first. */
  async runs(
    filter: {
      jobId?: string;
      creator?: string;
      idempotencyToken?: string;
    } = {},
  ): Promise<SimulatedRun[]> {
    const all = await this.control.call<SimulatedRun[]>('GET', '/runs');
    return all.filter(
      run =>
        (filter.jobId === undefined || run.jobId === filter.jobId) &&
        (filter.creator === undefined || run.creator === filter.creator) &&
        (filter.idempotencyToken === undefined ||
          run.idempotencyToken === filter.idempotencyToken),
    );
  }

  /** Moves a run on by one state, or `to` one; from RUNNING it waits for the training. */
  async advanceRun(
    runId: string,
    options: AdvanceOptions = {},
  ): Promise<SimulatedRun> {
    return this.control.call('POST', `/runs/${runId}/advance`, options);
  }

  /** Deletes a run; its idempotency token then gives an error, never another run. */
  async forgetRun(runId: string): Promise<void> {
    await this.control.call('DELETE', `/runs/${runId}`);
  }

  /** Deletes all runs; sessions and everything else stay. */
  async forgetRuns(): Promise<void> {
    await this.control.call('DELETE', '/runs');
  }

  /** A run by somebody else, now; with a token if given. */
  async startStrangersRun(
    plan: StrangersRunPlan & { idempotencyToken?: string } = {},
  ): Promise<SimulatedRun> {
    return this.control.call('POST', '/runs', plan);
  }

  /** When the next run-now with a token arrives, a stranger has already used that token. */
  async plantStrangersRun(plan: StrangersRunPlan = {}): Promise<void> {
    await this.control.call('POST', '/strangers-run', plan);
  }

  /** Off: `idempotency_token` is ignored. */
  async setIdempotency(on: boolean): Promise<void> {
    await this.setBehaviour({ idempotency: on });
  }

  /** Seconds the workspace's clock is ahead of the machine's. */
  async setClockOffset(seconds: number): Promise<void> {
    await this.setBehaviour({ clockOffsetSeconds: seconds });
  }

  /** Every exchange is answered as this principal, whoever asked; null for the true one. */
  async exchangeAs(userName: string | null): Promise<void> {
    await this.setBehaviour({ exchangeAs: userName });
  }

  async setBehaviour(change: Partial<DatabricksBehaviour>): Promise<void> {
    await this.control.call('PATCH', '/behaviour', change);
  }

  /** Its tokens stop working at once, and it gets no new ones. By user name or application id. */
  async revokePrincipal(userName: string): Promise<void> {
    await this.control.call(
      'PATCH',
      `/principals/${encodeURIComponent(userName)}`,
      { revoked: true },
    );
  }

  async restorePrincipal(userName: string): Promise<void> {
    await this.control.call(
      'PATCH',
      `/principals/${encodeURIComponent(userName)}`,
      { revoked: false },
    );
  }

  async federationPolicies(): Promise<FederationPolicy[]> {
    return this.control.call('GET', '/federation-policies');
  }

  /** Replaces all federation policies. */
  async setFederationPolicies(policies: FederationPolicy[]): Promise<void> {
    await this.control.call('PUT', '/federation-policies', policies);
  }

  /** All serving endpoints with their whole config, whoever may see them. */
  async endpoints(): Promise<SimulatedEndpoint[]> {
    return this.control.call('GET', '/endpoints');
  }

  /** One serving endpoint; undefined if there is none of that name. */
  async endpoint(name: string): Promise<SimulatedEndpoint | undefined> {
    return (await this.endpoints()).find(endpoint => endpoint.name === name);
  }

  /** Somebody else makes an endpoint serve something, whatever its permissions say. */
  async changeEndpoint(
    name: string,
    change: ForeignEndpointChange,
  ): Promise<SimulatedEndpoint> {
    return this.control.call('PUT', `/endpoints/${name}`, change);
  }

  /** When the next change of this endpoint is asked for, somebody else has made one right before it. */
  async plantEndpointChange(
    name: string,
    change: ForeignEndpointChange,
  ): Promise<void> {
    await this.control.call(
      'POST',
      `/endpoints/${name}/planted-change`,
      change,
    );
  }

  /** Deletes an endpoint. */
  async forgetEndpoint(name: string): Promise<void> {
    await this.control.call('DELETE', `/endpoints/${name}`);
  }

  /** Gives people, groups and service principals a level on an endpoint, or with null none. */
  async setEndpointPermissions(
    name: string,
    levels: Record<string, EndpointPermission | null>,
  ): Promise<void> {
    await this.control.call('PATCH', `/endpoints/${name}/permissions`, levels);
  }

  /** Ends the rollout that is under way now: well, or with a reason why it failed. */
  async finishUpdate(
    name: string,
    options: { failure?: string } = {},
  ): Promise<SimulatedEndpoint> {
    return this.control.call('POST', `/endpoints/${name}/update`, options);
  }

  /** The next change of this endpoint, or of any, is rolled out in vain; what served before goes on. */
  async failNextUpdate(
    plan: { endpoint?: string; message?: string } = {},
  ): Promise<void> {
    await this.control.call('POST', '/failing-update', plan);
  }

  /** Real seconds a change of an endpoint takes; null for half of what a run takes. */
  async setUpdateSeconds(seconds: number | null): Promise<void> {
    await this.setBehaviour({ updateSeconds: seconds });
  }

  /** Adds this many registered models over several catalogs and schemas, without training anything. */
  async seedModels(count: number): Promise<void> {
    await this.control.call('POST', '/models/many', { count });
  }

  /** Somebody else registers a model, in any catalog. */
  async addModel(model: ForeignModel): Promise<void> {
    await this.control.call('POST', '/models', model);
  }

  /** Somebody else changes a registered model; `fullName` renames it. */
  async changeModel(fullName: string, change: ModelChange): Promise<void> {
    await this.control.call('PATCH', `/models/${fullName}`, change);
  }

  /** Somebody else deletes a registered model. */
  async forgetModel(fullName: string): Promise<void> {
    await this.control.call('DELETE', `/models/${fullName}`);
  }

  /** Only a READY version can be served. */
  async setVersionStatus(
    fullName: string,
    version: number,
    status: 'PENDING_REGISTRATION' | 'READY' | 'FAILED_REGISTRATION',
  ): Promise<void> {
    await this.control.call(
      'PATCH',
      `/models/${fullName}/versions/${version}`,
      {
        status,
      },
    );
  }

  /** Size, hash, shape and values of a version's kept weights. */
  async weights(fullName: string, version: number): Promise<WeightsSummary> {
    return this.control.call(
      'GET',
      `/models/${fullName}/versions/${version}/weights`,
    );
  }
}

/** What a test may know of a version's weights: enough to say whether two are the same, and to predict by hand. */
export interface WeightsSummary {
  bytes: number;
  sha256: string;
  layers: Array<{ name: string; shape: number[]; values: number[] }>;
}
