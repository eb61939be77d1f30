import type { Message } from '../messages/readMessage';
import type { ModelVersion, VertexModel } from '../models/vertexModels';
import type { TrafficSplit } from './trafficSplit';

/** A model version that serves behind an endpoint. */
export interface DeployedModel {
  /** At most 10 digits when the caller gave it. */
  id: string;
  displayName: string;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Resources, service account and what else was asked for, as the message has it. */
  further: Message;
  /** What answers. Kept here, since an endpoint could outlive its model in a test. */
  model: VertexModel;
  serves: ModelVersion;
}

/** An endpoint of the project. */
export interface VertexEndpoint {
  /** The last segment of its name. */
  id: string;
  displayName: string;
  description: string;
  labels: Map<string, string>;
  /** Epoch milliseconds. */
  createdAt: number;
  updatedAt: number;
  /** Grows with every change; the etag is made of it. */
  revision: number;
  deployed: DeployedModel[];
  trafficSplit: TrafficSplit;
  /** Its own host for predictions, when it is a dedicated one. */
  dedicatedDns?: string;
  /** The message's other fields, given back as they came. */
  further: Message;
  /** Predictions answered since the start, well or not, by id of the deployed model. */
  predictions: Map<string, number>;
  /** What each deployed model has saved up, for the fair split of the traffic. */
  credit: Map<string, number>;
}

/** An endpoint that serves nothing. */
export function newEndpoint(
  fields: Pick<VertexEndpoint, 'id' | 'createdAt'> & Partial<VertexEndpoint>,
): VertexEndpoint {
  return {
    displayName: fields.id,
    description: '',
    labels: new Map(),
    updatedAt: fields.createdAt,
    revision: 1,
    deployed: [],
    trafficSplit: {},
    further: {},
    predictions: new Map(),
    credit: new Map(),
    ...fields,
  };
}

/** Notes a change, which makes a new etag. */
export function touchEndpoint(endpoint: VertexEndpoint, at: number): void {
  endpoint.updatedAt = at;
  endpoint.revision += 1;
}

/** Opaque to clients, and another one after every change. */
export function etagOf({ id, revision }: { id: string; revision: number }) {
  return `AMEw9y${Buffer.from(`${id}#${revision}`).toString('base64')}`;
}

/** The ids of what is deployed. */
export function deployedIds(endpoint: VertexEndpoint): string[] {
  return endpoint.deployed.map(({ id }) => id);
}
