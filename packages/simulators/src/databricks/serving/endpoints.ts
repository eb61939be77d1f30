import { randomBytes } from 'node:crypto';
import type { AclEntryOf } from '../acl';
import type { ModelVersion } from '../models';
import type { RequestCounts } from './RequestCounts';

/** Permission levels of an endpoint, weakest first. Source: reference, databricks section 7.1. */
export const ENDPOINT_LEVELS = ['CAN_VIEW', 'CAN_QUERY', 'CAN_MANAGE'] as const;
export type EndpointLevel = (typeof ENDPOINT_LEVELS)[number];

/** How far one served entity is. Source: reference, databricks section 4.3. */
export type DeploymentState =
  | 'DEPLOYMENT_CREATING'
  | 'DEPLOYMENT_READY'
  | 'DEPLOYMENT_FAILED'
  | 'DEPLOYMENT_ABORTED';

/** One model version behind an endpoint. */
export interface ServedEntity {
  /** Unique in its endpoint. */
  name: string;
  entityName: string;
  entityVersion: string;
  /** Absent where the provisioned concurrency is given instead. */
  workloadSize?: string;
  workloadType: string;
  scaleToZero: boolean;
  /** Settings that mean nothing to the simulator and are given back as they came, `environment_vars` for one. */
  further: Record<string, unknown>;
  creator: string;
  /** Epoch milliseconds. */
  createdAt: number;
  deployment: DeploymentState;
  deploymentMessage: string;
  /** What answers. Kept here, since an endpoint goes on serving a version that is deleted from the registry. */
  serves: ModelVersion;
}

/** A share of an endpoint's traffic, in percent. */
export interface Route {
  servedName: string;
  percentage: number;
}

/** What an endpoint serves, or is about to. */
export interface EndpointConfig {
  version: number;
  entities: ServedEntity[];
  routes: Route[];
  /** Deprecated at Databricks; kept and given back. */
  autoCapture?: unknown;
  /** When its rollout began, epoch milliseconds. */
  startedAt: number;
  /** A test has decided that its rollout fails, for this reason. */
  willFail?: string;
}

/** A serving endpoint as the workspace keeps it. */
export interface ServingEndpoint {
  /** Not the name: what the permissions API wants. */
  id: string;
  name: string;
  creator: string;
  createdAt: number;
  updatedAt: number;
  description: string;
  routeOptimized: boolean;
  tags: Map<string, string>;
  acl: Array<AclEntryOf<EndpointLevel>>;
  /** What answers now; absent until the first rollout has ended well. */
  config?: EndpointConfig;
  pending?: EndpointConfig;
  update: 'NOT_UPDATING' | 'IN_PROGRESS' | 'UPDATE_FAILED';
  /** By name of the served entity; kept when it is gone. */
  buildLogs: Map<string, string[]>;
  /** By name of the served entity. */
  counts: Map<string, RequestCounts>;
  /** What each route has saved up, for the fair split of the traffic. */
  credit: Map<string, number>;
}

/** A new endpoint that serves nothing yet; who creates it may manage it. */
export function newEndpoint(
  fields: Pick<ServingEndpoint, 'name' | 'creator' | 'createdAt'> &
    Partial<ServingEndpoint>,
): ServingEndpoint {
  return {
    id: randomBytes(16).toString('hex'),
    updatedAt: fields.createdAt,
    description: '',
    routeOptimized: false,
    tags: new Map(),
    acl: [],
    update: 'NOT_UPDATING',
    buildLogs: new Map(),
    counts: new Map(),
    credit: new Map(),
    ...fields,
  };
}
