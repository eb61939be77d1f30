import { Secret } from 'backstage-plugin-modelops-node';
import {
  claimsOf,
  READER,
  TestWorkspace,
  TRAINER,
} from './__testUtils__/workspace';
import { DatabricksExchanger } from './DatabricksExchanger';

describe('DatabricksExchanger', () => {
  let workspace: TestWorkspace;
  beforeAll(async () => {
    workspace = await TestWorkspace.start();
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  async function sentForm() {
    const [request] = await workspace.databricks.requests({
      path: '/oidc/v1/token',
    });
    return Object.fromEntries(new URLSearchParams(request.body));
  }

  it('makes the token of a person a credential of that person, without a client_id', async () => {
    const token = await workspace.idp.signIdToken('ada', {
      lifetimeSeconds: 900,
    });
    const credential = await workspace.exchange('ada', { token });
    expect(credential).toMatchObject({
      principal: 'ada@acme.example',
      confirmed: true,
    });
    expect(await sentForm()).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      scope: 'all-apis',
    });
    const left = credential.expiresAt.getTime() - Date.now();
    expect(left).toBeGreaterThan(890_000);
    expect(left).toBeLessThanOrEqual(900_000);
  });

  it('asks the workspace who the credential is, before it is handed out', async () => {
    await workspace.exchange('ada');
    expect(
      (await workspace.databricks.requests()).map(({ path }) => path),
    ).toEqual(['/oidc/v1/token', '/api/2.0/preview/scim/v2/Me']);
  });

  it('makes the token of the portal a credential of its reader', async () => {
    const { credential } = await workspace.callAsReader();
    expect(credential.principal).toBe(READER);
    expect((await sentForm()).client_id).toBe(READER);
  });

  it("reaches a service principal with the person's own token, if a policy says so", async () => {
    expect((await workspace.exchange('ada', { as: TRAINER })).principal).toBe(
      TRAINER,
    );
    const error = await workspace.failureOf(
      workspace.exchange('grace', { as: TRAINER }),
    );
    expect(error.code).toBe('exchange-refused');
  });

  it('asks for the configured scopes', async () => {
    await workspace.exchange('ada', {
      settings: { scopes: ['jobs', 'iam.current-user:read'] },
    });
    expect((await sentForm()).scope).toBe('jobs iam.current-user:read');
  });

  it('never makes a person a service principal, whatever else is configured', async () => {
    await workspace.exchange('ada', { settings: { servicePrincipal: READER } });
    expect(await sentForm()).not.toHaveProperty('client_id');
  });

  it('does not care about the case of a user name', async () => {
    const credential = await workspace.exchange('ada', {
      claims: claimsOf('ADA@acme.example'),
    });
    expect(credential.principal).toBe('ada@acme.example');
  });

  it.each(['grace@acme.example', 'alan@acme.example', READER])(
    'refuses a credential that turns out to be %s',
    async somebodyElse => {
      await workspace.databricks.exchangeAs(somebodyElse);
      const error = await workspace.failureOf(workspace.exchange('ada'));
      expect(error).toMatchObject({
        code: 'platform-identity-mismatch',
        refused: true,
      });
    },
  );

  it('refuses a person whose token maps to a colleague', async () => {
    const error = await workspace.failureOf(
      workspace.exchange('ada', { claims: claimsOf('grace@acme.example') }),
    );
    expect(error.code).toBe('platform-identity-mismatch');
  });

  it('refuses a name that only looks the same', async () => {
    const error = await workspace.failureOf(
      workspace.exchange('katherine', {
        claims: claimsOf('\u212Aatherine@acme.example'),
      }),
    );
    expect(error.code).toBe('platform-identity-mismatch');
  });

  it('checks that the host is the workspace it is meant to be', async () => {
    const connection = { workspaceId: '1234567890123456' };
    await expect(
      workspace.exchange('ada', { connection }),
    ).resolves.toBeDefined();
    const error = await workspace.failureOf(
      workspace.exchange('ada', { connection: { workspaceId: '99' } }),
    );
    expect(error.code).toBe('platform-identity-mismatch');
  });

  it.each([
    'wrong-audience',
    'wrong-issuer',
    'expired',
    'wrong-key',
    'alg-none',
    'no-email',
  ] as const)(
    'says that the workspace refused a token that is %s',
    async kind => {
      const token = await workspace.idp.forge(kind, 'ada');
      const error = await workspace.failureOf(
        workspace.exchange('ada', { token }),
      );
      expect(error).toMatchObject({ code: 'exchange-refused', refused: true });
      expect(error.message).toMatch(/Check that/);
      expect(
        await workspace.databricks.requests({
          path: '/api/2.0/preview/scim/v2/Me',
        }),
      ).toHaveLength(0);
    },
  );

  it.each([
    ['false', { email_verified: false }],
    ['the text true', { email_verified: 'true' }],
    ['missing', { email_verified: null }],
  ])(
    'never hands over a token with an e-mail address of somebody else while email_verified is %s',
    async (_what, verified) => {
      const claims = { email: 'ada@acme.example', ...verified };
      const token = await workspace.idp.signIdToken('grace', { claims });
      const error = await workspace.failureOf(
        workspace.exchange('grace', { token, claims }),
      );
      expect(error).toMatchObject({
        code: 'platform-identity-mismatch',
        refused: true,
      });
      expect(error.message).toContain('email_verified');
      expect(await workspace.databricks.requests()).toHaveLength(0);
    },
  );

  it('never hands over a token for a service principal that is none', async () => {
    const error = await workspace.failureOf(
      workspace.exchange('ada', { as: 'the-trainer' }),
    );
    expect(error).toMatchObject({ code: 'exchange-refused', refused: true });
    expect(await workspace.databricks.requests()).toHaveLength(0);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'whom nobody vouches for',
      { email: 'grace@acme.example', email_verified: false },
      'platform-identity-mismatch',
    ],
    ['without a name', { sub: 'ada' }, 'exchange-refused'],
  ])(
    'never makes a person %s a service principal',
    async (_who, claims, code) => {
      const error = await workspace.failureOf(
        workspace.exchange('ada', { as: TRAINER, claims }),
      );
      expect(error).toMatchObject({ code, refused: true });
      expect(await workspace.databricks.requests()).toEqual([]);
    },
  );

  it('does not ask at all for a person without a name', async () => {
    const error = await workspace.failureOf(
      workspace.exchange('ada', { claims: { sub: 'ada' } }),
    );
    expect(error.code).toBe('exchange-refused');
    expect(error.message).toContain("'email'");
    expect(await workspace.databricks.requests()).toHaveLength(0);
  });

  it('refuses a user who was deactivated', async () => {
    await workspace.databricks.revokePrincipal('ada@acme.example');
    const error = await workspace.failureOf(workspace.exchange('ada'));
    expect(error.code).toBe('exchange-refused');
  });

  it('names scopes when the workspace does not know one', async () => {
    const error = await workspace.failureOf(
      workspace.exchange('ada', { settings: { scopes: ['everything'] } }),
    );
    expect(error).toMatchObject({ code: 'exchange-refused' });
    expect(error.message).toContain("'scopes'");
  });

  it('refuses a credential that ends in less than 40 seconds', async () => {
    const token = await workspace.idp.signIdToken('ada', {
      lifetimeSeconds: 35,
    });
    const error = await workspace.failureOf(
      workspace.exchange('ada', { token }),
    );
    expect(error.code).toBe('credential-expired');
  });

  it.each([
    [
      'an outage of the token endpoint',
      '/oidc/v1/token',
      { effect: 'status', status: 503 },
      'exchange-unreachable',
    ],
    [
      'a token endpoint that hangs up',
      '/oidc/v1/token',
      { effect: 'drop' },
      'exchange-unreachable',
    ],
    [
      'a sign-in page for a token',
      '/oidc/v1/token',
      { effect: 'html' },
      'exchange-response-invalid',
    ],
    [
      '10 MB for a token',
      '/oidc/v1/token',
      { effect: 'huge' },
      'exchange-response-invalid',
    ],
    [
      'a token elsewhere',
      '/oidc/v1/token',
      { effect: 'redirect', location: 'http://127.0.0.1:9/' },
      'exchange-response-invalid',
    ],
    [
      'a front door that throttles',
      '/*/Me',
      { effect: 'status', status: 429, retryAfterSeconds: 0 },
      'platform-throttled',
    ],
    [
      'a front door that fails',
      '/*/Me',
      { effect: 'status', status: 503, retryAfterSeconds: 0 },
      'platform-failed',
    ],
    [
      'a front door that hangs up',
      '/*/Me',
      { effect: 'drop' },
      'platform-unreachable',
    ],
    [
      'a sign-in page for a name',
      '/*/Me',
      { effect: 'html' },
      'platform-response-invalid',
    ],
    [
      '10 MB for a name',
      '/*/Me',
      { effect: 'huge' },
      'platform-response-too-large',
    ],
    [
      'no name',
      '/*/Me',
      { effect: 'merge', json: { userName: null } },
      'platform-response-invalid',
    ],
    [
      'an empty name',
      '/*/Me',
      { effect: 'merge', json: { userName: '' } },
      'platform-response-invalid',
    ],
    [
      'a refused credential',
      '/*/Me',
      { effect: 'status', status: 403, numericErrorCode: true },
      'platform-refused-credential',
    ],
    [
      'a missing right',
      '/*/Me',
      { effect: 'status', status: 403 },
      'platform-permission-denied',
    ],
  ] as const)(
    'gives no credential after %s',
    async (_what, path, effect, code) => {
      await workspace.databricks.fault({ path, ...effect });
      const error = await workspace.failureOf(workspace.exchange('ada'));
      expect(error).toMatchObject({
        code,
        refused: true,
        connection: 'databricks-demo',
      });
    },
  );

  it('takes a life sent as text', async () => {
    await workspace.databricks.fault({
      path: '/oidc/v1/token',
      effect: 'merge',
      json: { expires_in: '600' },
    });
    const { expiresAt } = await workspace.exchange('ada');
    expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(600_000);
  });

  it('works with Databricks connections only', async () => {
    const error = await workspace.failureOf(
      workspace.exchange('ada', { connection: { host: undefined } }),
    );
    expect(error.code).toBe('exchange-refused');
  });
});

