import type { OAuthRequestApi } from '@backstage/frontend-plugin-api';
import { mockApis } from '@backstage/frontend-test-utils';
import { idTokenApiFactory } from './apiFactories';
import { fakeToken } from './__testUtils__/fakeToken';

const token = fakeToken({ exp: Date.now() / 1000 + 3600 });

function create(authProvider: string | undefined) {
  const provider = (name: string) => ({
    getIdToken: jest.fn(async () => `${token}${name}`),
  });
  const builtIn = {
    google: provider('google'),
    okta: provider('okta'),
    microsoft: provider('microsoft'),
    gitlab: provider('gitlab'),
    onelogin: provider('onelogin'),
  };
  const requesters: string[] = [];
  const oauthRequestApi: OAuthRequestApi = {
    createAuthRequester: ({ provider: { id } }) => {
      requesters.push(id);
      return async () => {
        throw new Error(`nobody signs in with ${id}`);
      };
    },
    authRequest$: () => {
      throw new Error('not used');
    },
  };
  const api = idTokenApiFactory.factory({
    configApi: mockApis.config({
      data: { modelops: { identity: { authProvider } } },
    }),
    discoveryApi: mockApis.discovery({ baseUrl: 'https://portal.test' }),
    oauthRequestApi,
    ...builtIn,
  } as any);
  return { api, requesters };
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the default ID token API', () => {
  it.each(['google', 'okta', 'microsoft', 'gitlab', 'onelogin'])(
    "takes %s from Backstage's own API",
    async id => {
      const { api } = create(id);
      await expect(api.getIdToken()).resolves.toBe(`${token}${id}`);
    },
  );

  it('builds an OAuth2 client for any other provider', async () => {
    const fetch = jest.spyOn(globalThis, 'fetch').mockImplementation(
      async () =>
        new Response(
          JSON.stringify({
            providerInfo: {
              idToken: token,
              accessToken: 'a',
              scope: 'openid profile email offline_access',
              expiresInSeconds: 3600,
            },
          }),
          { headers: { 'Content-Type': 'application/json' } },
        ),
    );
    const { api } = create('acme-sso');
    await expect(api.getIdToken({ optional: true })).resolves.toBe(token);
    expect(fetch).toHaveBeenCalledWith(
      expect.stringMatching(
        /^https:\/\/portal\.test\/api\/auth\/acme-sso\/refresh\?optional&scope=.*&env=development$/,
      ),
      expect.objectContaining({ credentials: 'include' }),
    );
  });

  it('asks for a sign-in with the configured provider only', async () => {
    jest
      .spyOn(globalThis, 'fetch')
      .mockResolvedValue(new Response('{}', { status: 401 }));
    const { api, requesters } = create('acme-sso');
    await expect(api.getIdToken()).rejects.toThrow(
      'nobody signs in with acme-sso',
    );
    expect(new Set(requesters)).toEqual(new Set(['acme-sso']));
  });

  it('says what is missing when no provider is configured', async () => {
    const { api } = create(undefined);
    await expect(api.getIdToken({ optional: true })).resolves.toBeUndefined();
    await expect(api.getIdToken()).rejects.toThrow(
      'modelops.identity.authProvider',
    );
  });
});
