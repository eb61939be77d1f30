import { generateKeyPairSync } from 'node:crypto';
import { IdentityPoolClient } from 'google-auth-library';
import { SignJWT } from 'jose';
import { lendFetchToGoogleLibraries } from '../../__testUtils__/officialGoogle';
import type { Simulators } from '../../attachSimulators';
import { googleGroup, googlePerson } from '../../handles/googleMembers';
import type { ForgedTokenKind } from '../../handles/forgedTokenKinds';
import { startSimulators } from '../../startSimulators';

const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const PEOPLE =
  '//iam.googleapis.com/locations/global/workforcePools/acme/providers/idp';
const PORTAL =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/idp';
const DEPLOYER = 'forecast-deployer@ml-demo.iam.gserviceaccount.com';
const READER = 'modelops-reader@ml-demo.iam.gserviceaccount.com';

let simulators: Simulators;
beforeAll(async () => {
  lendFetchToGoogleLibraries();
  simulators = await startSimulators();
});
beforeEach(async () => {
  await simulators.google.reset();
  await simulators.idp.reset();
});
afterAll(() => simulators.close());

interface Wanted {
  subjectToken: string;
  audience?: string;
  userProject?: string | null;
  impersonate?: string;
  lifetimeSeconds?: number;
  subjectTokenType?: string;
}

/** Google's own client library, pointed at the simulator. */
function officialClient(wanted: Wanted): IdentityPoolClient {
  const { host } = simulators.google;
  const userProject =
    wanted.userProject === undefined ? '123456789012' : wanted.userProject;
  return new IdentityPoolClient({
    type: 'external_account',
    audience: wanted.audience ?? PEOPLE,
    subject_token_type: wanted.subjectTokenType ?? ID_TOKEN,
    token_url: `${host}/v1/token`,
    ...(userProject !== null && { workforce_pool_user_project: userProject }),
    ...(wanted.impersonate && {
      service_account_impersonation_url: `${host}/v1/projects/-/serviceAccounts/${wanted.impersonate}:generateAccessToken`,
      service_account_impersonation: {
        token_lifetime_seconds: wanted.lifetimeSeconds ?? 900,
      },
    }),
    scopes: [CLOUD_PLATFORM],
    subject_token_supplier: {
      getSubjectToken: async () => wanted.subjectToken,
    },
  });
}

async function tokenOf(wanted: Wanted): Promise<string> {
  return (await officialClient(wanted).getAccessToken()).token!;
}

/** Never print the library's error itself: it holds the subject token. */
async function refusalOf(wanted: Wanted): Promise<string> {
  return tokenOf(wanted).then(
    () => 'no refusal',
    error => String(error.message),
  );
}

async function asAda(): Promise<Wanted> {
  return { subjectToken: await simulators.idp.signIdToken('ada') };
}

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

/** Asks for a token of an account, so that the answer is the API's and not the client's. */
async function impersonate(
  token: string | undefined,
  email: string,
  body: unknown = { scope: [CLOUD_PLATFORM] },
  owner = '-',
) {
  const response = await fetch(
    `${simulators.google.host}/v1/projects/${owner}/serviceAccounts/${email}:generateAccessToken`,
    {
      method: 'POST',
      headers: token ? { authorization: `Bearer ${token}` } : {},
      body: JSON.stringify(body),
    },
  );
  return { status: response.status, body: await response.json() };
}

