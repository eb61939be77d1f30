import { OAuth2 } from '@backstage/core-app-api';
import {
  type ConfigApi,
  configApiRef,
  createApiFactory,
  type DiscoveryApi,
  discoveryApiRef,
  fetchApiRef,
  gitlabAuthApiRef,
  googleAuthApiRef,
  microsoftAuthApiRef,
  type OAuthRequestApi,
  oauthRequestApiRef,
  oktaAuthApiRef,
  oneloginAuthApiRef,
  type OpenIdConnectApi,
} from '@backstage/frontend-plugin-api';
import { ModelopsClient } from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from './api';
import {
  type ModelopsIdTokenApi,
  modelopsIdTokenApiRef,
  ProviderIdToken,
} from './idTokenApi';

/** The client of our backend. */
export const modelopsApiFactory = createApiFactory({
  api: modelopsApiRef,
  deps: {
    discoveryApi: discoveryApiRef,
    fetchApi: fetchApiRef,
    idTokenApi: modelopsIdTokenApiRef,
  },
  factory: ({ discoveryApi, fetchApi, idTokenApi }) =>
    new ModelopsClient({
      discoveryApi,
      fetchApi,
      getIdToken: options => idTokenApi.getIdToken(options),
    }),
});

/** The ID token of the auth provider that `modelops.identity.authProvider` names. */
export const idTokenApiFactory = createApiFactory({
  api: modelopsIdTokenApiRef,
  deps: {
    configApi: configApiRef,
    discoveryApi: discoveryApiRef,
    oauthRequestApi: oauthRequestApiRef,
    google: googleAuthApiRef,
    okta: oktaAuthApiRef,
    microsoft: microsoftAuthApiRef,
    gitlab: gitlabAuthApiRef,
    onelogin: oneloginAuthApiRef,
  },
  factory: ({ configApi, discoveryApi, oauthRequestApi, ...builtIn }) =>
    createIdTokenApi({ configApi, discoveryApi, oauthRequestApi, builtIn }),
});

const noProvider: ModelopsIdTokenApi = {
  async getIdToken(options) {
    if (options?.optional) return undefined;
    throw new Error(
      'app-config has no modelops.identity.authProvider, so there is nobody to sign in with.',
    );
  },
};

interface IdTokenSurroundings {
  configApi: ConfigApi;
  discoveryApi: DiscoveryApi;
  oauthRequestApi: OAuthRequestApi;
  /** Backstage's own APIs by provider id. */
  builtIn: Record<string, OpenIdConnectApi>;
}

function createIdTokenApi(from: IdTokenSurroundings): ModelopsIdTokenApi {
  const provider = from.configApi.getOptionalString(
    'modelops.identity.authProvider',
  );
  if (!provider) return noProvider;
  const environment =
    from.configApi.getOptionalString('auth.environment') ?? 'development';
  const createSession = () =>
    OAuth2.create({
      configApi: from.configApi,
      discoveryApi: from.discoveryApi,
      oauthRequestApi: from.oauthRequestApi,
      environment,
      provider: { id: provider, title: provider, icon: () => null },
      // offline_access brings the refresh token that renews the ID token without a popup.
      defaultScopes: ['openid', 'profile', 'email', 'offline_access'],
    });
  // Backstage's dialog asks first, because a browser opens a popup only on a click.
  const askToSignInAgain = from.oauthRequestApi.createAuthRequester({
    provider: { id: provider, title: provider, icon: () => null },
    onAuthRequest: () => createSession().getIdToken({ instantPopup: true }),
  });
  return new ProviderIdToken({
    provider,
    environment,
    discoveryApi: from.discoveryApi,
    session: Object.hasOwn(from.builtIn, provider)
      ? from.builtIn[provider]
      : createSession(),
    signInAgain: () => askToSignInAgain(new Set(['openid'])),
  });
}
