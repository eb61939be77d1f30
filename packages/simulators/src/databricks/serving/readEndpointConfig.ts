import { invalidParameter } from '../errors';
import type { Principal } from '../principals';
import { requireServableVersion } from '../modelAccess';
import type { Workspace } from '../Workspace';
import type { EndpointConfig, ServedEntity } from './endpoints';
import { readRoutes } from './readRoutes';

/** Most entities of one endpoint. Source: Databricks answers for the documentation's ten. */
const MAX_ENTITIES = 15;
const NAME = /^[A-Za-z0-9_-]{1,63}$/;
const WORKLOAD_SIZES = ['Small', 'Medium', 'Large'];
const WORKLOAD_TYPES = [
  'CPU',
  'CPU_MEDIUM',
  'CPU_LARGE',
  'GPU_SMALL',
  'GPU_MEDIUM',
  'GPU_LARGE',
  'MULTIGPU_MEDIUM',
  'GPU_XLARGE',
  'GPU_XLARGE_8',
];
/** Given back as they came. */
const FURTHER = [
  'environment_vars',
  'instance_profile_arn',
  'min_provisioned_concurrency',
  'max_provisioned_concurrency',
  'min_provisioned_throughput',
  'max_provisioned_throughput',
  'provisioned_model_units',
];

/** Names of endpoints and of served entities: letters, digits, dash, underscore. */
export function requireServingName(name: unknown, field: string): string {
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw invalidParameter(
    `Invalid ${field}: it must have 1 to 63 characters, of which each is alphanumeric, a dash or an underscore`,
  );
}

/**
 * The config of a body, checked as Databricks checks it: rights on the models, versions, sizes, routes. Source: reference,
 * databricks section 4.2.
 */
export function readEndpointConfig(
  workspace: Workspace,
  principal: Principal,
  body: Record<string, unknown>,
  current?: EndpointConfig,
): EndpointConfig {
  const given = body.served_entities ?? toEntities(body.served_models);
  if (!Array.isArray(given) || given.length === 0)
    throw invalidParameter('At least one served entity must be provided');
  if (given.length > MAX_ENTITIES)
    throw invalidParameter(
      `An endpoint can have at most ${MAX_ENTITIES} served entities`,
    );
  const entities = given.map(entity =>
    readEntity(workspace, principal, entity ?? {}, current),
  );
  const names = entities.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw invalidParameter(
      `Served entity names must be unique in an endpoint: ${twice}`,
    );
  return {
    version: (current?.version ?? 0) + 1,
    entities,
    routes: readRoutes(body.traffic_config, names),
    ...(body.auto_capture_config !== undefined && {
      autoCapture: body.auto_capture_config,
    }),
    startedAt: workspace.clock.now(),
  };
}

function readEntity(
  workspace: Workspace,
  principal: Principal,
  entity: Record<string, unknown>,
  current: EndpointConfig | undefined,
): ServedEntity {
  if (entity.external_model !== undefined)
    throw invalidParameter('External models are not part of the simulator');
  const { entity_name: entityName, entity_version: entityVersion } = entity;
  if (typeof entityName !== 'string' || entityName === '')
    throw invalidParameter('Missing required field: entity_name');
  if (typeof entityVersion !== 'string' || entityVersion === '')
    throw invalidParameter('Missing required field: entity_version (a string)');
  const name = requireServingName(
    entity.name ?? defaultName(entityName, entityVersion),
    'served entity name',
  );
  // What is served already stays so for somebody who has no right on the model. Not established; the other way, nobody
  // could change the traffic of an endpoint that two teams share.
  const kept = current?.entities.find(
    one => one.entityName === entityName && one.entityVersion === entityVersion,
  );
  const serves =
    kept?.serves ??
    requireServableVersion(workspace, principal, entityName, entityVersion);
  const wanted = {
    name,
    entityName,
    entityVersion,
    ...readCompute(entity),
    further: Object.fromEntries(
      FURTHER.filter(field => entity[field] !== undefined).map(field => [
        field,
        entity[field],
      ]),
    ),
  };
  const unchanged = current?.entities.find(one => isSame(one, wanted));
  return (
    unchanged ?? {
      ...wanted,
      serves,
      creator: principal.userName,
      createdAt: workspace.clock.now(),
      deployment: 'DEPLOYMENT_CREATING',
      deploymentMessage: 'Creating resources for served entity.',
    }
  );
}

function readCompute(
  entity: Record<string, unknown>,
): Pick<ServedEntity, 'workloadSize' | 'workloadType' | 'scaleToZero'> {
  const provisioned =
    entity.min_provisioned_concurrency !== undefined ||
    entity.max_provisioned_concurrency !== undefined;
  if (provisioned && entity.workload_size !== undefined)
    throw invalidParameter(
      'workload_size cannot be given together with provisioned concurrency',
    );
  const size = entity.workload_size ?? (provisioned ? undefined : 'Small');
  if (size !== undefined && !WORKLOAD_SIZES.includes(size as string))
    throw invalidParameter(
      `Invalid workload_size ${size}: expected one of ${WORKLOAD_SIZES.join(
        ', ',
      )}`,
    );
  const type = entity.workload_type ?? 'CPU';
  if (!WORKLOAD_TYPES.includes(type as string))
    throw invalidParameter(`Invalid workload_type ${type}`);
  const scaleToZero = entity.scale_to_zero_enabled ?? false;
  if (typeof scaleToZero !== 'boolean')
    throw invalidParameter('scale_to_zero_enabled must be true or false');
  return {
    ...(size !== undefined && { workloadSize: size as string }),
    workloadType: type as string,
    scaleToZero,
  };
}

/**
 * `<entity_name>-<entity_version>`, of the last part of a Unity Catalog name: a dot is not allowed in the name of a served
 * entity.
 */
function defaultName(entityName: string, entityVersion: string): string {
  return `${entityName.split('.').at(-1)}-${entityVersion}`;
}

/** The deprecated spelling of the same list. */
function toEntities(models: unknown): unknown {
  if (!Array.isArray(models)) return undefined;
  return models.map(({ model_name, model_version, ...rest }) => ({
    ...rest,
    entity_name: model_name,
    entity_version: model_version,
  }));
}

function isSame(
  one: ServedEntity,
  wanted: Omit<
    ServedEntity,
    'serves' | 'creator' | 'createdAt' | 'deployment' | 'deploymentMessage'
  >,
): boolean {
  return (
    one.name === wanted.name &&
    one.entityName === wanted.entityName &&
    one.entityVersion === wanted.entityVersion &&
    one.workloadSize === wanted.workloadSize &&
    one.workloadType === wanted.workloadType &&
    one.scaleToZero === wanted.scaleToZero &&
    JSON.stringify(one.further) === JSON.stringify(wanted.further)
  );
}