describe("Google's auth library", () => {
  it('gets a person a token of their own, good for an hour', async () => {
    const client = officialClient(await asAda());
    const { token } = await client.getAccessToken();
    expect(token).toMatch(/^ya29\.d\./);
    const left = client.credentials.expiry_date! - Date.now();
    expect(left).toBeGreaterThan(3_500_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    const [request] = await simulators.google.requests({ path: '/v1/token' });
    expect(request.principal).toBe(googlePerson('ada@acme.example'));
    expect(new URLSearchParams(request.body).get('options')).toBe(
      '{"userProject":"123456789012"}',
    );
  });

  it('becomes a service account with the token of a person who may', async () => {
    const client = officialClient({
      ...(await asAda()),
      impersonate: DEPLOYER,
    });
    const { token } = await client.getAccessToken();
    expect(token).toMatch(/^ya29\.c\./);
    const left = client.credentials.expiry_date! - Date.now();
    expect(left).toBeGreaterThan(850_000);
    expect(left).toBeLessThanOrEqual(900_000);
  });

  it('becomes the reader with the token of the portal, which has no user project', async () => {
    const token = await tokenOf({
      subjectToken: await workloadToken(),
      audience: PORTAL,
      userProject: null,
      subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
      impersonate: READER,
    });
    expect(token).toMatch(/^ya29\.c\./);
  });

  it.each<[ForgedTokenKind, string]>([
    ['expired', 'invalid_grant: ID Token issued at'],
    [
      'wrong-issuer',
      'invalid_grant: The issuer in ID Token http://127.0.0.1:1 does not match the expected ones: ',
    ],
    [
      'wrong-audience',
      'invalid_grant: The audience in ID Token [another-application] does not match the expected audience backstage.',
    ],
    ['alg-none', 'invalid_grant: Unsupported algorithm none'],
    ['hs256-with-public-key', 'invalid_grant: Unsupported algorithm HS256'],
    ['wrong-key', 'invalid_grant: The ID Token is not valid'],
    ['unknown-kid', 'invalid_grant: The ID Token is not valid'],
    ['embedded-jwk', 'invalid_grant: The ID Token is not valid'],
    ['not-yet-valid', 'invalid_grant: '],
    ['no-subject', 'invalid_grant: The ID Token is not valid'],
    ['no-expiry', 'invalid_grant: The ID Token is not valid'],
    [
      'no-email',
      'invalid_grant: The mapped attribute google.subject is required',
    ],
    [
      'unverified-email',
      'unauthorized_client: The given credential is rejected by the attribute condition.',
    ],
  ])('is refused with a token that is %s', async (kind, message) => {
    const subjectToken = await simulators.idp.forge(kind, 'ada');
    expect(await refusalOf({ subjectToken })).toContain(message);
  });

  it.each([
    [
      'a malformed audience',
      { audience: '//iam.googleapis.com/pools/acme', userProject: null },
      'invalid_request: Invalid value for "audience". This value should be the full resource name of the Identity Provider.',
    ],
    [
      'an unknown provider',
      { audience: PEOPLE.replace('/idp', '/other') },
      'invalid_target: The target service indicated by the "audience" parameters is invalid.',
    ],
    [
      'an unknown pool',
      { audience: PEOPLE.replace('acme', 'other') },
      'invalid_target',
    ],
    [
      'a workforce pool without user project',
      { userProject: null },
      'invalid_request: The option "userProject" is required',
    ],
    [
      'another kind of subject token',
      { subjectTokenType: 'urn:ietf:params:oauth:token-type:saml2' },
      'invalid_request: Invalid value for "subject_token_type".',
    ],
  ])('is refused with %s', async (_case, wrong, message) => {
    expect(await refusalOf({ ...(await asAda()), ...wrong })).toContain(
      message,
    );
  });

  it('is refused while the provider is disabled, or trusts another issuer or client', async () => {
    const ada = await asAda();
    await simulators.google.setProvider('workforce', { disabled: true });
    expect(await refusalOf(ada)).toContain('invalid_target');
    await simulators.google.setProvider('workforce', {
      disabled: false,
      audiences: ['another-portal'],
    });
    expect(await refusalOf(ada)).toContain('invalid_grant: The audience');
    await simulators.google.setProvider('workforce', {
      issuer: 'https://elsewhere.example',
    });
    expect(await refusalOf(ada)).toContain('invalid_grant: The issuer');
  });

  it('is refused when the issuer cannot be reached', async () => {
    const ada = await asAda();
    await simulators.idp.fault({
      path: '/.well-known/openid-configuration',
      effect: 'status',
      status: 500,
    });
    expect(await refusalOf(ada)).toContain(
      "invalid_grant: Error connecting to the given credential's issuer.",
    );
  });

  it('is refused with a token that lives 48 hours, a subject above 127 bytes, or more than 400 groups', async () => {
    const { idp } = simulators;
    const cases: Array<[Parameters<typeof idp.signIdToken>[1], string]> = [
      [{ lifetimeSeconds: 48 * 3600 }, 'more than 48 hours'],
      [
        { claims: { email: `${'é'.repeat(60)}@acme.example` } },
        'The size of mapped attribute exceeds the 127 bytes limit.',
      ],
      [
        { claims: { groups: Array.from({ length: 401 }, (_, n) => `g${n}`) } },
        'limit of 400',
      ],
    ];
    for (const [overrides, message] of cases) {
      const subjectToken = await idp.signIdToken('ada', overrides);
      expect(await refusalOf({ subjectToken })).toContain(message);
    }
  });

  it('is refused by an attribute condition that the person does not meet', async () => {
    await simulators.google.setAttributeCondition(
      "assertion.email_verified == true && 'ml-engineers' in assertion.groups && assertion.email.endsWith('@acme.example')",
    );
    expect(await tokenOf(await asAda())).toMatch(/^ya29/);
    const subjectToken = await simulators.idp.signIdToken('grace');
    expect(await refusalOf({ subjectToken })).toContain('unauthorized_client');
    await expect(
      simulators.google.setAttributeCondition('size(assertion.groups) > 1'),
    ).rejects.toThrow('does not know the condition');
  });

  it('names the permission that is missing for a service account, or the account', async () => {
    const subjectToken = await simulators.idp.signIdToken('grace');
    const message =
      "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).";
    expect(await refusalOf({ subjectToken, impersonate: DEPLOYER })).toContain(
      message,
    );
    expect(
      await refusalOf({
        ...(await asAda()),
        impersonate: 'nobody@ml-demo.iam.gserviceaccount.com',
      }),
    ).toContain(message);
  });

  it('is told that a lifetime is too long', async () => {
    expect(
      await refusalOf({
        ...(await asAda()),
        impersonate: DEPLOYER,
        lifetimeSeconds: 7200,
      }),
    ).toContain('cannot exceed 3600 seconds');
  });
});

describe('the token endpoint', () => {
  const exchange = async (
    body: URLSearchParams | object,
    headers: Record<string, string> = {},
  ) => {
    const form = body instanceof URLSearchParams;
    const response = await fetch(`${simulators.google.host}/v1/token`, {
      method: 'POST',
      headers: form
        ? headers
        : { 'content-type': 'application/json', ...headers },
      body: form ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const goodForm = async (change: Record<string, string> = {}) =>
    new URLSearchParams(
      Object.entries({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: PEOPLE,
        scope: CLOUD_PLATFORM,
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token: await simulators.idp.signIdToken('ada'),
        subject_token_type: ID_TOKEN,
        options: '{"userProject":"123456789012"}',
        ...change,
      }).filter(([, value]) => value !== ''),
    );

  it('takes JSON as well, and answers with the four fields', async () => {
    const { status, body } = await exchange({
      grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: PEOPLE,
      scope: CLOUD_PLATFORM,
      requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
      subjectToken: await simulators.idp.signIdToken('ada'),
      subjectTokenType: ID_TOKEN,
      options: '{"userProject":"ml-demo"}',
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^ya29\.d\./),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 3600,
    });
  });

  it.each([
    ['grant_type', 'client_credentials', 'unsupported_grant_type'],
    ['grant_type', '', 'invalid_request'],
    ['requested_token_type', ID_TOKEN, 'invalid_request'],
    ['requested_token_type', '', 'invalid_request'],
    ['subject_token', '', 'invalid_request'],
    ['subject_token', 'not.a.jwt', 'invalid_request'],
    ['scope', '', 'invalid_request'],
    ['scope', 'everything', 'invalid_scope'],
    ['options', 'userProject', 'invalid_request'],
    ['options', '{"userproject":"1"}', 'invalid_request'],
    ['options', `{"userProject":"${'1'.repeat(33)}"}`, 'invalid_request'],
    ['audience', PORTAL, 'invalid_request'],
    ['resource', 'x', 'invalid_request'],
  ])('refuses %s %j as %s', async (field, value, code) => {
    const answer = await exchange(await goodForm({ [field]: value }));
    expect(answer).toMatchObject({ status: 400, body: { error: code } });
    expect(Object.keys(answer.body)).toEqual(['error', 'error_description']);
  });

  it('refuses a request with an Authorization header', async () => {
    const answer = await exchange(await goodForm(), {
      authorization: 'Bearer x',
    });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
  });

  it("judges by Google's own clock, and gives tokens the lifetime that was set", async () => {
    await simulators.google.setClockOffset(7200);
    expect((await exchange(await goodForm())).body.error).toBe('invalid_grant');
    await simulators.google.setClockOffset(0);
    await simulators.google.setProvider('workforce', { sessionSeconds: 900 });
    expect((await exchange(await goodForm())).body.expires_in).toBe(900);
    await simulators.google.setBehaviour({ tokenSeconds: 60 });
    expect((await exchange(await goodForm())).body.expires_in).toBe(60);
  });

  it('refuses a token without kid though its key is the right one', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const subjectToken = await new SignJWT({ email: 'ada@acme.example' })
      .setProtectedHeader({ alg: 'RS256' })
      .sign(privateKey);
    const { body } = await exchange(
      await goodForm({ subject_token: subjectToken }),
    );
    expect(body.error_description).toContain("'kid'");
  });
});

describe('a token', () => {
  it('that was never given, or of a principal that was revoked, is refused', async () => {
    expect(await impersonate(undefined, DEPLOYER)).toMatchObject({
      status: 401,
      body: { error: { code: 401, status: 'UNAUTHENTICATED' } },
    });
    expect((await impersonate('ya29.made-up', DEPLOYER)).status).toBe(401);

    const ada = googlePerson('ada@acme.example');
    const token = await tokenOf(await asAda());
    const { body } = await impersonate(token, DEPLOYER);
    await simulators.google.endSessions(ada);
    expect((await impersonate(token, DEPLOYER)).status).toBe(401);
    expect((await impersonate(body.accessToken, DEPLOYER)).status).toBe(401);
    expect(await tokenOf(await asAda())).toMatch(/^ya29/);

    await simulators.google.revokePrincipal(ada);
    expect(await refusalOf(await asAda())).toContain('revoked');
    await simulators.google.restorePrincipal(ada);
    expect(await tokenOf(await asAda())).toMatch(/^ya29/);
  });

  it('ends at its time', async () => {
    await simulators.google.setBehaviour({ tokenSeconds: 600 });
    const token = await tokenOf(await asAda());
    expect((await impersonate(token, DEPLOYER)).status).toBe(200);
    await simulators.google.setClockOffset(601);
    expect((await impersonate(token, DEPLOYER)).status).toBe(401);
  });

  it('of a person without the right to use the project is refused at the first call, not at the exchange', async () => {
    const subjectToken = await simulators.idp.signIdToken('katherine');
    const token = await tokenOf({ subjectToken });
    expect(await impersonate(token, DEPLOYER)).toMatchObject({
      status: 403,
      body: {
        error: {
          status: 'PERMISSION_DENIED',
          message: expect.stringContaining('serviceusage.services.use'),
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason: 'USER_PROJECT_DENIED',
              domain: 'googleapis.com',
              metadata: { consumer: 'projects/123456789012' },
            },
          ],
        },
      },
    });
  });
});