describe('principalOf', () => {
  const exchanger = new DatabricksExchanger(() => new Date());
  const settings = exchanger.userSettings.parse({});
  const person = (claims: Record<string, unknown>, more = {}) =>
    exchanger.principalOf({
      settings: { ...settings, ...more },
      wanted: { kind: 'person', claims },
    });

  it.each([
    [{ email: 'ada@acme.example', email_verified: true }, 'ada@acme.example'],
    [{ email: 'ada@acme.example', email_verified: false }, undefined],
    [{ email: 'ada@acme.example', email_verified: 'true' }, undefined],
    [{ email: 'ada@acme.example', email_verified: 1 }, undefined],
    [{ email: 'ada@acme.example' }, undefined],
    [{ email: '', email_verified: true }, undefined],
    [{ email: ['ada@acme.example'], email_verified: true }, undefined],
    [{ email: 7, email_verified: true }, undefined],
    [{ email_verified: true }, undefined],
    [{}, undefined],
  ])('%j is %s', (claims, name) => {
    expect(person(claims)).toBe(name);
  });

  it('reads the configured claim, and nothing that every object has', () => {
    expect(person({ upn: 'ada@acme.example' }, { principalClaim: 'upn' })).toBe(
      'ada@acme.example',
    );
    expect(person({}, { principalClaim: 'constructor' })).toBeUndefined();
  });

  it('is the application id of a service principal', () => {
    const wanted = {
      kind: 'service-principal',
      id: 'ABCDEF00-0000-4000-8000-000000000000',
    } as const;
    expect(exchanger.principalOf({ settings, wanted })).toBe(
      'abcdef00-0000-4000-8000-000000000000',
    );
  });

  it.each(['', 'the-trainer', 'ada@acme.example', `${READER}0`, `x${READER}`])(
    'is nobody for the service principal %j',
    id => {
      const wanted = { kind: 'service-principal', id } as const;
      expect(exchanger.principalOf({ settings, wanted })).toBeUndefined();
    },
  );

  it('does not exchange for nobody', async () => {
    await expect(
      exchanger.exchange({
        connection: {
          id: 'c',
          platform: 'databricks',
          settings: { host: 'http://127.0.0.1:9' },
        },
        settings,
        subjectToken: new Secret('t'),
        wanted: { kind: 'service-principal', id: '' },
        signal: AbortSignal.timeout(1_000),
      }),
    ).rejects.toMatchObject({ code: 'exchange-refused' });
  });
});

