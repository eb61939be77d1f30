import type { ServedVersion } from 'backstage-plugin-modelops-common';
import {
  shownName,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import { asciiLowerCase, nameOf } from '../databricksResources';
import type { EndpointConfig, ServedEntity } from './endpointSchemas';

/**
 * `served_entities[].state.deployment`. A word that is not in the table is one on its way: nothing is decided by it.
 * Source: Databricks REST reference, serving endpoints, `ServedModelStateDeployment`.
 */
const DEPLOYMENTS: ReadonlyMap<string, ServedVersion['state']> = new Map([
  ['DEPLOYMENT_READY', 'ready'],
  ['DEPLOYMENT_CREATING', 'updating'],
  ['DEPLOYMENT_RECOVERING', 'updating'],
  ['DEPLOYMENT_FAILED', 'failed'],
  ['DEPLOYMENT_ABORTED', 'failed'],
]);

const MESSAGES: Partial<Record<string, string>> = {
  DEPLOYMENT_RECOVERING: 'Databricks is starting it again.',
  DEPLOYMENT_FAILED: 'Databricks could not start it. Look at its build log.',
  DEPLOYMENT_ABORTED: 'Databricks gave it up, because the change failed.',
};

/** What a config serves; `ours` are the versions of `model`. @internal */
export function servedVersions(
  config: EndpointConfig | null | undefined,
  model: PlatformResource | undefined,
): ServedVersion[] {
  const shares = sharesOf(config);
  return (config?.served_entities ?? []).map(entity => ({
    id: entity.name,
    model:
      shownName(
        entity.entity_name ??
          entity.external_model?.name ??
          entity.foundation_model?.name,
      ) ?? entity.name,
    version: entity.entity_version,
    share: shares.get(entity.name) ?? 0,
    ours: isOf(model, entity),
    state: DEPLOYMENTS.get(entity.state?.deployment ?? '') ?? 'updating',
    stateMessage: MESSAGES[entity.state?.deployment ?? ''],
    size: shownName(entity.workload_size),
    scaleToZero: entity.scale_to_zero_enabled ?? undefined,
    createdBy: shownName(entity.creator),
    createdAt: entity.creation_timestamp?.toISOString(),
  }));
}

/** Shares by name of the served entity. One entity without routes gets everything. @internal */
export function sharesOf(
  config: EndpointConfig | null | undefined,
): Map<string, number> {
  const routes = config?.traffic_config?.routes ?? [];
  const [first, ...others] = config?.served_entities ?? [];
  if (routes.length === 0 && first && others.length === 0)
    return new Map([[first.name, 100]]);
  return new Map(routes.map(({ served, share }) => [served, share]));
}

/** Whether it is a version of the model. Unity Catalog ignores case; the workspace registry may have two that differ by it. */
function isOf(
  model: PlatformResource | undefined,
  { entity_name }: ServedEntity,
): boolean {
  if (!model || entity_name === undefined) return false;
  return model.kind === 'model'
    ? asciiLowerCase(entity_name) === nameOf(model)
    : entity_name === nameOf(model);
}
