import type { Simulators } from '../attachSimulators';
import type { ForgedTokenKind } from '../handles/forgedTokenKinds';
import { startSimulators } from '../startSimulators';
import { callerOf, callerWith, exchange } from '../testing/callers';

const READER = '11111111-1111-4111-8111-111111111111';
const TRAINER = '22222222-2222-4222-8222-222222222222';
const ME = '/api/2.0/preview/scim/v2/Me';

let simulators: Simulators;
beforeAll(async () => {
  simulators = await startSimulators();
});
beforeEach(() => simulators.databricks.reset());
afterAll(() => simulators.close());

async function workloadToken(): Promise<string> {
  const response = await fetch(`${simulators.idp.issuer}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(
        'backstage-reader:modelops-demo-reader-secret',
      )}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return (await response.json()).access_token;
}

async function whoIs(accessToken: string): Promise<string> {
  return (await callerWith(simulators, accessToken).get(ME)).body.userName;
}

describe('what describes the token endpoint', () => {
  it('does not list the token-exchange grant, as at a real workspace', async () => {
    const { body } = await callerWith(simulators, undefined).get(
      '/oidc/.well-known/oauth-authorization-server',
    );
    expect(body.token_endpoint).toBe(
      `${simulators.databricks.host}/oidc/v1/token`,
    );
    expect(body.grant_types_supported).toEqual([
      'client_credentials',
      'authorization_code',
      'refresh_token',
    ]);
  });

  it('names the workspace and the default audience', async () => {
    const { body } = await callerWith(simulators, undefined).get(
      '/.well-known/databricks-config',
    );
    expect(body).toMatchObject({
      workspace_id: '1234567890123456',
      host_type: 'WORKSPACE_HOST',
      token_federation_default_oidc_audiences: [
        `${simulators.databricks.host}/oidc/v1/token`,
      ],
    });
  });
});

describe('an exchange', () => {
  it('without client_id is for the person', async () => {
    const { status, body } = await exchange(
      simulators,
      await simulators.idp.signIdToken('ada'),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'all-apis' });
    expect(await whoIs(body.access_token)).toBe('ada@acme.example');
  });

  it('lives exactly as long as the token handed in', async () => {
    const token = await simulators.idp.signIdToken('ada', {
      lifetimeSeconds: 240,
    });
    const { body } = await exchange(simulators, token);
    expect(body.expires_in).toBeGreaterThan(225);
    expect(body.expires_in).toBeLessThanOrEqual(240);
  });

  it('with client_id is for that service principal, and the person is gone', async () => {
    const { body } = await exchange(
      simulators,
      await simulators.idp.signIdToken('ada'),
      { client_id: TRAINER },
    );
    expect(await whoIs(body.access_token)).toBe(TRAINER);
  });

  it("with client_id is refused to a person the service principal's policy does not match", async () => {
    const token = await simulators.idp.signIdToken('grace');
    expect(
      await exchange(simulators, token, { client_id: TRAINER }),
    ).toMatchObject({ status: 401 });
  });

  it("gives the portal's workload the reader, and only with its client_id", async () => {
    const { body } = await exchange(simulators, await workloadToken(), {
      client_id: READER,
    });
    expect(await whoIs(body.access_token)).toBe(READER);
    expect(await exchange(simulators, await workloadToken())).toMatchObject({
      status: 400,
    });
  });

  it.each<[ForgedTokenKind, number, string]>([
    ['expired', 400, 'invalid_grant'],
    ['wrong-audience', 400, 'invalid_grant'],
    ['alg-none', 400, 'invalid_grant'],
    ['hs256-with-public-key', 400, 'invalid_grant'],
    ['wrong-key', 400, 'invalid_grant'],
    ['embedded-jwk', 400, 'invalid_grant'],
    ['unknown-kid', 400, 'invalid_grant'],
    ['no-expiry', 400, 'invalid_grant'],
    ['not-yet-valid', 400, 'invalid_grant'],
    ['wrong-issuer', 401, 'invalid_client'],
    ['no-email', 401, 'invalid_client'],
  ])('refuses a token that is %s', async (kind, status, error) => {
    const answer = await exchange(
      simulators,
      await simulators.idp.forge(kind, 'ada'),
    );
    expect(answer).toMatchObject({
      status,
      body: { error, error_id: expect.any(String) },
    });
    expect(answer.body).not.toHaveProperty('access_token');
  });

  it.each<ForgedTokenKind>([
    'unverified-email',
    'two-audiences-without-azp',
    'access-token-typ',
    'logout-token-events',
  ])('takes a token that is %s: only the portal can refuse it', async kind => {
    expect(
      await exchange(simulators, await simulators.idp.forge(kind, 'ada')),
    ).toMatchObject({ status: 200 });
  });

  it('refuses an unknown user and creates none', async () => {
    const token = await simulators.idp.signIdToken('ada', {
      claims: { email: 'nobody@acme.example' },
    });
    expect(await exchange(simulators, token)).toMatchObject({ status: 401 });
    expect(await exchange(simulators, token)).toMatchObject({ status: 401 });
  });

  it.each<[string, Record<string, string>, number, string]>([
    [
      'another grant',
      { grant_type: 'password' },
      400,
      'unsupported_grant_type',
    ],
    ['no grant', { grant_type: '' }, 400, 'invalid_request'],
    ['no subject token', { subject_token: '' }, 400, 'invalid_request'],
    ['no scope', { scope: '' }, 400, 'invalid_request'],
    ['an unknown scope', { scope: 'everything' }, 400, 'invalid_scope'],
    [
      'another token type',
      { subject_token_type: 'urn:x' },
      400,
      'invalid_request',
    ],
    [
      'text that is no JWT',
      { subject_token: 'not-a-jwt' },
      400,
      'invalid_grant',
    ],
    [
      'client credentials nobody has',
      { grant_type: 'client_credentials' },
      401,
      'invalid_client',
    ],
  ])('refuses %s', async (_what, form, status, error) => {
    const answer = await exchange(
      simulators,
      await simulators.idp.signIdToken('ada'),
      form,
    );
    expect(answer).toMatchObject({ status, body: { error } });
  });

  it('only takes a form', async () => {
    const response = await fetch(
      `${simulators.databricks.host}/oidc/v1/token`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        }),
      },
    );
    expect(response.status).toBe(400);
  });

  it('takes a token signed with a key that was rotated in a moment ago', async () => {
    await simulators.idp.rotateKeys();
    expect(
      await exchange(simulators, await simulators.idp.signIdToken('ada')),
    ).toMatchObject({ status: 200 });
  });

  it('follows the policies as they are now', async () => {
    const policies = await simulators.databricks.federationPolicies();
    await simulators.databricks.setFederationPolicies(
      policies.filter(policy => policy.servicePrincipal),
    );
    expect(
      await exchange(simulators, await simulators.idp.signIdToken('ada')),
    ).toMatchObject({ status: 401 });
  });

  it("refuses when the issuer's trailing slash differs", async () => {
    await simulators.databricks.setFederationPolicies([
      {
        issuer: `${simulators.idp.issuer}/`,
        audiences: ['backstage'],
        subjectClaim: 'email',
      },
    ]);
    expect(
      await exchange(simulators, await simulators.idp.signIdToken('ada')),
    ).toMatchObject({ status: 401 });
  });
});

describe('an access token', () => {
  it('is for one identity, whatever its scopes', async () => {
    const caller = await callerOf(
      simulators,
      'grace',
      'jobs iam.current-user:read',
    );
    expect((await caller.get(ME)).body).toMatchObject({
      userName: 'grace@acme.example',
      active: true,
    });
  });

  it('does not open an API outside its scopes', async () => {
    const caller = await callerOf(simulators, 'ada', 'unity-catalog');
    expect(await caller.get('/api/2.2/jobs/list')).toMatchObject({
      status: 403,
      body: { error_code: 'PERMISSION_DENIED' },
    });
  });

  it('missing is 401 with a numeric code', async () => {
    const answer = await callerWith(simulators, undefined).get(ME);
    expect(answer).toMatchObject({ status: 401, body: { error_code: 401 } });
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="DatabricksRealm"',
    );
  });

  it.each([
    ['made up', async () => 'dapi-made-up'],
    [
      "the identity provider's own",
      async () => simulators.idp.signIdToken('ada'),
    ],
  ])('that is %s is 403 with a numeric code, not 401', async (_what, token) => {
    const answer = await callerWith(simulators, await token()).get(ME);
    expect(answer).toMatchObject({
      status: 403,
      body: { error_code: 403, message: 'Invalid access token.' },
    });
  });

  it('stops working when its time is over', async () => {
    const caller = await callerOf(simulators, 'ada');
    await simulators.databricks.setClockOffset(3700);
    expect(await caller.get(ME)).toMatchObject({
      status: 403,
      body: { error_code: 403 },
    });
  });

  it('stops working when its principal is revoked, and starts again when restored', async () => {
    const caller = await callerOf(simulators, 'ada');
    await simulators.databricks.revokePrincipal('ada@acme.example');
    expect(await caller.get(ME)).toMatchObject({ status: 403 });
    expect(
      await exchange(simulators, await simulators.idp.signIdToken('ada')),
    ).toMatchObject({ status: 401 });
    await simulators.databricks.restorePrincipal('ada@acme.example');
    expect(await caller.get(ME)).toMatchObject({ status: 200 });
  });

  it('with 30 seconds left is refused by Azure only', async () => {
    const token = await simulators.idp.signIdToken('ada', {
      lifetimeSeconds: 25,
    });
    const caller = callerWith(
      simulators,
      (await exchange(simulators, token)).body.access_token,
    );
    expect(await caller.get(ME)).toMatchObject({ status: 200 });
    await simulators.databricks.setBehaviour({ azure: true });
    expect(await caller.get(ME)).toMatchObject({ status: 403 });
  });

  it('can be made to be somebody else, which Me then admits', async () => {
    await simulators.databricks.exchangeAs('grace@acme.example');
    const { body } = await exchange(
      simulators,
      await simulators.idp.signIdToken('ada'),
    );
    expect(await whoIs(body.access_token)).toBe('grace@acme.example');
  });
});

describe('every answer', () => {
  it.each<[string, string]>([
    ['a good one', ME],
    ['an unknown path', '/api/2.2/nothing'],
    ['the token endpoint', '/oidc/v1/token'],
  ])('has the headers of a workspace: %s', async (_what, path) => {
    const { headers } = await callerWith(simulators, undefined).get(path);
    expect(headers.get('server')).toBe('databricks');
    expect(headers.get('x-databricks-org-id')).toBe('1234567890123456');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('to an unknown path says so as the front door does', async () => {
    const answer = await (
      await callerOf(simulators, 'ada')
    ).send('POST', '/api/2.2/nothing', {});
    expect(answer).toMatchObject({
      status: 404,
      body: {
        error_code: 'ENDPOINT_NOT_FOUND',
        message: "No API found for 'POST /api/2.2/nothing'",
      },
    });
  });
});
