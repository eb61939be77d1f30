import type { Express } from 'express';
import type { ApiCall, ApiRoute } from '../apiRoute';
import { invalidArgument, permissionDenied } from '../googleErrors';
import { readMessage, type Shape } from '../messages/readMessage';
import { serviceAccountPrincipal, serviceAccountResource } from '../principals';

/** Source: google/iam/credentials/v1/common.proto, GenerateAccessTokenRequest. */
const REQUEST: Shape = {
  delegates: ['list', 'string'],
  scope: ['list', 'string'],
  lifetime: 'string',
};

/** Seconds a service account's token lives, unless told, and at most. Source: reference, google section 2. */
const MAX_LIFETIME_SECONDS = 3600;

const GET_TOKEN = 'iam.serviceAccounts.getAccessToken';

/** The IAM Service Account Credentials API. Source: reference, google section 2. */
export function impersonationRoutes(app: Express, api: ApiRoute): void {
  app.post(
    '/v1/projects/:owner/serviceAccounts/:email([^:/]+)\\:generateAccessToken',
    api(undefined, generateAccessToken),
  );
}

function generateAccessToken(call: ApiCall): Record<string, unknown> {
  const { cloud, principal } = call;
  if (call.param('owner') !== '-')
    throw invalidArgument(
      'Invalid resource name: the project must be the wildcard -, as in projects/-/serviceAccounts/{account}.',
    );
  call.onlyQuery();
  const body = readMessage(call.body(), REQUEST);
  const scopes: string[] = body.scope ?? [];
  if (scopes.length === 0)
    throw invalidArgument('Request must include at least one scope.');
  if (
    !scopes.every(scope => scope.startsWith('https://www.googleapis.com/auth/'))
  )
    throw invalidArgument('Invalid scope in the request.');
  const seconds = readLifetime(body.lifetime);

  const email = call.param('email').toLowerCase();
  // No account of the demo may hand on another's token, so no chain of delegates ends well. A missing account looks the same.
  if (
    body.delegates?.length > 0 ||
    !cloud.serviceAccounts.includes(email) ||
    !call.may(GET_TOKEN, serviceAccountResource(email))
  )
    throw permissionDenied(GET_TOKEN);
  const expiresAt = cloud.now() + seconds * 1000;
  return {
    accessToken: cloud.sessions.issue({
      principal: serviceAccountPrincipal(email),
      scopes,
      expiresAt,
      impersonator: principal,
    }),
    expireTime: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

function readLifetime(lifetime = `${MAX_LIFETIME_SECONDS}s`): number {
  const seconds = Number(/^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(lifetime)?.[1]);
  if (!(seconds > 0))
    throw invalidArgument(
      "Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration)",
    );
  if (seconds > MAX_LIFETIME_SECONDS)
    throw invalidArgument(
      'The access token lifetime cannot exceed 3600 seconds.',
    );
  return seconds;
}
