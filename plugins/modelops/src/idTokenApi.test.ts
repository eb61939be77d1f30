import { ProviderIdToken } from './idTokenApi';
import { deferred } from './__testUtils__/fakeApi';
import { fakeToken } from './__testUtils__/fakeToken';

const START = new Date('2026-11-21T10:00:00Z').getTime();
let now = START;
const tokenFor = (seconds: number, id = 'session') =>
  fakeToken({ exp: now / 1000 + seconds, id });

function setUp(options: {
  session?: () => string;
  afterAsking?: () => string;
  refreshed?: () => unknown;
}) {
  const session = {
    getIdToken: jest.fn(async (request?: { optional?: boolean }) =>
      request?.optional
        ? options.session?.() ?? ''
        : options.afterAsking?.() ?? '',
    ),
  };
  const fetch = jest.fn(async (_url: string, _init?: RequestInit) => {
    const body = options.refreshed?.();
    return body === undefined
      ? new Response('{}', { status: 401 })
      : new Response(JSON.stringify(body), { status: 200 });
  });
  const signInAgain = jest.fn(async () => tokenFor(3600, 'popup'));
  const api = new ProviderIdToken({
    provider: 'oidc',
    environment: 'production',
    session,
    signInAgain,
    discoveryApi: { getBaseUrl: async id => `https://portal.test/api/${id}` },
    fetch: fetch as unknown as typeof globalThis.fetch,
    clock: () => new Date(now),
  });
  return { api, session, fetch, signInAgain };
}

const refreshedWith = (idToken: string) => () => ({
  providerInfo: { idToken },
});

beforeEach(() => {
  now = START;
});

