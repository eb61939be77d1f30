import type { Express } from 'express';
import type { ApiCall, ApiRoute } from '../apiRoute';
import { DatabricksError, invalidParameter } from '../errors';
import {
  endpointLevelOf,
  requireEndpoint,
  requireEndpointCreator,
} from './endpointAccess';
import {
  newEndpoint,
  type EndpointLevel,
  type ServingEndpoint,
} from './endpoints';
import { changeForeign } from './foreignChange';
import { endpointSummary, endpointView, tagViews } from './endpointViews';
import { readEndpointConfig, requireServingName } from './readEndpointConfig';
import { requireNoRollout, type Rollouts } from './Rollouts';

const SCOPES = ['model-serving'];
const ENDPOINTS = '/api/2.0/serving-endpoints';

/** Creating, reading, changing and deleting endpoints. Source: reference, databricks section 4. */
export function endpointRoutes(
  app: Express,
  api: ApiRoute,
  rollouts: () => Rollouts,
): void {
  app.get(ENDPOINTS, api(SCOPES, listEndpoints));
  app.post(
    ENDPOINTS,
    api(SCOPES, call => createEndpoint(call, rollouts())),
  );
  app.get(
    `${ENDPOINTS}/:name`,
    api(SCOPES, call =>
      endpointView(requireNamed(call, 'CAN_VIEW'), call.principal),
    ),
  );
  app.put(
    `${ENDPOINTS}/:name/config`,
    api(SCOPES, call => changeConfig(call, rollouts())),
  );
  app.delete(
    `${ENDPOINTS}/:name`,
    api(SCOPES, call => {
      const endpoint = requireNamed(call, 'CAN_MANAGE');
      rollouts().forget(endpoint);
      call.workspace.endpoints.delete(endpoint.name);
      return {};
    }),
  );
  app.patch(`${ENDPOINTS}/:name/tags`, api(SCOPES, changeTags));
}

function requireNamed(call: ApiCall, needed: EndpointLevel): ServingEndpoint {
  return requireEndpoint(
    call.workspace,
    call.principal,
    call.param('name'),
    needed,
  );
}

function listEndpoints({ workspace, principal }: ApiCall) {
  const visible = [...workspace.endpoints.values()].filter(endpoint =>
    endpointLevelOf(principal, endpoint),
  );
  // Without pages, and without the key when there is none.
  return visible.length > 0 ? { endpoints: visible.map(endpointSummary) } : {};
}

function createEndpoint(call: ApiCall, rollouts: Rollouts) {
  const { workspace, principal } = call;
  requireEndpointCreator(workspace, principal);
  const body = call.body();
  const name = requireServingName(body.name, 'endpoint name');
  if (workspace.endpoints.has(name))
    throw new DatabricksError(
      409,
      'RESOURCE_ALREADY_EXISTS',
      `Serving endpoint with name ${name} already exists`,
    );
  if (typeof body.config !== 'object' || body.config === null)
    throw invalidParameter('Missing required field: config');
  const config = readEndpointConfig(
    workspace,
    principal,
    body.config as Record<string, unknown>,
  );
  const endpoint = newEndpoint({
    name,
    creator: principal.userName,
    createdAt: workspace.clock.now(),
    description: String(body.description ?? ''),
    routeOptimized: body.route_optimized === true,
    tags: new Map(readTags(body.tags)),
    acl: [
      {
        ...(principal.kind === 'user'
          ? { userName: principal.userName }
          : { servicePrincipalName: principal.userName }),
        level: 'CAN_MANAGE',
      },
    ],
  });
  workspace.endpoints.set(name, endpoint);
  rollouts.begin(endpoint, config);
  return endpointView(endpoint, principal);
}

function changeConfig(call: ApiCall, rollouts: Rollouts) {
  const { workspace, principal } = call;
  const endpoint = requireNamed(call, 'CAN_MANAGE');
  const planted = workspace.plantedChange;
  if (planted?.endpoint === endpoint.name) {
    workspace.plantedChange = undefined;
    changeForeign({ workspace, rollouts }, endpoint.name, planted);
  }
  requireNoRollout(endpoint);
  rollouts.begin(
    endpoint,
    readEndpointConfig(workspace, principal, call.body(), endpoint.config),
  );
  return endpointView(endpoint, principal);
}

function changeTags(call: ApiCall) {
  const endpoint = requireNamed(call, 'CAN_MANAGE');
  const { add_tags: added, delete_tags: deleted = [] } = call.body();
  if (!Array.isArray(deleted))
    throw invalidParameter('delete_tags must be a list of keys');
  for (const key of deleted) endpoint.tags.delete(String(key));
  for (const [key, value] of readTags(added)) endpoint.tags.set(key, value);
  endpoint.updatedAt = call.workspace.clock.now();
  return { tags: tagViews(endpoint) };
}

function readTags(tags: unknown): Array<[string, string]> {
  if (tags === undefined) return [];
  if (!Array.isArray(tags)) throw invalidParameter('tags must be a list');
  return tags.map(tag => {
    if (typeof tag?.key !== 'string' || tag.key === '')
      throw invalidParameter('A tag needs a key');
    return [tag.key, String(tag.value ?? '')];
  });
}
