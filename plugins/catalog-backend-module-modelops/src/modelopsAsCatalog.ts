import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { ModelopsClient } from 'backstage-plugin-modelops-common';

/** Calls modelops as the catalog's own service, with a token that is new for each call. */
export function modelopsAsCatalog(options: {
  auth: AuthService;
  discovery: DiscoveryService;
  signal: AbortSignal;
}): ModelopsClient {
  const { auth, discovery, signal } = options;
  return new ModelopsClient({
    discoveryApi: discovery,
    fetchApi: {
      fetch: async (input, init) => {
        const { token } = await auth.getPluginRequestToken({
          onBehalfOf: await auth.getOwnServiceCredentials(),
          targetPluginId: 'modelops',
        });
        const headers = new Headers(init?.headers);
        headers.set('Authorization', `Bearer ${token}`);
        // The other end is near: to compress a page costs more than to send it.
        headers.set('Accept-Encoding', 'identity');
        return fetch(input, { ...init, headers, signal });
      },
    },
  });
}