describe('ProviderIdToken', () => {
  it('gives the token of the session while it has two minutes left', async () => {
    const token = tokenFor(120);
    const { api, fetch } = setUp({ session: () => token });
    await expect(api.getIdToken()).resolves.toBe(token);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('refreshes a token with less than two minutes left, exactly as Backstage does', async () => {
    const fresh = tokenFor(3600, 'fresh');
    const { api, fetch, signInAgain } = setUp({
      session: () => tokenFor(119),
      refreshed: refreshedWith(fresh),
    });
    await expect(api.getIdToken()).resolves.toBe(fresh);
    const [url, init] = fetch.mock.calls[0];
    expect(url).toBe(
      'https://portal.test/api/auth/oidc/refresh?optional=&env=production',
    );
    expect(init).toMatchObject({
      headers: { 'X-Requested-With': 'XMLHttpRequest' },
      credentials: 'include',
      redirect: 'error',
    });
    expect(init?.method ?? 'GET').toBe('GET');
    expect(signInAgain).not.toHaveBeenCalled();
  });

  it('keeps the refreshed token and refreshes again when that one ages', async () => {
    const { api, fetch } = setUp({
      session: () => tokenFor(10),
      refreshed: () => ({ providerInfo: { idToken: tokenFor(600, 'fresh') } }),
    });
    await api.getIdToken();
    await api.getIdToken();
    expect(fetch).toHaveBeenCalledTimes(1);
    now += 500_000;
    await api.getIdToken();
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('has one refresh in flight for many callers', async () => {
    const fresh = tokenFor(3600, 'fresh');
    const { api, fetch } = setUp({ session: () => tokenFor(10) });
    const answer = deferred<Response>();
    fetch.mockReturnValue(answer.promise);
    const calls = [api.getIdToken(), api.getIdToken({ optional: true })];
    await Promise.resolve();
    answer.resolve(
      new Response(JSON.stringify({ providerInfo: { idToken: fresh } })),
    );
    await expect(Promise.all(calls)).resolves.toEqual([fresh, fresh]);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it("treats Backstage's empty string as no token", async () => {
    const { api, session } = setUp({ session: () => '' });
    await expect(api.getIdToken({ optional: true })).resolves.toBeUndefined();
    expect(session.getIdToken).toHaveBeenCalledWith({ optional: true });
  });

  it('never asks anybody when optional, and gives a dying token rather than none', async () => {
    const dying = tokenFor(30);
    const { api, session, signInAgain } = setUp({ session: () => dying });
    await expect(api.getIdToken({ optional: true })).resolves.toBe(dying);
    expect(session.getIdToken).not.toHaveBeenCalledWith();
    expect(signInAgain).not.toHaveBeenCalled();
  });

  it('does not hammer the auth backend while there is no session', async () => {
    const { api, fetch } = setUp({});
    await api.getIdToken({ optional: true });
    now += 29_000;
    await api.getIdToken({ optional: true });
    expect(fetch).toHaveBeenCalledTimes(1);
    now += 2_000;
    await api.getIdToken({ optional: true });
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('asks the session to sign in when there is none', async () => {
    const token = tokenFor(3600);
    const { api, signInAgain } = setUp({ afterAsking: () => token });
    await expect(api.getIdToken()).resolves.toBe(token);
    expect(signInAgain).not.toHaveBeenCalled();
    await expect(api.getIdToken({ optional: true })).resolves.toBe(token);
  });

  it('signs in anew when the session is alive but its ID token is not', async () => {
    const { api, signInAgain } = setUp({
      session: () => tokenFor(10),
      afterAsking: () => tokenFor(10),
    });
    await expect(api.getIdToken()).resolves.toBe(tokenFor(3600, 'popup'));
    expect(signInAgain).toHaveBeenCalledTimes(1);
  });

  it('takes what a refresh brings from a provider whose tokens never live two minutes', async () => {
    const { api, signInAgain } = setUp({
      session: () => tokenFor(80),
      refreshed: refreshedWith(tokenFor(90, 'fresh')),
    });
    await expect(api.getIdToken()).resolves.toBe(tokenFor(90, 'fresh'));
    expect(signInAgain).not.toHaveBeenCalled();
  });

  it('signs in anew when a refresh brings the same dying token', async () => {
    const dying = tokenFor(80);
    const { api } = setUp({
      session: () => dying,
      afterAsking: () => dying,
      refreshed: refreshedWith(dying),
    });
    await expect(api.getIdToken()).resolves.toBe(tokenFor(3600, 'popup'));
  });

  it('opens one popup for callers at the same time', async () => {
    const { api, signInAgain } = setUp({});
    await Promise.all([api.getIdToken(), api.getIdToken()]);
    expect(signInAgain).toHaveBeenCalledTimes(1);
  });

  it('says so when the sign-in brings no ID token', async () => {
    const { api, signInAgain } = setUp({});
    signInAgain.mockResolvedValue('');
    await expect(api.getIdToken()).rejects.toThrow('no ID token');
  });

  it('passes on that the person closed the sign-in, and asks again next time', async () => {
    const { api, signInAgain } = setUp({});
    signInAgain.mockRejectedValueOnce(new Error('Login failed, rejected'));
    await expect(api.getIdToken()).rejects.toThrow('rejected');
    await expect(api.getIdToken()).resolves.toBe(tokenFor(3600, 'popup'));
  });

  it('survives an auth backend that does not answer', async () => {
    const { api, fetch } = setUp({ session: () => tokenFor(10) });
    fetch.mockRejectedValue(new TypeError('Failed to fetch'));
    await expect(api.getIdToken()).resolves.toBe(tokenFor(3600, 'popup'));
  });

  it('logs nothing and stores nothing', async () => {
    const logs = (['log', 'info', 'warn', 'error', 'debug'] as const).map(
      level => jest.spyOn(console, level).mockImplementation(() => {}),
    );
    const stored = jest.spyOn(Storage.prototype, 'setItem');
    const { api } = setUp({ refreshed: refreshedWith(tokenFor(3600)) });
    await api.getIdToken();
    logs.forEach(log => {
      expect(log).not.toHaveBeenCalled();
      log.mockRestore();
    });
    expect(stored).not.toHaveBeenCalled();
    stored.mockRestore();
  });
});