describe('generateAccessToken', () => {
  it('answers a refusal with the permission in ErrorInfo', async () => {
    await simulators.google.revoke(
      'iam.serviceAccounts.getAccessToken',
      googlePerson('ada@acme.example'),
    );
    const { status, body } = await impersonate(
      await tokenOf(await asAda()),
      DEPLOYER,
    );
    expect(status).toBe(403);
    expect(body.error.details).toEqual([
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'IAM_PERMISSION_DENIED',
        domain: 'iam.googleapis.com',
        metadata: { permission: 'iam.serviceAccounts.getAccessToken' },
      },
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no scope', {}, '-'],
    ['an empty list of scopes', { scope: [] }, '-'],
    ['a scope that is none', { scope: ['all'] }, '-'],
    [
      'a lifetime without unit',
      { scope: [CLOUD_PLATFORM], lifetime: '900' },
      '-',
    ],
    [
      'a lifetime that is a number',
      { scope: [CLOUD_PLATFORM], lifetime: 900 },
      '-',
    ],
    ['a lifetime of nothing', { scope: [CLOUD_PLATFORM], lifetime: '0s' }, '-'],
    ['an unknown field', { scope: [CLOUD_PLATFORM], audience: 'x' }, '-'],
    ['a project instead of -', { scope: [CLOUD_PLATFORM] }, 'ml-demo'],
  ])('refuses %s', async (_case, body, owner) => {
    const token = await tokenOf(await asAda());
    expect(await impersonate(token, DEPLOYER, body, owner)).toMatchObject({
      status: 400,
      body: { error: { code: 400, status: 'INVALID_ARGUMENT' } },
    });
  });

  it('refuses delegates, which nobody was granted', async () => {
    const token = await tokenOf(await asAda());
    const answer = await impersonate(token, DEPLOYER, {
      scope: [CLOUD_PLATFORM],
      delegates: [`projects/-/serviceAccounts/${READER}`],
    });
    expect(answer.status).toBe(403);
  });

  it('follows grants to groups at once', async () => {
    const subjectToken = await simulators.idp.signIdToken('grace');
    const token = await tokenOf({ subjectToken });
    expect((await impersonate(token, DEPLOYER)).status).toBe(403);
    await simulators.google.grant(
      'iam.serviceAccounts.getAccessToken',
      googleGroup('data-scientists'),
      `projects/-/serviceAccounts/${DEPLOYER}`,
    );
    expect((await impersonate(token, DEPLOYER)).status).toBe(200);
    expect((await impersonate(token, READER)).status).toBe(403);
  });
});
