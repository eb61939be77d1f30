import type { Express, Request } from 'express';
import type { RequestLog } from '../server/requestLog';
import { stringifyJson } from '../server/json';
import { OAuthError } from './OAuthError';
import { isKnownScope } from './scopes';
import type { Sessions } from './Sessions';
import { invalidCredentials, verifyFederatedJwt } from './verifyFederatedJwt';
import { WORKSPACE_ID, type Workspace } from './Workspace';

const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';

/** Account id of the demo, as `/.well-known/databricks-config` names it. */
const ACCOUNT_ID = '0d8f7c1e-5b1a-4c57-9a3e-2f64b0c9d111';

/** The token endpoint and the two documents that describe it. Source: reference, databricks sections 1.1 and 1.2. */
export function tokenRoutes(
  app: Express,
  running: () => { workspace: Workspace; sessions: Sessions },
  log: RequestLog,
): void {
  app.get('/oidc/.well-known/oauth-authorization-server', (_req, res) => {
    res.json(authorizationServerMetadata(running().workspace.host));
  });
  app.get('/.well-known/databricks-config', (_req, res) => {
    const { host } = running().workspace;
    res.json({
      oidc_endpoint: `${host}/oidc`,
      account_id: ACCOUNT_ID,
      workspace_id: WORKSPACE_ID,
      cloud: 'AWS',
      host_type: 'WORKSPACE_HOST',
      token_federation_default_oidc_audiences: [`${host}/oidc/v1/token`],
    });
  });
  app.post('/oidc/v1/token', async (req, res) => {
    res.setHeader('cache-control', 'no-store');
    res.setHeader('content-type', 'application/json');
    try {
      const { workspace, sessions } = running();
      const answer = await exchange(req, workspace, sessions, principal =>
        log.setPrincipal(req, principal),
      );
      res.end(stringifyJson(answer));
    } catch (error) {
      const refusal =
        error instanceof OAuthError
          ? error
          : new OAuthError(500, 'server_error', 'The token endpoint failed');
      res.status(refusal.status).end(stringifyJson(refusal.body()));
    }
  });
}

async function exchange(
  req: Request,
  workspace: Workspace,
  sessions: Sessions,
  onPrincipal: (userName: string) => void,
): Promise<Record<string, unknown>> {
  const form = readForm(req);
  const grantType = required(form, 'grant_type');
  // Machine-to-machine credentials exist at Databricks; no principal of this workspace has a secret.
  if (grantType === 'client_credentials')
    throw new OAuthError(401, 'invalid_client', 'Client authentication failed');
  if (grantType !== EXCHANGE_GRANT)
    throw new OAuthError(
      400,
      'unsupported_grant_type',
      'Unsupported grant type',
    );
  if (required(form, 'subject_token_type') !== JWT_TYPE) {
    throw new OAuthError(
      400,
      'invalid_request',
      `subject_token_type must be ${JWT_TYPE}`,
    );
  }
  const subjectToken = required(form, 'subject_token');
  const scopes = required(form, 'scope').split(' ').filter(Boolean);
  if (!scopes.every(isKnownScope))
    throw new OAuthError(
      400,
      'invalid_scope',
      'The requested scope is not allowed',
    );

  // With a client_id it is that service principal's policy, and the person is gone; without one, an account-wide policy.
  const clientId = form.get('client_id') ?? undefined;
  const policies = workspace.federationPolicies.filter(
    policy => policy.servicePrincipal === clientId,
  );
  const { claims, policy } = await verifyFederatedJwt(
    subjectToken,
    policies,
    new Date(workspace.clock.now()),
  );
  const named =
    policy.servicePrincipal ?? String(claims[policy.subjectClaim ?? 'sub']);
  const asked = workspace.findPrincipal(named);
  if (!asked || asked.revoked) throw invalidCredentials();

  const { exchangeAs } = workspace.behaviour;
  const principal =
    exchangeAs === null ? asked : workspace.findPrincipal(exchangeAs);
  if (!principal) throw invalidCredentials();
  const expiresAt = Number(claims.exp);
  onPrincipal(principal.userName);
  return {
    access_token: sessions.issue({ principal, scopes, expiresAt }),
    token_type: 'Bearer',
    expires_in: Math.floor(expiresAt - workspace.clock.now() / 1000),
    scope: scopes.join(' '),
  };
}

function readForm(req: Request): URLSearchParams {
  if (!req.is('application/x-www-form-urlencoded')) {
    throw new OAuthError(
      400,
      'invalid_request',
      'The body must be application/x-www-form-urlencoded',
    );
  }
  return new URLSearchParams(String(req.body));
}

function required(form: URLSearchParams, field: string): string {
  const values = form.getAll(field);
  if (values.length !== 1 || values[0] === '') {
    throw new OAuthError(400, 'invalid_request', `${field} is required once`);
  }
  return values[0];
}

/** As recorded from a real workspace; the token-exchange grant works though it is not listed. */
function authorizationServerMetadata(host: string): Record<string, unknown> {
  return {
    authorization_endpoint: `${host}/oidc/v1/authorize`,
    token_endpoint: `${host}/oidc/v1/token`,
    issuer: `${host}/oidc`,
    jwks_uri: `${host}/oidc/jwks.json`,
    scopes_supported: [
      'all-apis',
      'email',
      'offline_access',
      'openid',
      'profile',
      'sql',
    ],
    response_types_supported: ['code', 'id_token'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: [
      'client_credentials',
      'authorization_code',
      'refresh_token',
    ],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'none',
    ],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: [
      'iss',
      'sub',
      'aud',
      'iat',
      'exp',
      'jti',
      'name',
      'family_name',
      'given_name',
      'preferred_username',
    ],
    request_uri_parameter_supported: false,
  };
}
