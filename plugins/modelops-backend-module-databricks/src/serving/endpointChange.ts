import {
  planDeploy,
  planPromote,
  planStop,
  planTraffic,
  type TrafficPlan,
  type TrafficShares,
} from 'backstage-plugin-modelops-common';
import type {
  PlatformResource,
  StartJob,
} from 'backstage-plugin-modelops-node';
import { nameOf } from '../databricksResources';
import { sizingOf } from './deployParameters';
import type { Endpoint } from './endpoint';
import { servedNames } from './servedName';
import { servedVersions, sharesOf } from './servedVersions';
import { carryOver, type Raw, type WritableConfig } from './writableConfig';

/** A change of an endpoint, with the model whose versions it is about. @internal */
export type EndpointJob = StartJob & { model: PlatformResource };

/** What has to be written for a change; or, in a sentence, why it cannot be made. @internal */
export type EndpointChange =
  | { kind: 'create' | 'replace'; config: WritableConfig }
  | { kind: 'delete' }
  | { kind: 'impossible'; why: string };

/** Decides what to write: only the model's own entities and shares change, everything else as it came. @internal */
export function planChange(
  endpoint: Endpoint | undefined,
  job: EndpointJob,
): EndpointChange {
  const carried = carryOver(endpoint?.raw.config);
  if (!carried.ok) return impossible(carried.problem);
  const undivided = endpoint && problemWithShares(endpoint);
  if (undivided) return impossible(undivided);
  const before = carried.config;
  return job.operation === 'deploy'
    ? planDeployment(endpoint, job, before)
    : planMove(endpoint, job, before);
}

function planDeployment(
  endpoint: Endpoint | undefined,
  job: EndpointJob,
  before: WritableConfig,
): EndpointChange {
  const served = servedVersions(endpoint?.config, job.model);
  const again = served.find(one => one.ours && one.version === job.version);
  const id =
    again?.id ??
    servedNames(job.model, job.version ?? '').find(
      name => !served.some(one => one.id === name),
    );
  if (!id)
    return impossible('other things are served under the names it would get');
  const plan = planDeploy(served, id, Number(job.parameters.traffic));
  if (!plan.ok) return impossible(plan.problem);
  const entity = {
    name: id,
    entity_name: nameOf(job.model),
    entity_version: job.version,
    ...before.served_entities.find(({ name }) => name === id),
  };
  return {
    kind: endpoint ? 'replace' : 'create',
    config: divided(
      {
        ...before,
        served_entities: [
          ...before.served_entities.filter(({ name }) => name !== id),
          sizingOf(job.parameters, entity),
        ],
      },
      plan.shares,
    ),
  };
}

/** Entities stay as they are, or leave; only shares move. */
function planMove(
  endpoint: Endpoint | undefined,
  job: EndpointJob,
  before: WritableConfig,
): EndpointChange {
  if (!endpoint) return impossible('it does not exist');
  const served = servedVersions(endpoint.config, job.model);
  const plan = planOf(job, served);
  if (!plan.ok) return impossible(plan.problem);
  const stays = ({ name }: Raw) => Object.hasOwn(plan.shares, String(name));
  const entities = before.served_entities.filter(stays);
  if (entities.length > 0)
    return {
      kind: 'replace',
      config: divided({ ...before, served_entities: entities }, plan.shares),
    };
  // An endpoint cannot be left without anything to serve.
  return job.version === undefined
    ? { kind: 'delete' }
    : impossible(
        'it is all that the endpoint serves. Stop all versions of the model, which deletes the endpoint',
      );
}

function planOf(
  { operation, version, parameters }: EndpointJob,
  served: Parameters<typeof planStop>[0],
): TrafficPlan {
  switch (operation) {
    case 'promote':
      return planPromote(served, version ?? '');
    case 'stop':
      return planStop(served, version);
    default: // traffic, rollback
      // Without a share it would change nothing, and could not be told from any other change.
      return Object.keys(parameters).length === 0
        ? { ok: false, problem: 'no share is given' }
        : planTraffic(served, parameters);
  }
}

/** Routes for all that is served; a route that was there keeps whatever else it says. */
function divided(
  config: WritableConfig,
  shares: TrafficShares,
): WritableConfig {
  const { routes } = config.traffic_config;
  const byNewName = routes.some(route => !route.served_model_name);
  const nameKey = byNewName ? 'served_entity_name' : 'served_model_name';
  return {
    ...config,
    traffic_config: {
      ...config.traffic_config,
      routes: config.served_entities.map(({ name }) => ({
        ...(routes.find(route => nameOfRoute(route) === name) ?? {
          [nameKey]: name,
        }),
        traffic_percentage: shares[String(name)],
      })),
    },
  };
}

function nameOfRoute(route: Raw): unknown {
  return route.served_model_name ?? route.served_entity_name;
}

/** Shares can be moved only if we understand how they are divided now. */
function problemWithShares({ config }: Endpoint): string | undefined {
  const entities = config?.served_entities ?? [];
  if (entities.length === 0) return undefined;
  const names = new Set(entities.map(({ name }) => name));
  const routes = config?.traffic_config?.routes ?? [];
  const shares = sharesOf(config);
  const total = [...shares.values()].reduce((sum, share) => sum + share, 0);
  const understood =
    names.size === entities.length &&
    (routes.length === 0 || routes.length === shares.size) &&
    [...shares.keys()].every(name => names.has(name)) &&
    total === 100;
  return understood
    ? undefined
    : 'Databricks describes its traffic in a way we do not understand';
}

function impossible(why: string): EndpointChange {
  return { kind: 'impossible', why };
}
