import type {
  SimulatedEndpoint,
  SimulatedEndpointConfig,
} from '../../handles/servingTypes';
import { nameOf } from '../aclViews';
import type { EndpointConfig, ServingEndpoint } from './endpoints';

/** The endpoint as tests see it over the control routes. */
export function toSimulatedEndpoint(
  endpoint: ServingEndpoint,
): SimulatedEndpoint {
  return {
    name: endpoint.name,
    id: endpoint.id,
    creator: endpoint.creator,
    description: endpoint.description,
    tags: Object.fromEntries(endpoint.tags),
    permissions: Object.fromEntries(
      endpoint.acl.map(entry => [nameOf(entry), entry.level]),
    ),
    update: endpoint.update,
    config: endpoint.config && toSimulatedConfig(endpoint.config),
    pending: endpoint.pending && toSimulatedConfig(endpoint.pending),
    invocations: Object.fromEntries(
      [...endpoint.counts].map(([name, { total }]) => [name, total]),
    ),
  };
}

function toSimulatedConfig(config: EndpointConfig): SimulatedEndpointConfig {
  return {
    version: config.version,
    entities: config.entities.map(entity => ({
      name: entity.name,
      model: entity.entityName,
      version: entity.entityVersion,
      share:
        config.routes.find(({ servedName }) => servedName === entity.name)
          ?.percentage ?? 0,
      workloadSize: entity.workloadSize,
      workloadType: entity.workloadType,
      scaleToZero: entity.scaleToZero,
      creator: entity.creator,
      deployment: entity.deployment,
    })),
  };
}
