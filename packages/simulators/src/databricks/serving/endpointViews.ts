import type { Principal } from '../principals';
import { endpointLevelOf } from './endpointAccess';
import type {
  EndpointConfig,
  ServedEntity,
  ServingEndpoint,
} from './endpoints';

/** ServingEndpointDetailed, as this caller sees it. Source: reference, databricks section 4.3. */
export function endpointView(
  endpoint: ServingEndpoint,
  principal: Principal,
): Record<string, unknown> {
  const { config, pending } = endpoint;
  return {
    ...common(endpoint),
    permission_level: endpointLevelOf(principal, endpoint),
    route_optimized: endpoint.routeOptimized,
    ...(config && { config: configView(config) }),
    ...(pending && {
      pending_config: {
        ...configView(pending),
        start_time: pending.startedAt,
      },
    }),
  };
}

/** An endpoint in a list: of its config only what is served. */
export function endpointSummary(
  endpoint: ServingEndpoint,
): Record<string, unknown> {
  return {
    ...common(endpoint),
    ...(endpoint.config && {
      config: {
        served_entities: endpoint.config.entities.map(entity => ({
          name: entity.name,
          entity_name: entity.entityName,
          entity_version: entity.entityVersion,
        })),
      },
    }),
  };
}

/** Tags as the endpoint's own routes give them. */
export function tagViews(endpoint: ServingEndpoint) {
  return [...endpoint.tags].map(([key, value]) => ({ key, value }));
}

function common(endpoint: ServingEndpoint): Record<string, unknown> {
  const { tags } = endpoint;
  return {
    id: endpoint.id,
    name: endpoint.name,
    creator: endpoint.creator,
    creation_timestamp: endpoint.createdAt,
    last_updated_timestamp: endpoint.updatedAt,
    description: endpoint.description,
    state: {
      ready: endpoint.config ? 'READY' : 'NOT_READY',
      config_update: endpoint.update,
    },
    ...(tags.size > 0 && { tags: tagViews(endpoint) }),
  };
}

function configView(config: EndpointConfig): Record<string, unknown> {
  return {
    served_entities: config.entities.map(entity => ({
      ...entityView(entity),
      entity_name: entity.entityName,
      entity_version: entity.entityVersion,
    })),
    // The deprecated spelling of the same list is still given.
    served_models: config.entities.map(entity => ({
      ...entityView(entity),
      model_name: entity.entityName,
      model_version: entity.entityVersion,
    })),
    traffic_config: {
      routes: config.routes.map(({ servedName, percentage }) => ({
        served_model_name: servedName,
        served_entity_name: servedName,
        traffic_percentage: percentage,
      })),
    },
    ...(config.autoCapture !== undefined && {
      auto_capture_config: config.autoCapture,
    }),
    config_version: config.version,
  };
}

function entityView(entity: ServedEntity): Record<string, unknown> {
  return {
    name: entity.name,
    ...(entity.workloadSize && { workload_size: entity.workloadSize }),
    workload_type: entity.workloadType,
    scale_to_zero_enabled: entity.scaleToZero,
    ...entity.further,
    creator: entity.creator,
    creation_timestamp: entity.createdAt,
    state: {
      deployment: entity.deployment,
      deployment_state_message: entity.deploymentMessage,
    },
  };
}
