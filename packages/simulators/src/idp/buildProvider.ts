import {
  errors,
  Provider,
  type Configuration,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { isPerson } from '../people';
import { claimsOf } from './claims';
import { demoClients, WORKLOAD_AUDIENCE, WORKLOAD_CLIENT_ID } from './clients';
import { errorPage } from './pages';
import type { MemoryStore } from './MemoryStore';
import type { SigningKeys } from './SigningKeys';
import type { TokenMint } from './TokenMint';

/** What a provider is built from; built again when its keys change, over the same store. */
export interface ProviderParts {
  issuer: string;
  keys: SigningKeys;
  mint: TokenMint;
  store: MemoryStore;
  redirectUris: string[];
  /** Seconds an ID token of a login lives. */
  idTokenSeconds: number;
}

/** `oidc-provider` wants an absolute URI for a resource; the audience in the token is the short name. */
const WORKLOAD_RESOURCE = `urn:modelops:${WORKLOAD_AUDIENCE}`;

const SESSION_SECONDS = 12 * 3600;
const ACCESS_TOKEN_SECONDS = 3600;

/** Cookies survive a rotation of the signing keys, not a restart. */
const COOKIE_KEYS = [randomBytes(32).toString('base64url')];

/** Builds the OpenID provider: code flow with PKCE, rotating refresh tokens, client credentials for the workload. */
export function buildProvider(parts: ProviderParts): Provider {
  const provider = new Provider(parts.issuer, configuration(parts));
  provider.use(async (ctx, next) => {
    await next();
    if (parts.mint.clockOffsetSeconds === 0 || ctx.oidc?.route !== 'token')
      return;
    const body = ctx.body as Record<string, unknown> | undefined;
    for (const name of ['id_token', 'access_token']) {
      const token = body?.[name];
      // An access token of a person is no JWT.
      if (typeof token === 'string' && token.split('.').length === 3)
        body![name] = await parts.mint.withClockOffset(decodeJwt(token));
    }
  });
  return provider;
}

function configuration(parts: ProviderParts): Configuration {
  return {
    adapter: model => parts.store.adapterFor(model),
    clients: demoClients(parts.redirectUris),
    jwks: parts.keys.privateJwks() as Configuration['jwks'],
    cookies: { keys: COOKIE_KEYS },
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    claims: {
      openid: ['sub', 'groups', 'team'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
    },
    // Everything in the ID token as well, as Okta, Entra and Keycloak do: the portal binds a person by it.
    conformIdTokenClaims: false,
    findAccount: async (_ctx, accountId) => {
      const person = accountId.replace(/^idp\|/, '');
      if (!isPerson(person)) return undefined;
      return {
        accountId,
        claims: async () => ({ ...claimsOf(person), sub: accountId }),
      };
    },
    issueRefreshToken: async (_ctx, client) =>
      client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    loadExistingGrant: grantEverythingAsked,
    interactions: {
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.set('content-security-policy', errorPage.policy);
      ctx.body = errorPage.html(out.error, out.error_description);
    },
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: 60,
      ClientCredentials: ACCESS_TOKEN_SECONDS,
      Grant: SESSION_SECONDS,
      IdToken: () => parts.idTokenSeconds,
      Interaction: 3600,
      RefreshToken: SESSION_SECONDS,
      Session: SESSION_SECONDS,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        // Only for the workload: a default resource for a person's login would take userinfo away from its token.
        defaultResource: (_ctx, client) =>
          client?.clientId === WORKLOAD_CLIENT_ID ? WORKLOAD_RESOURCE : [],
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== WORKLOAD_RESOURCE) throw new errors.InvalidTarget();
          return {
            scope: '',
            audience: WORKLOAD_AUDIENCE,
            accessTokenFormat: 'jwt',
            accessTokenTTL: ACCESS_TOKEN_SECONDS,
            jwt: { sign: { alg: 'RS256' } },
          };
        },
      },
    },
  };
}

/** The demo asks for no consent: signing in grants what the portal asked for. */
async function grantEverythingAsked(ctx: KoaContextWithOIDC) {
  const { client, session, provider, params } = ctx.oidc;
  const grant = new provider.Grant({
    clientId: client!.clientId,
    accountId: session!.accountId,
  });
  grant.addOIDCScope(String(params?.scope ?? 'openid'));
  grant.addOIDCClaims([
    'sub',
    'name',
    'preferred_username',
    'email',
    'email_verified',
    'groups',
    'team',
  ]);
  await grant.save();
  return grant;
}
