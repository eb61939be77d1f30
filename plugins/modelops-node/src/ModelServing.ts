import type {
  PredictionForm,
  ServingLoad,
  ServingState,
} from 'backstage-plugin-modelops-common';
import type { PlatformCall, PlatformResource } from './ModelPlatform';

/** What an endpoint is asked. @public */
export interface PlatformQuestion {
  /** Rows as JSON values; the module puts them into the form of its platform. */
  instances: readonly unknown[];
  /** Ask this version of `model` whatever the traffic shares say. */
  version?: string;
  model?: PlatformResource;
  /** An answer that is longer fails with `platform-response-too-large`. */
  maxBytes: number;
}

/** What a served model answered. @public */
export interface PlatformAnswer {
  predictions: unknown;
  /** Version that answered, if the platform says. */
  version?: string;
  /** Size of the answer in bytes. */
  bytes: number;
}

/** What one connection serves, read and asked with the caller's rights. Every method throws PlatformError. @public */
export interface ModelServing {
  /** What an endpoint serves. `absent` for one that does not exist. `model`: whose versions are `ours`. */
  readServing(
    call: PlatformCall,
    resource: PlatformResource,
    model?: PlatformResource,
  ): Promise<ServingState>;
  /** How much an endpoint is asked; undefined where the platform does not tell this caller. */
  readLoad(
    call: PlatformCall,
    resource: PlatformResource,
  ): Promise<ServingLoad | undefined>;
  /** What one row of input looks like. */
  readSignature(
    call: PlatformCall,
    resource: PlatformResource,
    served: { version?: string; model?: PlatformResource },
  ): Promise<Omit<PredictionForm, 'target'>>;
  /** Asks once; a lost answer is not asked for again. */
  predict(
    call: PlatformCall,
    resource: PlatformResource,
    question: PlatformQuestion,
  ): Promise<PlatformAnswer>;
}
