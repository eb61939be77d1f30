import type { Express } from 'express';
import { aclView, levelViews, mergeAcl, readAclEntries } from '../aclViews';
import type { ApiCall, ApiRoute } from '../apiRoute';
import { permissionDenied } from '../errors';
import { endpointLevelOf } from './endpointAccess';
import { ENDPOINT_LEVELS, type ServingEndpoint } from './endpoints';

const SCOPES = ['access-management'];
/** By id, not by name. */
const PATH = '/api/2.0/permissions/serving-endpoints/:id';

/** Permissions of endpoints, for those who may manage them. Source: reference, databricks section 7.1. */
export function endpointPermissionRoutes(app: Express, api: ApiRoute): void {
  app.get(
    PATH,
    api(SCOPES, call => view(requireManaged(call))),
  );
  app.get(
    `${PATH}/permissionLevels`,
    api(SCOPES, call => {
      requireManaged(call);
      return levelViews(ENDPOINT_LEVELS);
    }),
  );
  app.put(
    PATH,
    api(SCOPES, call => {
      const endpoint = requireManaged(call);
      endpoint.acl = readAclEntries(call, ENDPOINT_LEVELS);
      return view(endpoint);
    }),
  );
  app.patch(
    PATH,
    api(SCOPES, call => {
      const endpoint = requireManaged(call);
      endpoint.acl = mergeAcl(
        endpoint.acl,
        readAclEntries(call, ENDPOINT_LEVELS),
      );
      return view(endpoint);
    }),
  );
}

function requireManaged({
  workspace,
  principal,
  param,
}: ApiCall): ServingEndpoint {
  const endpoint = [...workspace.endpoints.values()].find(
    ({ id }) => id === param('id'),
  );
  if (endpoint && endpointLevelOf(principal, endpoint) === 'CAN_MANAGE')
    return endpoint;
  throw permissionDenied(
    `${
      principal.userName
    } does not have Manage permissions on serving endpoint with ID: ${param(
      'id',
    )}`,
  );
}

function view(endpoint: ServingEndpoint): Record<string, unknown> {
  return aclView(
    {
      id: `/serving-endpoints/${endpoint.id}`,
      type: 'serving-endpoint',
      parent: '/serving-endpoints/',
    },
    endpoint.acl,
  );
}
