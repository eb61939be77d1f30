import type { Provider } from 'oidc-provider';
import { startServer, type SimulatorServer } from '../server/startServer';
import { buildProvider, type ProviderParts } from './buildProvider';
import { idpControlRoutes } from './idpControlRoutes';
import { loginRoutes } from './loginRoutes';
import { MemoryStore } from './MemoryStore';
import { SigningKeys } from './SigningKeys';
import { ID_TOKEN_SECONDS, TokenMint } from './TokenMint';

/** How the OpenID provider is started. */
export interface IdpOptions {
  port?: number;
  redirectUris?: string[];
}

/** The provider as it is now; replaced whole when its keys change. */
export interface RunningIdp {
  provider: Provider;
  parts: ProviderParts;
  rotateKeys(options: { keepOld: boolean }): Promise<string>;
}

/** Starts the OpenID provider on 127.0.0.1. */
export async function startIdp(options: IdpOptions): Promise<SimulatorServer> {
  const store = new MemoryStore();
  const keys = await SigningKeys.create();
  const server = await startServer({
    name: 'OpenID provider',
    port: options.port,
    errorBody: status =>
      JSON.stringify({
        error: status < 500 ? 'invalid_request' : 'server_error',
      }),
  });
  const mint = new TokenMint(server.url, keys);
  const parts: ProviderParts = {
    issuer: server.url,
    keys,
    mint,
    store,
    redirectUris: options.redirectUris ?? [],
    idTokenSeconds: ID_TOKEN_SECONDS,
  };
  const idp: RunningIdp = {
    provider: buildProvider(parts),
    parts,
    async rotateKeys(rotation) {
      const kid = await keys.rotate(rotation);
      idp.provider = buildProvider(parts);
      return kid;
    },
  };
  server.onReset(() => {
    store.clear();
    mint.clockOffsetSeconds = 0;
    parts.idTokenSeconds = ID_TOKEN_SECONDS;
  });
  idpControlRoutes(server.control, idp);
  loginRoutes(server.app, idp);
  server.app.use((req, res) => idp.provider.callback()(req, res));
  return server;
}
