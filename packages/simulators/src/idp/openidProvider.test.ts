import { createHash, randomBytes } from 'node:crypto';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
} from 'jose';
import type { Simulators } from '../attachSimulators';
import { startSimulators } from '../startSimulators';
import { Browser, follow } from '../testing/Browser';

const REDIRECT_URI = 'http://localhost:7007/api/auth/oidc/handler/frame';
const EXTRA_REDIRECT_URI = 'http://localhost:1/extra';
const PORTAL = `Basic ${btoa('backstage:modelops-demo-portal-secret')}`;

let simulators: Simulators;
beforeAll(async () => {
  simulators = await startSimulators({ redirectUris: [EXTRA_REDIRECT_URI] });
});
beforeEach(() => simulators.idp.reset());
afterAll(() => simulators.close());

const verifier = randomBytes(32).toString('base64url');

function authorizationUrl(parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: 'backstage',
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile email',
    state: 'the-state',
    nonce: 'the-nonce',
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    ...parameters,
  });
  return `${simulators.idp.issuer}/auth?${query}`;
}

async function openLoginPage(
  browser: Browser,
): Promise<{ html: string; url: string; headers: Headers }> {
  const { page, url } = await follow(
    browser,
    simulators.idp.issuer,
    await browser.open(authorizationUrl()),
  );
  return { html: await page!.text(), url, headers: page!.headers };
}

async function codeFor(person: string): Promise<string> {
  const browser = new Browser();
  const { url } = await openLoginPage(browser);
  const submitted = await browser.submit(url, {
    name: person,
    password: person,
  });
  const { left } = await follow(browser, simulators.idp.issuer, submitted);
  expect(left?.searchParams.get('state')).toBe('the-state');
  return left!.searchParams.get('code')!;
}

async function token(
  form: Record<string, string>,
  authorization = PORTAL,
): Promise<{ status: number; body: any }> {
  const response = await fetch(`${simulators.idp.issuer}/token`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json() };
}

async function signIn(person: string): Promise<any> {
  const code = await codeFor(person);
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  };
  const { status, body } = await token(form);
  expect(status).toBe(200);
  return body;
}

async function keys() {
  return createRemoteJWKSet(new URL(`${simulators.idp.issuer}/jwks`));
}

