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
  mint: TokenMint;
  keys: SigningKeys;
  idTokenSeconds: number;
  rotateKeys(options: { keepOld: boolean }): Promise<string>;
}

/** Starts the OpenID provider on 127.0.0.1. */
export async function startIdp(options: IdpOptions): Promise<SimulatorServer> {
  const store = new MemoryStore();
  const keys = await SigningKeys.create();
  const server = await startServer(
    {
      name: 'OpenID provider',
      port: options.port,
      errorBody: status =>
        JSON.stringify({
          error: status < 500 ? 'invalid_request' : 'server_error',
        }),
    },
    () => {
      store.clear();
      idp.mint.clockOffsetSeconds = 0;
      idp.idTokenSeconds = ID_TOKEN_SECONDS;
    },
  );
  const mint = new TokenMint(server.url, keys);
  const parts: ProviderParts = {
    issuer: server.url,
    keys,
    mint,
    store,
    redirectUris: options.redirectUris ?? [],
    idTokenSeconds: () => idp.idTokenSeconds,
  };
  const idp: RunningIdp = {
    provider: buildProvider(parts),
    mint,
    keys,
    idTokenSeconds: ID_TOKEN_SECONDS,
    async rotateKeys(rotation) {
      const kid = await keys.rotate(rotation);
      idp.provider = buildProvider(parts);
      return kid;
    },
  };
  idpControlRoutes(server.control, idp);
  loginRoutes(server.app, idp);
  server.app.use((req, res) => idp.provider.callback()(req, res));
  return server;
}
