import { TestDatabases } from '@backstage/backend-test-utils';
import type { ErrorCode } from 'backstage-plugin-modelops-common';
import { decodeJwt } from 'jose';
import type { ForgedTokenKind } from 'modelops-simulators';
import { demoEntities } from './__testUtils__/demoCatalog';
import { type Portal, startPortal } from './__testUtils__/portal';

const READER = '11111111-1111-4111-8111-111111111111';
const TRAINER = '22222222-2222-4222-8222-222222222222';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

/** The code each forged token is refused with. A kind without a row does not compile. */
const FORGED: Record<Exclude<ForgedTokenKind, 'group-overage'>, ErrorCode> = {
  expired: 'identity-expired',
  'not-yet-valid': 'identity-not-yet-valid',
  'wrong-issuer': 'identity-issuer',
  'wrong-audience': 'identity-audience',
  'two-audiences-without-azp': 'identity-authorized-party',
  'foreign-azp': 'identity-authorized-party',
  'alg-none': 'identity-algorithm',
  'hs256-with-public-key': 'identity-algorithm',
  'wrong-key': 'identity-signature',
  'unknown-kid': 'identity-key-unknown',
  'embedded-jwk': 'identity-signature',
  'unverified-email': 'identity-email-unverified',
  'no-email': 'identity-claim-missing',
  'no-subject': 'identity-claim-missing',
  'no-expiry': 'identity-claim-missing',
  'access-token-typ': 'identity-type',
  'access-token-claim': 'identity-type',
  'logout-token-typ': 'identity-type',
  'logout-token-events': 'identity-type',
};

describe('Who is refused', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal({ databases, databaseId: 'SQLITE_3' });
  });
  afterAll(() => portal?.close());

  /** The platform, token endpoint included, was not asked anything. */
  async function expectNothingCalled() {
    expect(await portal.simulators.databricks.requests()).toEqual([]);
  }

  it('tells Grace why not and whom to ask, records it, and calls nobody', async () => {
    const card = await portal.call(
      'grace',
      'GET',
      '/v1/models/resource/default/fraud-detector',
    );
    expect(card.body.actions[0]).toMatchObject({
      allowed: false,
      reason: {
        code: 'role-missing',
        message: expect.stringContaining('group:default/fraud-ml'),
      },
    });

    const answer = await portal.train('grace');
    expect(answer.status).toBe(403);
    expect(answer.body.error).toMatchObject({
      name: 'NotAllowedError',
      code: 'role-missing',
    });
    const [entry, ...more] = await portal.entries({
      actor: 'user:default/grace',
    });
    expect(entry).toMatchObject({
      code: 'run.refused',
      outcome: 'refused',
      refusalCode: 'role-missing',
      entityRef: 'resource:default/fraud-detector',
      resources: ['databricks-demo:job/8123'],
    });
    expect(more).toEqual([]);
    await expectNothingCalled();
  });

  it("refuses Ada's token in Grace's session, and records whose it was", async () => {
    const idToken = await portal.simulators.idp.signIdToken('ada');
    const answer = await portal.train('grace', { idToken });
    expect(answer.status).toBe(403);
    expect(answer.body.error.code).toBe('identity-user-mismatch');
    const entries = await portal.entries({
      refusalCode: 'identity-user-mismatch',
    });
    expect(entries).toMatchObject([
      {
        actor: 'user:default/grace',
        code: 'identity.refused',
        tokenSubject: 'idp|ada',
      },
    ]);
    await expectNothingCalled();
  });

  it.each(Object.entries(FORGED) as [ForgedTokenKind, ErrorCode][])(
    'refuses a token that is %s as %s',
    async (kind, code) => {
      const idToken = await portal.simulators.idp.forge(kind, 'ada');
      const before = (await portal.entries()).length;
      const answer = await portal.call('ada', 'GET', '/v1/access', { idToken });
      expect(answer.status).toBe(403);
      expect(answer.body.error).toMatchObject({
        code,
        message: expect.not.stringContaining(idToken.split('.')[1]),
      });
      const [entry, ...more] = (await portal.entries()).slice(before);
      expect(entry).toMatchObject({
        code: 'identity.refused',
        outcome: 'refused',
        refusalCode: code,
      });
      expect(more).toEqual([]);
      await expectNothingCalled();
    },
  );

  it('takes a token that names too many groups, without any: only roles bound to Backstage groups match', async () => {
    const idToken = await portal.simulators.idp.forge('group-overage', 'alan');
    const { body } = await portal.call('alan', 'GET', '/v1/access', {
      idToken,
    });
    expect(body).toMatchObject({ identified: true, audit: false, roles: [] });
    const denied = await portal.call('alan', 'GET', '/v1/audit', { idToken });
    expect(denied.body.error.code).toBe('claims-overage');
  });

  it('refuses a start without a token, and one with a token that is too large', async () => {
    const missing = await portal.train('ada', { idToken: null });
    expect(missing.body.error.code).toBe('identity-missing');
    const large = await portal.train('ada', {
      idToken: `${'a'.repeat(9000)}.b.c`,
    });
    expect(large.body.error.code).toBe('identity-too-large');
    await expectNothingCalled();
  });

  it('never stores anything of a token whose signature failed', async () => {
    const unverified = [
      'identity-signature',
      'identity-algorithm',
      'identity-key-unknown',
    ];
    const entries = (await portal.entries()).filter(entry =>
      unverified.includes(entry.refusalCode ?? ''),
    );
    expect(entries.length).toBeGreaterThan(3);
    for (const entry of entries) expect(entry.tokenSubject).toBeUndefined();
  });

  it('counts refusals of one person past 30 in a minute instead of recording each', async () => {
    const before = (await portal.entries({ actor: 'user:default/katherine' }))
      .length;
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => portal.train('katherine')),
    );
    const statuses = answers.map(answer => answer.status);
    expect(statuses.filter(status => status === 403)).toHaveLength(30);
    expect(statuses.filter(status => status === 429)).toHaveLength(10);
    expect(answers.find(answer => answer.status === 429)!.body.error.code).toBe(
      'too-many-refusals',
    );
    expect(
      await portal.entries({ actor: 'user:default/katherine' }),
    ).toHaveLength(before + 30);
  });

  it('hides the run of one person from whoever may not read it', async () => {
    const { body: run } = await portal.train('ada');
    const { body: page } = await portal.call(
      'grace',
      'GET',
      '/v1/runs?entityRef=resource:default/fraud-detector',
    );
    expect(page.items.map((item: { id: string }) => item.id)).toEqual([run.id]); // Grace may read fraud
    const growth = await portal.train('grace', {
      entityRef: 'resource:default/growth-uplift',
    });
    expect(growth.status).toBe(202);
    const hidden = await portal.call(
      'ada',
      'GET',
      `/v1/runs/${growth.body.id}`,
    );
    expect(hidden.status).toBe(404);
    expect(hidden.body.error.code).toBe('run-not-found');
    for (const path of ['logs', 'result']) {
      expect(
        (await portal.call('ada', 'GET', `/v1/runs/${growth.body.id}/${path}`))
          .status,
      ).toBe(404);
    }
    expect(
      (await portal.call('ada', 'POST', `/v1/runs/${growth.body.id}/cancel`))
        .status,
    ).toBe(404);
  });

  it('does not take the right to start for a right to cancel, nor the right to read', async () => {
    const { body } = await portal.call('ada', 'GET', '/v1/runs?limit=1');
    const answer = await portal.call(
      'grace',
      'POST',
      `/v1/runs/${body.items[0].id}/cancel`,
    );
    expect(answer.status).toBe(403);
    expect(answer.body.error.code).toBe('role-missing');
    expect(
      await portal.simulators.databricks.requests({
        path: '/api/2.2/jobs/runs/cancel',
      }),
    ).toEqual([]);
  });
});

