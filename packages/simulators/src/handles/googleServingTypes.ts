/** What a test may change about models and endpoints. */
export interface GoogleServingBehaviour {
  /**
   * Real seconds a deployment takes; other operations take their share of it. Null for half of what a training takes, or
   * for ever when runs are advanced by hand.
   */
  deploySeconds: number | null;
  /** A change of an endpoint while an operation runs on it. Not established, so it can be either. */
  concurrentOperations: 'allow' | 'refuse';
  /** What a deployment gets whose id is taken: 409 or 400. Not established. */
  duplicateDeployedModel: 'ALREADY_EXISTS' | 'INVALID_ARGUMENT';
  /** Whether the `model` of a deployed model and of a prediction ends in `@version`. Not established. */
  deployedModelNames: 'with-version' | 'plain';
}

export const defaultServingBehaviour: Readonly<GoogleServingBehaviour> = {
  deploySeconds: null,
  concurrentOperations: 'allow',
  duplicateDeployedModel: 'ALREADY_EXISTS',
  deployedModelNames: 'with-version',
};

/** A deployed model of a simulated endpoint. */
export interface SimulatedDeployedModel {
  id: string;
  displayName: string;
  /** Id of the model. */
  model: string;
  version: string;
  /** Percent of the traffic. */
  share: number;
  machineType?: string;
  minReplicas?: number;
  maxReplicas?: number;
  serviceAccount?: string;
  /** Predictions it answered, well or not. */
  predictions: number;
}

/** An endpoint as the simulator knows it, whoever may see it. */
export interface SimulatedVertexEndpoint {
  id: string;
  /** Resource name, with the project's number. */
  name: string;
  displayName: string;
  labels: Record<string, string>;
  etag: string;
  deployed: SimulatedDeployedModel[];
  trafficSplit: Record<string, number>;
  dedicatedDns?: string;
  /** Names of the operations under way on it. */
  running: string[];
}

/** What somebody else makes of an endpoint, at once; one that does not exist is created. What is left out stays. */
export interface ForeignVertexEndpointChange {
  /** Replaces all that is deployed. With the id of what is there already it stays the same deployed model. */
  serves?: Array<{
    /** Id of the model. */
    model: string;
    version: string;
    /** Percent; the shares sum up to 100, or are all 0. */
    share: number;
    /** A number of Google's kind unless told. */
    id?: string;
    displayName?: string;
    /** `n1-standard-2` unless told. */
    machineType?: string;
    /** 1 unless told. */
    minReplicas?: number;
    maxReplicas?: number;
  }>;
  displayName?: string;
  /** Replaces all labels. */
  labels?: Record<string, string>;
  /** Makes it a dedicated endpoint, with a host of its own. */
  dedicated?: boolean;
}

/** The error that the next deployment ends with. */
export interface FailingDeploy {
  /** Any endpoint unless told. */
  endpoint?: string;
  /** Name of a google.rpc.Code; FAILED_PRECONDITION unless told. */
  code?: string;
  /** That the model server exited, unless told. */
  message?: string;
}

/** A model as the simulator knows it. */
export interface SimulatedVertexModel {
  id: string;
  displayName: string;
  labels: Record<string, string>;
  versions: Array<{
    version: string;
    aliases: string[];
    labels: Record<string, string>;
    description: string;
    evaluations: number;
    pipelineJob?: string;
  }>;
}

/** Somebody else uploads a model. */
export interface ForeignVertexModel {
  id: string;
  displayName?: string;
  labels?: Record<string, string>;
  /** How many versions it has, with the weights of demand-forecast's first; 1 unless told. */
  versions?: number;
}

/** Somebody else uploads a version, with the weights of demand-forecast's first. */
export interface ForeignVertexVersion {
  aliases?: string[];
  labels?: Record<string, string>;
  description?: string;
  pipelineJob?: string;
  /** URI of the instance schema instead of the model's own; null for none. */
  instanceSchemaUri?: string | null;
  /** Metrics of its evaluation instead of the true ones; null for no evaluation. */
  metrics?: unknown;
}

/** A long-running operation as the simulator knows it. */
export interface SimulatedOperation {
  name: string;
  /** Message name of its metadata, without the package. */
  type: string;
  stage?: string;
  done: boolean;
  error?: { code: number; message: string };
}

/** How an operation ends early; well without a failure. */
export interface OperationEnd {
  failure?: { code?: string; message: string };
}

/** What an object of Cloud Storage holds: text, or this many bytes of it. */
export type ObjectContent = { text: string } | { bytes: number };
