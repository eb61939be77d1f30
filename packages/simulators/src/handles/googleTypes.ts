import {
  defaultServingBehaviour,
  type GoogleServingBehaviour,
} from './googleServingTypes';

/** What a test may change about the simulated Google Cloud. */
export interface GoogleBehaviour extends GoogleServingBehaviour {
  /** Seconds Google's clock is ahead of the machine's; moves the judgement of tokens and all times of resources. */
  clockOffsetSeconds: number;
  /** Seconds a federated token lives; null for what its provider says. */
  tokenSeconds: number | null;
  /** Quota metrics that are used up, without their service: `custom_model_training_cpus`. Creating a job then gives 429. */
  exceededQuotas: string[];
}

export const defaultGoogleBehaviour: Readonly<GoogleBehaviour> = {
  ...defaultServingBehaviour,
  clockOffsetSeconds: 0,
  tokenSeconds: null,
  exceededQuotas: [],
};

/** One permission that one member has. */
export interface Grant {
  permission: string;
  /** `principal://…`, `principalSet://…` or `serviceAccount:<e-mail>`. */
  member: string;
  /** Name of the resource it is granted on, without leading slashes; the whole project without it. */
  resource?: string;
}

/** A provider of a workforce or workload identity pool. Source: IAM v1 discovery, WorkforcePoolProvider. */
export interface FederationProvider {
  /** Resource name: `locations/global/workforcePools/{pool}/providers/{provider}`, or the same under a project number. */
  name: string;
  issuer: string;
  /** The client id of a workforce provider, the allowed audiences of a workload one (empty: its own name). */
  audiences: string[];
  /** Which claim `google.subject` and `google.groups` are mapped from: `assertion.email`. */
  mapping: { subject: string; groups?: string };
  /** A condition in a small part of CEL, see `attributeCondition.ts`. */
  condition?: string;
  /** Seconds a token lives. */
  sessionSeconds: number;
  disabled: boolean;
}
