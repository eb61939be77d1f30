import type { WeightsSummary } from './DatabricksHandle';
import type {
  FailingDeploy,
  ForeignVertexEndpointChange,
  ForeignVertexModel,
  ForeignVertexVersion,
  ObjectContent,
  OperationEnd,
  SimulatedOperation,
  SimulatedVertexEndpoint,
  SimulatedVertexModel,
} from './googleServingTypes';
import { SimulatorHandle } from './SimulatorHandle';

/** Models, endpoints, operations and storage of the running Google Cloud. */
export abstract class GoogleServingHandle extends SimulatorHandle {
  /** Where it answers as the host that all endpoints share. */
  abstract readonly host: string;

  /**
   * The same server under the name `localhost`: there it answers as the own host of a dedicated endpoint. What a connection
   * in a test takes as `predictionHost`.
   */
  get predictionHost(): string {
    return this.host.replace('127.0.0.1', 'localhost');
  }

  /** All endpoints, whoever may see them. */
  async endpoints(): Promise<SimulatedVertexEndpoint[]> {
    return this.control.call('GET', '/endpoints');
  }

  /** One endpoint by its id; undefined if there is none. */
  async endpoint(id: string): Promise<SimulatedVertexEndpoint | undefined> {
    return (await this.endpoints()).find(endpoint => endpoint.id === id);
  }

  /** Somebody else changes an endpoint at once, whatever the grants say. */
  async changeEndpoint(
    id: string,
    change: ForeignVertexEndpointChange,
  ): Promise<SimulatedVertexEndpoint> {
    return this.control.call('PUT', `/endpoints/${id}`, change);
  }

  /** When the next change of this endpoint is asked for, somebody else has made one right before it. */
  async plantEndpointChange(
    id: string,
    change: ForeignVertexEndpointChange,
  ): Promise<void> {
    await this.control.call('POST', `/endpoints/${id}/planted-change`, change);
  }

  /** Deletes an endpoint, with what is under way on it. */
  async forgetEndpoint(id: string): Promise<void> {
    await this.control.call('DELETE', `/endpoints/${id}`);
  }

  /** The long-running operations since the start, oldest first. */
  async operations(): Promise<SimulatedOperation[]> {
    return this.control.call('GET', '/operations');
  }

  /** Ends an operation now. `of` is its name, or the id of an endpoint for the oldest one under way on it. */
  async finishOperation(
    of: string,
    end: OperationEnd = {},
  ): Promise<SimulatedOperation> {
    return this.control.call('POST', '/operations/finish', { of, ...end });
  }

  /** The next deployment ends with an error; what served before goes on. */
  async failNextDeploy(plan: FailingDeploy = {}): Promise<void> {
    await this.control.call('POST', '/failing-deploy', plan);
  }

  /** Real seconds a deployment takes; null for half of what a training takes. */
  async setDeploySeconds(seconds: number | null): Promise<void> {
    await this.control.call('PATCH', '/behaviour', { deploySeconds: seconds });
  }

  /** All registered models with their versions. */
  async models(): Promise<SimulatedVertexModel[]> {
    return this.control.call('GET', '/models');
  }

  /** Somebody else uploads a model. */
  async addModel(model: ForeignVertexModel): Promise<SimulatedVertexModel> {
    return this.control.call('POST', '/models', model);
  }

  /** Somebody else uploads the next version of a model. */
  async addVersion(
    model: string,
    version: ForeignVertexVersion = {},
  ): Promise<SimulatedVertexModel> {
    return this.control.call('POST', `/models/${model}/versions`, version);
  }

  /** Somebody else deletes a model. What serves it goes on. */
  async forgetModel(id: string): Promise<void> {
    await this.control.call('DELETE', `/models/${id}`);
  }

  /** Adds this many models, `many-000001` and so on, without training anything. */
  async seedModels(count: number): Promise<void> {
    await this.control.call('POST', '/many-models', { count });
  }

  /** Size, hash, shape and values of a version's weights. */
  async weights(model: string, version: number): Promise<WeightsSummary> {
    return this.control.call(
      'GET',
      `/models/${model}/versions/${version}/weights`,
    );
  }

  /** Sets an object of Cloud Storage, by `bucket/object`; null deletes it. */
  async setObject(name: string, content: ObjectContent | null): Promise<void> {
    await this.control.call('PUT', '/objects', { name, content });
  }
}
