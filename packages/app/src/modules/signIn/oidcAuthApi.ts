import { OAuth2, OAuth2CreateOptions } from '@backstage/core-app-api';
import {
  ApiBlueprint,
  BackstageIdentityApi,
  OAuthApi,
  OpenIdConnectApi,
  ProfileInfoApi,
  SessionApi,
  configApiRef,
  createApiRef,
  discoveryApiRef,
  oauthRequestApiRef,
} from '@backstage/frontend-plugin-api';

/** How the people at Acme sign in. Backstage has a ref for each well-known provider, but none for plain OpenID Connect. */
export const oidcAuthApiRef = createApiRef<
  OAuthApi &
    OpenIdConnectApi &
    ProfileInfoApi &
    BackstageIdentityApi &
    SessionApi
>().with({ id: 'auth.oidc', pluginId: 'app' });

export const OIDC_PROVIDER = {
  id: 'oidc',
  title: 'Acme sign-in',
  icon: () => null,
};

/** A session with the OpenID provider. Each call makes a new one, which knows nothing of the others. */
export function createOidcSession(
  apis: Pick<
    OAuth2CreateOptions,
    'configApi' | 'discoveryApi' | 'oauthRequestApi'
  >,
) {
  return OAuth2.create({
    ...apis,
    provider: OIDC_PROVIDER,
    environment: apis.configApi?.getOptionalString('auth.environment'),
    // offline_access brings the refresh token that keeps a session, and its ID token, alive without a popup.
    defaultScopes: ['openid', 'profile', 'email', 'offline_access'],
  });
}

export const oidcAuthApi = ApiBlueprint.make({
  name: 'oidc-auth',
  params: defineParams =>
    defineParams({
      api: oidcAuthApiRef,
      deps: {
        configApi: configApiRef,
        discoveryApi: discoveryApiRef,
        oauthRequestApi: oauthRequestApiRef,
      },
      factory: createOidcSession,
    }),
});
