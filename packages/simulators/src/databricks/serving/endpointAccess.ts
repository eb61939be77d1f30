import { levelOf } from '../acl';
import { permissionDenied, resourceDoesNotExist } from '../errors';
import { isAdmin, type Principal } from '../principals';
import type { Workspace } from '../Workspace';
import {
  ENDPOINT_LEVELS,
  type EndpointLevel,
  type ServingEndpoint,
} from './endpoints';

/** The principal's level on the endpoint, if any. */
export function endpointLevelOf(
  principal: Principal,
  endpoint: ServingEndpoint,
): EndpointLevel | undefined {
  return levelOf(principal, endpoint.acl, ENDPOINT_LEVELS);
}

/**
 * The endpoint, if the caller holds the level. The wording of the refusal is not established; for an endpoint that does not
 * exist see `missingEndpoints`.
 */
export function requireEndpoint(
  workspace: Workspace,
  principal: Principal,
  name: string,
  needed: EndpointLevel,
): ServingEndpoint {
  const endpoint = workspace.endpoints.get(name);
  const level = endpoint && endpointLevelOf(principal, endpoint);
  if (
    endpoint &&
    level &&
    ENDPOINT_LEVELS.indexOf(level) >= ENDPOINT_LEVELS.indexOf(needed)
  )
    return endpoint;
  const revealsMissing =
    isAdmin(principal) || workspace.behaviour.missingEndpoints === 'not-found';
  if (!endpoint && revealsMissing)
    throw resourceDoesNotExist(`Serving endpoint with name ${name} not found`);
  throw permissionDenied(
    `User ${principal.userName} does not have ${needed} permission on serving endpoint with name ${name}`,
  );
}

/** Refuses who may not create endpoints in this workspace. */
export function requireEndpointCreator(
  workspace: Workspace,
  principal: Principal,
): void {
  if (
    isAdmin(principal) ||
    workspace.behaviour.endpointCreators.includes(principal.userName)
  )
    return;
  throw permissionDenied(
    `User ${principal.userName} does not have permission to create serving endpoints in this workspace`,
  );
}
