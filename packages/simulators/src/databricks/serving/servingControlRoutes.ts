import type { Express } from 'express';
import type { EndpointPermission } from '../../handles/servingTypes';
import { controlRoute } from '../../server/controlRoute';
import { nameOf } from '../aclViews';
import type { RunningWorkspace } from '../startDatabricks';
import type { Workspace } from '../Workspace';
import { ENDPOINT_LEVELS, type ServingEndpoint } from './endpoints';
import { changeForeign } from './foreignChange';
import { toSimulatedEndpoint } from './simulatedEndpoint';

const ENDPOINTS = '/__control/endpoints';

/** What a test may do to endpoints behind everybody's back. */
export function servingControlRoutes(
  control: Express,
  running: () => RunningWorkspace,
): void {
  const seeded = async (): Promise<RunningWorkspace> => {
    const now = running();
    await now.workspace.seeded;
    return now;
  };
  control.get(
    ENDPOINTS,
    controlRoute(async () =>
      [...(await seeded()).workspace.endpoints.values()].map(
        toSimulatedEndpoint,
      ),
    ),
  );
  control.put(
    `${ENDPOINTS}/:name`,
    controlRoute(async ({ params, body }) =>
      toSimulatedEndpoint(changeForeign(await seeded(), params.name, body)),
    ),
  );
  control.post(
    `${ENDPOINTS}/:name/planted-change`,
    controlRoute(({ params, body }) => {
      running().workspace.plantedChange = { endpoint: params.name, ...body };
    }),
  );
  control.delete(
    `${ENDPOINTS}/:name`,
    controlRoute(async ({ params }) => {
      const { workspace, rollouts } = await seeded();
      rollouts.forget(requireEndpoint(workspace, params.name));
      workspace.endpoints.delete(params.name);
    }),
  );
  control.post(
    `${ENDPOINTS}/:name/update`,
    controlRoute(async ({ params, body }) => {
      const { workspace, rollouts } = await seeded();
      const endpoint = requireEndpoint(workspace, params.name);
      if (endpoint.update !== 'IN_PROGRESS')
        throw new TypeError(`Endpoint ${params.name} is not being updated`);
      rollouts.end(endpoint, body.failure);
      return toSimulatedEndpoint(endpoint);
    }),
  );
  control.patch(
    `${ENDPOINTS}/:name/permissions`,
    controlRoute(async ({ params, body }) => {
      const { workspace } = await seeded();
      setPermissions(workspace, requireEndpoint(workspace, params.name), body);
    }),
  );
  control.post(
    '/__control/failing-update',
    controlRoute(({ body }) => {
      running().workspace.failNextUpdate = {
        endpoint: body.endpoint,
        message: body.message ?? 'Container image creation failed.',
      };
    }),
  );
}

function setPermissions(
  workspace: Workspace,
  endpoint: ServingEndpoint,
  levels: Record<string, EndpointPermission | null>,
): void {
  for (const [name, level] of Object.entries(levels)) {
    if (level !== null && !ENDPOINT_LEVELS.includes(level))
      throw new TypeError(`A level is one of ${ENDPOINT_LEVELS.join(', ')}`);
    endpoint.acl = endpoint.acl.filter(entry => nameOf(entry) !== name);
    if (level === null) continue;
    const principal = workspace.findPrincipal(name);
    endpoint.acl.push({
      ...(principal?.kind === 'servicePrincipal' && {
        servicePrincipalName: name,
      }),
      ...(principal?.kind === 'user' && { userName: name }),
      ...(!principal && { groupName: name }),
      level,
    });
  }
}

function requireEndpoint(workspace: Workspace, name: string): ServingEndpoint {
  const endpoint = workspace.endpoints.get(name);
  if (endpoint) return endpoint;
  throw new TypeError(`There is no endpoint ${name}`);
}
