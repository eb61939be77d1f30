import { TestDatabases } from '@backstage/backend-test-utils';
import { modelEntity, demoEntities } from './__testUtils__/demoCatalog';
import { type Portal, startPortal } from './__testUtils__/portal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

const JOB = 'databricks-demo:job/8123';
/** Annotations an attacker may write, and the code of the refusal. */
const HOSTILE: [string, string, string][] = [
  ['a URL', 'https://evil.example/job/8123', 'binding-connection-unknown'],
  [
    'a URL as the resource',
    'databricks-demo:https://evil.example/',
    'binding-resource-unknown',
  ],
  [
    'a path upwards',
    'databricks-demo:job/../../oidc/v1/token',
    'binding-resource-unknown',
  ],
  [
    'an encoded slash',
    'databricks-demo:job/8123%2f..',
    'binding-resource-unknown',
  ],
  [
    'a host behind a user name',
    'databricks-demo@evil.example:job/8123',
    'binding-malformed',
  ],
  [
    'a user name in the resource',
    'databricks-demo:job/8123@evil.example',
    'binding-resource-unknown',
  ],
  [
    'an unknown connection',
    'databricks-prod:job/8123',
    'binding-connection-unknown',
  ],
  ['a property of every object', '__proto__:job/8123', 'binding-malformed'],
  ['a query', 'databricks-demo:job/8123?x=1', 'binding-resource-unknown'],
  [
    'a line break',
    'databricks-demo:job/8123\nHost: evil.example',
    'binding-resource-unknown',
  ],
  ['10 kB', `databricks-demo:job/${'1'.repeat(10_000)}`, 'binding-malformed'],
  ['nothing', '', 'binding-malformed'],
  [
    'something the platform cannot train',
    'databricks-demo:endpoint/fraud',
    'binding-resource-unknown',
  ],
];

describe('An annotation', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      entities: [
        ...demoEntities(),
        ...HOSTILE.map(([, annotation], index) =>
          modelEntity(`hostile-${index}`, {
            annotations: { 'modelops/train': annotation },
          }),
        ),
        modelEntity('claims-my-team', {
          origin: 'url:https://git.evil.example/catalog-info.yaml',
          annotations: { 'modelops/train': JOB },
        }),
        modelEntity('looks-trusted', {
          origin: 'url:https://git.acme.example/ml/../evil/catalog-info.yaml',
          annotations: { 'modelops/train': JOB },
        }),
        modelEntity('somebody-elses', {
          owner: 'group:default/growth',
          annotations: { 'modelops/train': JOB },
        }),
        modelEntity('spelt-otherwise', {
          annotations: { 'modelops/train': 'databricks-demo:job/008123' },
        }),
        modelEntity('model-only', {
          annotations: {
            'modelops/model': 'databricks-demo:model/main.fraud.detector',
          },
        }),
      ],
    });
  });
  afterAll(() => portal?.close());

  it.each(HOSTILE.map(([what, , code], index) => [what, index, code] as const))(
    'that is %s is an error on the card and a refusal, and opens no socket',
    async (_what, index, code) => {
      const { body: card } = await portal.call(
        'ada',
        'GET',
        `/v1/models/resource/default/hostile-${index}`,
      );
      expect(card.actions[0].problem).toMatchObject({
        annotation: 'modelops/train',
        code,
      });
      expect(card.actions[0].problem.message.length).toBeLessThan(600);
      const answer = await portal.train('ada', {
        entityRef: `resource:default/hostile-${index}`,
      });
      expect(answer.status).toBe(409);
      expect(answer.body.error.code).toBe(code);
      expect(
        await portal.entries({
          entityRef: `resource:default/hostile-${index}`,
        }),
      ).toMatchObject([{ code: 'run.refused', refusalCode: code }]);
      expect(await portal.simulators.databricks.requests()).toEqual([]);
    },
  );

  it.each([
    [
      'from an untrusted location that claims a team',
      'claims-my-team',
      'origin-untrusted',
    ],
    [
      'from a location that only begins like a trusted one',
      'looks-trusted',
      'origin-untrusted',
    ],
    ["of another team's entity", 'somebody-elses', 'owner-required'],
  ])("to Ada's job %s is refused", async (_what, name, code) => {
    const answer = await portal.train('ada', {
      entityRef: `resource:default/${name}`,
    });
    expect(answer.status).toBe(403);
    expect(answer.body.error.code).toBe(code);
    expect(await portal.simulators.databricks.requests()).toEqual([]);
  });

  it('without anything to train names what to add', async () => {
    const { body } = await portal.call(
      'ada',
      'GET',
      '/v1/models/resource/default/model-only',
    );
    expect(body.actions[0].problem).toMatchObject({
      code: 'binding-missing',
      message: expect.stringContaining("'modelops/train: databricks-demo:job/"),
    });
  });

  it('has one canonical spelling, so a rule cannot be walked around', async () => {
    const { body } = await portal.call(
      'ada',
      'GET',
      '/v1/models/resource/default/spelt-otherwise',
    );
    expect(body.actions[0]).toMatchObject({
      allowed: true,
      binding: { resource: 'job/8123' },
    });
  });
});