describe('Whose name counts on the platform', () => {
  /** Grace, whose token says that she has Ada's address, and vouches for nothing but her `oid`. */
  async function asImpostor(as?: {
    servicePrincipal: string;
    through?: string;
  }) {
    const portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      entities: demoEntities().map(entity =>
        entity.kind === 'User'
          ? {
              ...entity,
              metadata: {
                ...entity.metadata,
                annotations: {
                  'graph.microsoft.com/user-id': `oid-${entity.metadata.name}`,
                },
              },
            }
          : entity,
      ),
      config: config => {
        config.modelops.identity.bindBy = 'oidMatchingUserEntityAnnotation';
        config.modelops.roles[0].members = [
          { user: 'user:default/grace' },
          { group: 'group:default/fraud-ml' },
        ];
        const [rule] = config.modelops.roles[0].allow;
        delete rule.ownedByMember;
        if (as)
          Object.assign(rule, { resources: ['databricks-demo:job/8123'], as });
        return config;
      },
    });
    const idToken = await portal.simulators.idp.signIdToken('grace', {
      claims: {
        oid: 'oid-grace',
        email: 'ada@acme.example',
        email_verified: false,
      },
    });
    const card = await portal.call(
      'grace',
      'GET',
      '/v1/models/resource/default/fraud-detector',
      { idToken },
    );
    const answer = await portal.train('grace', { idToken });
    const requests = await portal.simulators.databricks.requests();
    await portal.close();
    return { idToken, train: card.body.actions[0], answer, requests };
  }

  it.each([
    ['the person', undefined],
    [
      'a service principal that the person may become',
      { servicePrincipal: TRAINER },
    ],
  ])(
    'is never an e-mail address that the identity provider does not vouch for: as %s',
    async (_as, as) => {
      const { train, answer, requests } = await asImpostor(as);
      expect(train).toMatchObject({
        allowed: false,
        reason: { code: 'identity-claim-missing' },
      });
      expect([403, 503]).toContain(answer.status);
      expect(requests).toEqual([]);
    },
  );

  it("is nobody's where the portal's own token reaches the service principal", async () => {
    const { idToken, train, requests } = await asImpostor({
      servicePrincipal: READER,
      through: 'workload',
    });
    expect(train).toMatchObject({ allowed: true });
    const exchanges = requests
      .filter(({ path }) => path === '/oidc/v1/token')
      .map(({ body }) => new URLSearchParams(body));
    expect(exchanges).not.toEqual([]);
    for (const form of exchanges) {
      expect(form.get('client_id')).toBe(READER);
      expect(form.get('subject_token')).not.toBe(idToken);
      expect(decodeJwt(form.get('subject_token')!).sub).toBe(
        'backstage-reader',
      );
    }
  });

  it('is the one of this request, not of a credential that was held under an earlier name', async () => {
    const portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      config: config => {
        const user: Record<string, unknown> =
          config.modelops.connections['databricks-demo'].user;
        user.principalClaim = 'upn';
        return config;
      },
    });
    const { idp } = portal.simulators;
    const form = '/v1/models/resource/default/fraud-detector/actions/train';
    const before = await portal.call('ada', 'GET', form, {
      idToken: await idp.signIdToken('ada', {
        claims: { upn: 'ada@acme.example' },
      }),
    });
    expect(before.status).toBe(200);
    const renamed = await idp.signIdToken('ada', {
      claims: { upn: 'eve@acme.example' },
    });
    const answer = await portal.train('ada', { idToken: renamed });
    expect(answer.body.error.code).toBe('platform-identity-mismatch');
    expect(await portal.simulators.databricks.runs()).toEqual([]);
    await portal.close();
  });
});
