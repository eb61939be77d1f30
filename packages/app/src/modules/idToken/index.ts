import {
  ApiBlueprint,
  configApiRef,
  createFrontendModule,
  discoveryApiRef,
  oauthRequestApiRef,
} from '@backstage/frontend-plugin-api';
import {
  ProviderIdToken,
  modelopsIdTokenApiRef,
} from 'backstage-plugin-modelops';
import { OIDC_PROVIDER, createOidcSession, oidcAuthApiRef } from '../signIn';

/** Takes the ID token from the session of the sign-in page, so that nobody has to sign in a second time for it. */
const idTokenApi = ApiBlueprint.make({
  name: 'id-token',
  params: defineParams =>
    defineParams({
      api: modelopsIdTokenApiRef,
      deps: {
        configApi: configApiRef,
        discoveryApi: discoveryApiRef,
        oauthRequestApi: oauthRequestApiRef,
        session: oidcAuthApiRef,
      },
      factory: ({ session, ...apis }) => {
        // Asked for only when the session is alive but its ID token is not; a new session brings a new one.
        const askToSignInAgain = apis.oauthRequestApi.createAuthRequester({
          provider: OIDC_PROVIDER,
          onAuthRequest: () =>
            createOidcSession(apis).getIdToken({ instantPopup: true }),
        });
        return new ProviderIdToken({
          provider: OIDC_PROVIDER.id,
          environment: apis.configApi.getString('auth.environment'),
          discoveryApi: apis.discoveryApi,
          session,
          signInAgain: () => askToSignInAgain(new Set(['openid'])),
        });
      },
    }),
});

/** Overrides the plugin's own `api:modelops/id-token`. */
export const idTokenModule = createFrontendModule({
  pluginId: 'modelops',
  extensions: [idTokenApi],
});
