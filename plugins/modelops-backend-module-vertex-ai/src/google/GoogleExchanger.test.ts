import { inspect } from 'node:util';
import { Secret } from 'backstage-plugin-modelops-node';
import { googlePerson } from 'modelops-simulators';
import {
  claimsOf,
  READER,
  TestProject,
  WORKFORCE_PROVIDER,
  WORKLOAD_PROVIDER,
} from '../__testUtils__/TestProject';
import { readerSettings, userSettings } from './exchangeSettings';
import { GoogleExchanger } from './GoogleExchanger';

const DEPLOYER = 'forecast-deployer@ml-demo.iam.gserviceaccount.com';
const TRAINER = 'forecast-trainer@ml-demo.iam.gserviceaccount.com';
const ADA = googlePerson('ada@acme.example');

let project: TestProject;
beforeAll(async () => {
  project = await TestProject.start({ manualRuns: true });
});
afterEach(() => project.reset());
afterAll(() => project.close());

/** Seconds a credential has left. */
function secondsLeft({ expiresAt }: { expiresAt: Date }): number {
  return (expiresAt.getTime() - Date.now()) / 1000;
}

describe('the exchange for a person', () => {
  it('gives the token of the pool, which nobody confirms', async () => {
    const credential = await project.exchange('ada');
    expect(credential).toMatchObject({ principal: ADA, confirmed: false });
    expect(secondsLeft(credential)).toBeGreaterThan(3_500);
    expect(secondsLeft(credential)).toBeLessThanOrEqual(3_600);
    const [sent] = await project.google.requests({ path: '/v1/token' });
    const form = new URLSearchParams(sent.body);
    expect(Object.fromEntries(form)).toMatchObject({
      audience: WORKFORCE_PROVIDER,
      options: '{"userProject":"123456789012"}',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    });
    expect(sent.headers).not.toHaveProperty('authorization');
  });

  it('is usable as that person', async () => {
    const call = await project.callAs('ada');
    await project.open().readForm(call, {
      resource: { kind: 'endpoint', canonical: 'endpoint/demand-forecast' },
      operation: 'traffic',
      model: { kind: 'model', canonical: 'model/demand-forecast' },
    });
    const calls = await project.google.requests({ principal: ADA });
    expect(calls.some(({ path }) => path.includes('/endpoints/'))).toBe(true);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    [
      'an address that nobody vouches for',
      { email: 'ada@acme.example', email_verified: false },
      'platform-identity-mismatch',
      'email_verified',
    ],
    ['no address', {}, 'exchange-refused', "has no claim 'email'"],
    [
      'a claim that Google would not take',
      claimsOf(`${'a'.repeat(130)}@acme.example`),
      'exchange-refused',
      '127 bytes',
    ],
  ])('sends nothing for %s', async (_what, claims, code, words) => {
    const error = await project.failureOf(project.exchange('ada', { claims }));
    expect(error).toMatchObject({ code, refused: true });
    expect(error.message).toContain(words);
    expect(await project.google.requests()).toEqual([]);
  });

  it.each<[string, () => Promise<unknown> | unknown, string[]]>([
    [
      'a provider that is not there',
      () => 'no-such',
      ['no such pool or provider', 'disabled', 'no-such'],
    ],
    [
      'a provider that is disabled',
      () => project.google.setProvider('workforce', { disabled: true }),
      ['disabled', WORKFORCE_PROVIDER],
    ],
    [
      'another issuer',
      () =>
        project.google.setProvider('workforce', {
          issuer: 'https://other.example',
        }),
      ["issuer URI to exactly the token's 'iss' claim"],
    ],
    [
      'another aud claim',
      () => project.google.setProvider('workforce', { audiences: ['another'] }),
      [
        "'aud' claim of the ID token",
        'client id',
        'It is not the audience parameter',
        WORKFORCE_PROVIDER,
      ],
    ],
    [
      'a condition that is false',
      () =>
        project.google.setAttributeCondition(
          "'astronauts' in assertion.groups",
        ),
      ['attribute condition', 'false'],
    ],
    [
      'a subject that is mapped from something long',
      () =>
        project.google.setProvider('workforce', {
          mapping: { subject: 'assertion.long' },
        }),
      ['127 bytes', 'google.subject'],
    ],
    [
      'a person whose sessions were revoked',
      () => project.google.revokePrincipal(ADA),
      ['revoked', 'administrator'],
    ],
  ])('says what is wrong with %s', async (_what, prepare, words) => {
    const wrong = await prepare();
    const error = await project.failureOf(
      project.exchange('ada', {
        token: await project.idp.signIdToken('ada', {
          claims: { long: 'x'.repeat(200) },
        }),
        settings:
          typeof wrong === 'string'
            ? { audience: WORKFORCE_PROVIDER.replace('idp', wrong) }
            : {},
      }),
    );
    expect(error).toMatchObject({ code: 'exchange-refused', refused: true });
    for (const word of words) expect(error.message).toContain(word);
    expect(error.message).toContain('Nothing was started');
  });

  it('says that Google cannot reach the issuer', async () => {
    const issuer = 'http://127.0.0.1:9';
    await project.google.setProvider('workforce', { issuer });
    const token = await project.idp.signIdToken('ada', {
      claims: { iss: issuer },
    });
    const { message } = await project.failureOf(
      project.exchange('ada', {
        token,
        claims: { ...claimsOf('ada@acme.example'), iss: issuer },
      }),
    );
    expect(message).toContain(`cannot reach the issuer ('${issuer}')`);
    expect(message).toContain('jwksJson');
  });

  it('says that the token is too old', async () => {
    const token = await project.idp.signIdToken('ada', {
      lifetimeSeconds: -60,
    });
    const { message } = await project.failureOf(
      project.exchange('ada', { token }),
    );
    expect(message).toContain('too old');
  });

  it('names the aud claim beside the parameter that it is taken for', async () => {
    await project.google.setProvider('workforce', { audiences: ['another'] });
    const { message } = await project.failureOf(
      project.exchange('ada', {
        claims: { ...claimsOf('ada@acme.example'), aud: 'backstage' },
      }),
    );
    expect(message).toContain("'aud' claim of the ID token ('backstage')");
  });

  it('passes nothing on of what a claim holds that cannot be one', async () => {
    await project.google.setProvider('workforce', { audiences: ['another'] });
    const aud = '<img src=x onerror=alert(1)>';
    const { message } = await project.failureOf(
      project.exchange('ada', {
        claims: { ...claimsOf('ada@acme.example'), aud },
      }),
    );
    expect(message).not.toContain('onerror');
  });

  it.each([
    ['a lost connection', { effect: 'drop' }, 'exchange-unreachable'],
    ['an outage', { effect: 'status', status: 503 }, 'exchange-unreachable'],
    ['a sign-in page', { effect: 'html' }, 'exchange-response-invalid'],
  ] as const)('tells %s from a refusal', async (_what, fault, code) => {
    await project.google.fault({ path: '/v1/token', ...fault });
    const error = await project.failureOf(project.exchange('ada'));
    expect(error).toMatchObject({ code, refused: true });
  });

  it('refuses a credential that is over before it is used', async () => {
    await project.google.setBehaviour({ tokenSeconds: 10 });
    const { code } = await project.failureOf(project.exchange('ada'));
    expect(code).toBe('credential-expired');
  });

  it('works with connections of Vertex AI only', async () => {
    const error = await project.failureOf(
      new GoogleExchanger(() => new Date()).exchange({
        connection: { id: 'other', platform: 'databricks', settings: {} },
        settings: userSettings.parse({
          audience: WORKFORCE_PROVIDER,
          userProject: '1',
        }),
        subjectToken: new Secret('token'),
        wanted: { kind: 'person', claims: claimsOf('ada@acme.example') },
        signal: AbortSignal.timeout(1_000),
      }),
    );
    expect(error.message).toContain('platform vertex-ai only');
  });
});

