import type { RunPace } from '../../training/RunPace';
import { DatabricksError } from '../errors';
import type { Workspace } from '../Workspace';
import type {
  EndpointConfig,
  ServedEntity,
  ServingEndpoint,
} from './endpoints';

/** A rollout takes half as long as a run: an image is built and a container started, nothing is trained. */
const SHARE_OF_A_RUN = 0.5;

/** Moves endpoints from one config to the next. Source: reference, databricks section 4.3. */
export class Rollouts {
  private readonly timers = new Map<ServingEndpoint, NodeJS.Timeout>();

  constructor(
    private readonly workspace: Workspace,
    private readonly pace: RunPace,
  ) {}

  /** Begins a rollout; what is served stays as it is until its end. */
  begin(endpoint: ServingEndpoint, config: EndpointConfig): void {
    this.announce(endpoint, config);
    const planned = this.workspace.failNextUpdate;
    if (planned && (planned.endpoint ?? endpoint.name) === endpoint.name) {
      config.willFail = planned.message;
      this.workspace.failNextUpdate = undefined;
    }
    if (this.pace.manual && this.workspace.behaviour.updateSeconds === null)
      return;
    this.timers.set(
      endpoint,
      setTimeout(() => this.end(endpoint), this.milliseconds()).unref(),
    );
  }

  /** Puts a config in the place of what is served, and of what is being rolled out, at once. */
  replace(endpoint: ServingEndpoint, config: EndpointConfig): void {
    this.announce(endpoint, config);
    this.end(endpoint);
  }

  /** Ends the rollout now: the new config serves, or with a reason why it failed the old one goes on. */
  end(endpoint: ServingEndpoint, failure = endpoint.pending?.willFail): void {
    this.forget(endpoint);
    const { pending } = endpoint;
    if (!pending || endpoint.update !== 'IN_PROGRESS') return;
    if (failure !== undefined) this.fail(endpoint, failure);
    else {
      for (const entity of newOnes(endpoint)) {
        endpoint.buildLogs
          .get(entity.name)
          ?.push('Container image built', 'Model server is ready');
      }
      endpoint.config = {
        ...pending,
        entities: pending.entities.map(entity => ({
          ...entity,
          deployment: 'DEPLOYMENT_READY',
          deploymentMessage: '',
        })),
      };
      endpoint.credit.clear();
      endpoint.pending = undefined;
      endpoint.update = 'NOT_UPDATING';
    }
    endpoint.updatedAt = this.workspace.clock.now();
  }

  /** Stops what is under way for an endpoint that is deleted. */
  forget(endpoint: ServingEndpoint): void {
    clearTimeout(this.timers.get(endpoint));
    this.timers.delete(endpoint);
  }

  close(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private announce(endpoint: ServingEndpoint, config: EndpointConfig): void {
    this.forget(endpoint);
    endpoint.pending = config;
    endpoint.update = 'IN_PROGRESS';
    endpoint.updatedAt = this.workspace.clock.now();
    for (const entity of newOnes(endpoint))
      endpoint.buildLogs.set(entity.name, [
        `Building container for ${entity.entityName} version ${entity.entityVersion}`,
        'Downloading model artifacts',
      ]);
  }

  /**
   * The first new entity is the one that failed, the others were given up. Whether the config that failed stays visible is
   * not established, see `failedUpdates`.
   */
  private fail(endpoint: ServingEndpoint, reason: string): void {
    const [failed, ...aborted] = newOnes(endpoint);
    if (failed) {
      failed.deployment = 'DEPLOYMENT_FAILED';
      failed.deploymentMessage = reason;
      endpoint.buildLogs.get(failed.name)?.push('Build failed', reason);
    }
    for (const entity of aborted) {
      entity.deployment = 'DEPLOYMENT_ABORTED';
      entity.deploymentMessage = 'The update of the endpoint failed.';
      endpoint.buildLogs.get(entity.name)?.push('Build aborted');
    }
    endpoint.update = 'UPDATE_FAILED';
    if (this.workspace.behaviour.failedUpdates === 'drop-pending')
      endpoint.pending = undefined;
  }

  private milliseconds(): number {
    const { updateSeconds } = this.workspace.behaviour;
    if (updateSeconds !== null) return updateSeconds * 1000;
    const { runSeconds, timeScale } = this.pace;
    return (runSeconds * 1000 * SHARE_OF_A_RUN) / timeScale;
  }
}

/** Refuses a change while another one is rolled out. */
export function requireNoRollout(endpoint: ServingEndpoint): void {
  if (endpoint.update === 'IN_PROGRESS')
    throw new DatabricksError(
      409,
      'RESOURCE_CONFLICT',
      `Endpoint ${endpoint.name} is currently being updated. Wait until the update is complete and try again.`,
    );
}

/** What has to be built; what serves already is not touched. */
function newOnes({ pending, config }: ServingEndpoint): ServedEntity[] {
  return (pending?.entities ?? []).filter(
    entity => !config?.entities.includes(entity),
  );
}