describe('A rule with `as`', () => {
  it('does not apply to an entity from an untrusted location', async () => {
    const portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      entities: [
        ...demoEntities(),
        modelEntity('stranger', {
          origin: 'url:https://git.evil.example/x.yaml',
          annotations: { 'modelops/train': JOB },
        }),
      ],
      config: config => {
        const [rule] = config.modelops.roles[0].allow;
        rule.as = { servicePrincipal: '22222222-2222-4222-8222-222222222222' };
        rule.resources = [JOB];
        delete rule.ownedByMember;
        return config;
      },
    });
    const refused = await portal.train('ada', {
      entityRef: 'resource:default/stranger',
    });
    expect(refused.body.error.code).toBe('origin-untrusted');
    expect(await portal.simulators.databricks.requests()).toEqual([]);

    const allowed = await portal.train('ada');
    expect(allowed.body).toMatchObject({
      state: 'submitted',
      runsAs: {
        kind: 'service-principal',
        principal: '22222222-2222-4222-8222-222222222222',
        through: 'person',
      },
    });
    const [token] = await portal.simulators.databricks.requests({
      path: '/oidc/v1/token',
    });
    expect(JSON.stringify(token.body)).toContain(
      '22222222-2222-4222-8222-222222222222',
    );
    await portal.close();
  });
});

describe('An answer of the platform', () => {
  it('cannot send us, or the person, elsewhere', async () => {
    const portal = await startPortal({ databases, databaseId: 'SQLITE_3' });
    await portal.simulators.databricks.fault({
      method: 'GET',
      path: '/api/2.2/jobs/runs/get',
      effect: 'merge',
      json: {
        run_page_url: 'https://evil.example/phish',
        next_page_token: 'https://evil.example/',
      },
    });
    const { body } = await portal.train('ada');
    expect(body.platformRunUrl).toBeUndefined();
    expect(JSON.stringify(body)).not.toContain('evil.example');
    await portal.close();
  });

  it.each([
    ['does not say who runs the job', { run_as_user_name: null }],
    [
      'says that somebody else runs the job',
      { run_as_user_name: 'mallory@acme.example' },
    ],
  ])(
    'that %s opens no parameter that the rule does not list',
    async (_what, json) => {
      const portal = await startPortal({
        databases,
        databaseId: 'SQLITE_3',
        config: config => {
          delete config.modelops.roles[0].allow[0].parameters.learning_rate;
          return config;
        },
      });
      await portal.simulators.databricks.fault({
        path: '/api/2.2/jobs/get',
        effect: 'merge',
        json,
      });
      const answer = await portal.train('ada', {
        parameters: { learning_rate: '0.9' },
      });
      expect(answer.body.error).toMatchObject({ code: 'guardrail-exceeded' });
      expect(await portal.entries({ code: 'run.refused' })).toMatchObject([
        {
          parameters: { learning_rate: '0.9' },
          parametersHash: expect.any(String),
        },
      ]);
      await portal.close();
    },
  );

  it('that changes who runs the job between form and start starts nothing', async () => {
    const portal = await startPortal({ databases, databaseId: 'SQLITE_3' });
    await portal.call(
      'ada',
      'GET',
      '/v1/models/resource/default/fraud-detector/actions/train',
    );
    await portal.simulators.databricks.fault({
      path: '/api/2.2/jobs/get',
      effect: 'merge',
      json: { run_as_user_name: 'ada@acme.example' },
    });
    const { body } = await portal.train('ada');
    expect(body).toMatchObject({
      state: 'failed',
      failure: { code: 'platform-conflict' },
    });
    expect(await portal.simulators.databricks.runs()).toEqual([]);
    await portal.close();
  });

  it('of 401 does not sign the person out', async () => {
    const portal = await startPortal({ databases, databaseId: 'SQLITE_3' });
    await portal.simulators.databricks.fault({
      path: '/api/2.2/jobs/get',
      effect: 'status',
      status: 401,
    });
    const answer = await portal.train('ada');
    expect(answer.status).toBe(503);
    expect(answer.body.error.code).toBe('platform-refused-credential');
    await portal.close();
  });
});
