import type { FederationPolicy } from '../databricks/federation';
import { ControlClient } from './ControlClient';
import type {
  DatabricksBehaviour,
  RunState,
  SimulatedRun,
  StrangersRunPlan,
  TerminationCode,
} from './databricksTypes';
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

  /** Size, hash and shape of a version's kept weights. */
  async weights(fullName: string, version: number): Promise<WeightsSummary> {
    return this.control.call(
      'GET',
      `/models/${fullName}/versions/${version}/weights`,
    );
  }
}

/** What a test may know of a version's weights: that they are there, and whether two are the same. */
export interface WeightsSummary {
  bytes: number;
  sha256: string;
  layers: Array<{ name: string; shape: number[] }>;
}