describe('the settings', () => {
  const { userSettings, readerSettings } = new DatabricksExchanger(
    () => new Date(),
  );

  it.each([
    [{}, true],
    [{ scopes: ['jobs', 'mlflow'], principalClaim: 'upn' }, true],
    [{ scopes: [] }, false],
    [{ scopes: ['jobs mlflow'] }, false],
    [{ scopes: ['a\nb'] }, false],
    [{ principalClaim: '' }, false],
  ])('of people: %j: %s', (value, good) => {
    expect(userSettings.safeParse(value).success).toBe(good);
  });

  it.each([
    [{ servicePrincipal: READER }, true],
    [{ scopes: ['jobs'], servicePrincipal: READER.toUpperCase() }, true],
    [{}, false],
    [{ servicePrincipal: '' }, false],
    [{ servicePrincipal: 'my-reader' }, false],
    [{ scopes: [], servicePrincipal: READER }, false],
  ])('of a reader: %j: %s', (value, good) => {
    expect(readerSettings.safeParse(value).success).toBe(good);
  });

  it('are two sets of keys', () => {
    expect(Object.keys(userSettings.shape)).toEqual([
      'scopes',
      'principalClaim',
    ]);
    expect(Object.keys(readerSettings.shape)).toEqual([
      'scopes',
      'servicePrincipal',
    ]);
  });
});