describe('the exchange for a service account', () => {
  it("becomes it with the person's own token, for as long as the connection says", async () => {
    const credential = await project.exchange('ada', { as: DEPLOYER });
    expect(credential).toMatchObject({ principal: DEPLOYER, confirmed: true });
    expect(secondsLeft(credential)).toBeGreaterThan(14 * 60);
    expect(secondsLeft(credential)).toBeLessThanOrEqual(15 * 60);
    const [request] = await project.google.requests({
      path: `/v1/projects/-/serviceAccounts/${DEPLOYER}:generateAccessToken`,
    });
    expect(request.principal).toBe(ADA);
    const short = await project.exchange('ada', {
      as: DEPLOYER,
      settings: { credentialLifetime: { minutes: 5 } },
    });
    expect(secondsLeft(short)).toBeLessThanOrEqual(5 * 60);
  });

  it('tells Google that it is an ID token, and of a refusal what that says', async () => {
    await project.exchange('ada', { as: DEPLOYER });
    const [sent] = await project.google.requests({ path: '/v1/token' });
    expect(new URLSearchParams(sent.body).get('subject_token_type')).toBe(
      'urn:ietf:params:oauth:token-type:id_token',
    );
    await project.google.setProvider('workforce', { audiences: ['another'] });
    const error = await project.failureOf(
      project.exchange('ada', {
        as: DEPLOYER,
        claims: { ...claimsOf('ada@acme.example'), aud: 'modelops' },
      }),
    );
    expect(error.message).toContain("'aud' claim of the ID token ('modelops')");
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'whom nobody vouches for',
      { email: 'grace@acme.example', email_verified: false },
      'platform-identity-mismatch',
    ],
    ['without a name', { sub: 'ada' }, 'exchange-refused'],
  ])('sends nothing for a person %s', async (_who, claims, code) => {
    const error = await project.failureOf(
      project.exchange('ada', { as: DEPLOYER, claims }),
    );
    expect(error).toMatchObject({ code, refused: true });
    expect(error.message).toContain("claim 'email'");
    expect(await project.google.requests()).toEqual([]);
  });

  it('is the portal itself by its own pool', async () => {
    const { credential } = await project.callAsReader();
    expect(credential).toMatchObject({ principal: READER, confirmed: true });
    const [sent] = await project.google.requests({ path: '/v1/token' });
    expect(new URLSearchParams(sent.body).get('subject_token_type')).toBe(
      'urn:ietf:params:oauth:token-type:jwt',
    );
  });

  it('says which permission is missing on which account', async () => {
    const error = await project.failureOf(
      project.exchange('ada', { as: TRAINER }),
    );
    expect(error).toMatchObject({
      code: 'exchange-refused',
      refused: true,
    });
    for (const word of [
      'iam.serviceAccounts.getAccessToken',
      TRAINER,
      'roles/iam.workloadIdentityUser',
    ])
      expect(error.message).toContain(word);
  });

  it('says of a life that is too long what may be done about it', async () => {
    await project.google.fault({
      path: '/v1/projects/-/serviceAccounts/*',
      effect: 'status',
      status: 400,
    });
    const error = await project.failureOf(
      project.exchange('ada', { as: DEPLOYER }),
    );
    expect(error).toMatchObject({ code: 'exchange-refused', refused: true });
    expect(error.message).toContain('for 900 s: the lifetime is too long');
    expect(error.message).toContain('credentialLifetime');
  });

  it('leaves the token in between in no error', async () => {
    const error = await project.failureOf(
      project.exchange('ada', { as: TRAINER }),
    );
    const [refused] = await project.google.requests({
      path: `/v1/projects/-/serviceAccounts/${TRAINER}:generateAccessToken`,
    });
    const [, token] = String(refused.headers.authorization).split(' ');
    expect(token.length).toBeGreaterThan(10);
    const shown = inspect(error, { showHidden: true, depth: 12 });
    expect(`${shown}${error.stack}${JSON.stringify(error)}`).not.toContain(
      token,
    );
  });

  it('never becomes an account of another name', async () => {
    const error = await project.failureOf(
      project.exchange('ada', { as: 'alan@acme.example' }),
    );
    expect(error.message).toContain('e-mail address');
    expect(await project.google.requests()).toEqual([]);
  });

  it.each([
    ['a lost connection', { effect: 'drop' }, 'exchange-unreachable'],
    ['an outage', { effect: 'status', status: 500 }, 'exchange-unreachable'],
    ['a sign-in page', { effect: 'html' }, 'exchange-response-invalid'],
    [
      'a token that is none',
      {
        effect: 'body',
        body: '{"accessToken":"a\\r\\nb","expireTime":"2099-01-01T00:00:00Z"}',
      },
      'exchange-response-invalid',
    ],
    [
      'a credential that was not accepted',
      { effect: 'status', status: 401 },
      'exchange-refused',
    ],
  ] as const)('tells %s from a refusal', async (_what, fault, code) => {
    await project.google.fault({
      path: '/v1/projects/-/serviceAccounts/*',
      ...fault,
    });
    const error = await project.failureOf(
      project.exchange('ada', { as: DEPLOYER }),
    );
    expect(error).toMatchObject({ code, refused: true });
  });
});

