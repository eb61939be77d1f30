import type { SchedulerServiceTaskScheduleDefinition } from '@backstage/backend-plugin-api';
import type { Glob } from 'backstage-plugin-modelops-common';

/** One entry of `catalog.providers.modelops`, validated. */
export interface IngestionConfig {
  id: string;
  connection: string;
  schedule: SchedulerServiceTaskScheduleDefinition;
  include: readonly Glob[];
  exclude: readonly Glob[];
  models: EntityShape;
  /** Undefined: none. */
  endpoints?: EntityShape;
  owner: OwnerRule;
  system?: string;
  lifecycle: string;
  namespace: string;
  /** Percent. */
  maxRemoval: number;
}

/** What a resource becomes. */
export interface EntityShape {
  kind: string;
  type: string;
}

/** How an owner is found. */
export interface OwnerRule {
  tag: string;
  mapping: Readonly<Record<string, string>>;
  default: string;
}