describe('signing in', () => {
  it('gives an ID token that holds all claims of the person', async () => {
    const { id_token: idToken } = await signIn('ada');
    const { payload } = await jwtVerify(idToken, await keys(), {
      issuer: simulators.idp.issuer,
      audience: 'backstage',
      algorithms: ['RS256'],
    });
    expect(payload).toMatchObject({
      sub: 'idp|ada',
      name: 'Ada Lovelace',
      email: 'ada@acme.example',
      email_verified: true,
      groups: ['ml-engineers'],
      team: 'fraud',
      nonce: 'the-nonce',
    });
    expect(payload.exp! - payload.iat!).toBe(3600);
  });

  it('gives an access token that opens userinfo', async () => {
    const { access_token: accessToken } = await signIn('grace');
    const response = await fetch(`${simulators.idp.issuer}/me`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(await response.json()).toMatchObject({
      sub: 'idp|grace',
      email: 'grace@acme.example',
      email_verified: true,
    });
  });

  it('says no to a wrong password on the page, in words a screen reader announces', async () => {
    const browser = new Browser();
    const { url } = await openLoginPage(browser);
    const refused = await browser.submit(url, {
      name: 'ada',
      password: 'grace',
    });
    expect(refused.status).toBe(401);
    expect(await refused.text()).toMatch(
      /role="alert"[^>]*>Wrong name or password/,
    );
  });

  it('writes back what was typed as text, never as markup', async () => {
    const browser = new Browser();
    const { url } = await openLoginPage(browser);
    const refused = await browser.submit(url, {
      name: '"><script>alert(1)</script>',
      password: 'x',
    });
    expect(await refused.text()).not.toContain('<script>');
  });

  it('needs nothing from elsewhere and has its two labels and its button', async () => {
    const { html, headers } = await openLoginPage(new Browser());
    expect(html).toMatch(/<label for="name">\s*Name/);
    expect(html).toMatch(/<label for="password">\s*Password/);
    expect(html).toMatch(/<button type="submit">\s*Sign in/);
    expect(html).not.toMatch(/https?:\/\//);
    expect(headers.get('content-security-policy')).toContain(
      "default-src 'none'",
    );
  });

  it('refuses a sign-in without PKCE', async () => {
    const { left } = await follow(
      new Browser(),
      simulators.idp.issuer,
      await new Browser().open(
        authorizationUrl({ code_challenge: '', code_challenge_method: '' }),
      ),
    );
    expect(left?.searchParams.get('error')).toBe('invalid_request');
  });

  it('refuses a code with another verifier', async () => {
    const code = await codeFor('ada');
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: 'x'.repeat(43),
    };
    expect(await token(form)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('sends nobody to a redirect URI it does not know, and its error page needs nothing from elsewhere', async () => {
    const response = await fetch(
      authorizationUrl({ redirect_uri: 'http://localhost:1/evil' }),
      { redirect: 'manual' },
    );
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/https?:\/\//);
  });

  it('knows the redirect URIs it was started with', async () => {
    const response = await fetch(
      authorizationUrl({ redirect_uri: EXTRA_REDIRECT_URI }),
      { redirect: 'manual' },
    );
    expect(response.headers.get('location')).toMatch(/\/interaction\//);
  });

  it('tells that a sign-in is needed when it may not ask', async () => {
    const response = await fetch(authorizationUrl({ prompt: 'none' }), {
      redirect: 'manual',
    });
    expect(response.headers.get('location')).toContain('error=login_required');
  });
});

describe('refreshing', () => {
  it('gives a new ID token and takes the old refresh token away', async () => {
    const first = await signIn('ada');
    // Tokens of one second are the same token.
    await new Promise(resolve => setTimeout(resolve, 1100));
    const form = {
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token,
    };
    const { status, body: second } = await token(form);
    expect(status).toBe(200);
    expect(second.id_token).not.toBe(first.id_token);
    expect(decodeJwt(second.id_token)).toMatchObject({
      email: 'ada@acme.example',
      groups: ['ml-engineers'],
    });
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await token(form)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('goes on working after the signing key was rotated', async () => {
    const first = await signIn('ada');
    const kid = await simulators.idp.rotateKeys();
    const { body } = await token({
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token,
    });
    expect(decodeProtectedHeader(body.id_token).kid).toBe(kid);
  });

  it('gives ID tokens of the lifetime a test asked for, by a clock that may be off', async () => {
    await simulators.idp.setIdTokenLifetime(90);
    await simulators.idp.setClockOffset(-600);
    const { exp, iat } = decodeJwt((await signIn('ada')).id_token);
    expect(exp! - iat!).toBe(90);
    expect(Math.abs(iat! + 600 - Date.now() / 1000)).toBeLessThan(10);
  });
});

describe('the workload', () => {
  const reader = (secret: string) =>
    `Basic ${btoa(`backstage-reader:${secret}`)}`;

  it('gets a JWT access token for Databricks', async () => {
    const { status, body } = await token(
      { grant_type: 'client_credentials' },
      reader('modelops-demo-reader-secret'),
    );
    expect(status).toBe(200);
    const { payload } = await jwtVerify(body.access_token, await keys(), {
      issuer: simulators.idp.issuer,
      audience: 'databricks-demo',
    });
    expect(payload.sub).toBe('backstage-reader');
  });

  it('gets none with a wrong secret', async () => {
    const answer = await token(
      { grant_type: 'client_credentials' },
      reader('wrong'),
    );
    expect(answer).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
  });

  it("is the only client that may use client credentials: the portal's login client may not", async () => {
    expect(await token({ grant_type: 'client_credentials' })).toMatchObject({
      status: 400,
    });
  });
});

describe('rotating keys', () => {
  it('publishes the new key beside the old one', async () => {
    const before = await simulators.idp.signIdToken('ada');
    const kid = await simulators.idp.rotateKeys();
    const after = await simulators.idp.signIdToken('ada');
    expect(decodeProtectedHeader(after).kid).toBe(kid);
    await jwtVerify(before, await keys());
    await jwtVerify(after, await keys());
  });

  it('can take the old key away at once', async () => {
    const before = await simulators.idp.signIdToken('ada');
    await simulators.idp.rotateKeys({ keepOld: false });
    await expect(jwtVerify(before, await keys())).rejects.toMatchObject({
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    });
  });
});