describe('what a person without rights is told', () => {
  const endpoint = { kind: 'endpoint', canonical: 'endpoint/demand-forecast' };

  it('that serviceusage.services.use is missing', async () => {
    const call = await project.callAs('katherine');
    const { code, message } = await project.failureOf(
      project.open().serving!.readServing(call, endpoint),
    );
    expect(code).toBe('platform-permission-denied');
    expect(message).toContain('serviceusage.services.use');
    expect(message).toContain('roles/serviceusage.serviceUsageConsumer');
  });

  it('that the permission of Vertex AI is missing, by its name', async () => {
    await project.google.grant(
      'serviceusage.services.use',
      googlePerson('katherine@acme.example'),
    );
    const call = await project.callAs('katherine');
    const { message } = await project.failureOf(
      project.open().serving!.readServing(call, endpoint),
    );
    expect(message).toContain('aiplatform.endpoints.get');
  });
});

describe('the name of a principal', () => {
  const exchanger = new GoogleExchanger(() => new Date());
  const settings = userSettings.parse({
    audience: WORKFORCE_PROVIDER,
    userProject: '1',
  });

  it('is known before anything is exchanged', () => {
    const claims = claimsOf('Ada@acme.example');
    const person = { kind: 'person' as const, claims };
    expect(exchanger.principalOf({ settings, wanted: person })).toBe(
      googlePerson('Ada@acme.example'),
    );
    expect(
      exchanger.principalOf({
        settings: { ...settings, subjectClaim: 'constructor' },
        wanted: person,
      }),
    ).toBeUndefined();
    const account = (id: string) =>
      exchanger.principalOf({
        settings: readerSettings.parse({
          audience: WORKLOAD_PROVIDER,
          servicePrincipal: READER,
        }),
        wanted: { kind: 'service-principal', id },
      });
    expect(account(READER.toUpperCase())).toBe(READER);
    expect(account('')).toBeUndefined();
    expect(account('reader@evil.example')).toBeUndefined();
  });
});
