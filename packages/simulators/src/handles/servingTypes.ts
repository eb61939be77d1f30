/** What a served entity of a simulated endpoint is. */
export interface SimulatedServedEntity {
  name: string;
  /** Full name in Unity Catalog. */
  model: string;
  version: string;
  /** Percent of the traffic. */
  share: number;
  workloadSize?: string;
  workloadType: string;
  scaleToZero: boolean;
  creator: string;
  deployment: string;
}

/** What a simulated endpoint serves, or is about to. */
export interface SimulatedEndpointConfig {
  version: number;
  entities: SimulatedServedEntity[];
}

/** An endpoint as the simulator knows it, whoever may see it. */
export interface SimulatedEndpoint {
  name: string;
  id: string;
  creator: string;
  description: string;
  tags: Record<string, string>;
  /** By user name, group name or application id. */
  permissions: Record<string, EndpointPermission>;
  update: 'NOT_UPDATING' | 'IN_PROGRESS' | 'UPDATE_FAILED';
  /** What answers now; absent until the first rollout has ended well. */
  config?: SimulatedEndpointConfig;
  pending?: SimulatedEndpointConfig;
  /** Requests answered since the start, well or not, by name of the served entity. */
  invocations: Record<string, number>;
}

/** Permission levels of an endpoint. */
export type EndpointPermission = 'CAN_VIEW' | 'CAN_QUERY' | 'CAN_MANAGE';

/** What somebody else makes an endpoint serve; an endpoint that does not exist is created. */
export interface ForeignEndpointChange {
  /** `mallory@acme.example` unless told. */
  by?: string;
  serves: Array<{
    model: string;
    version: string;
    /** Percent; the shares sum up to 100. */
    share: number;
    /** The name of the served entity; `<model>-<version>` unless told. */
    name?: string;
    workloadSize?: string;
    scaleToZero?: boolean;
  }>;
  /** It is rolled out like any change; unless told it serves at once. */
  rollout?: boolean;
}

/** Somebody else registers a model. */
export interface ForeignModel {
  fullName: string;
  /** `mallory@acme.example` unless told. */
  owner?: string;
  comment?: string;
  tags?: Record<string, string>;
  /** Who gets EXECUTE; the portal's reader unless told. */
  executors?: string[];
  /** How many versions it has, all with the weights of the fraud detector's first; none unless told. */
  versions?: number;
}

/** What to change about a registered model; what is left out stays. */
export interface ModelChange {
  fullName?: string;
  owner?: string;
  comment?: string;
  /** Replaces all tags. */
  tags?: Record<string, string>;
  executors?: string[];
}
