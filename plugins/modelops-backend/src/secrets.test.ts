import { TestDatabases } from '@backstage/backend-test-utils';
import { MASK, maskParameters } from './runs/maskParameters';
import {
  type Portal,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';
import { credentialsOf, echoOf, requireUnsaid } from './__testUtils__/secrets';
import { change } from './__testUtils__/serving';
import { DEMAND } from './__testUtils__/vertexDemo';
import { startVertexPortal } from './__testUtils__/vertexPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

describe('A secret', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal({ databases, databaseId: 'SQLITE_3' });
  });
  afterAll(() => portal?.close());

  it('is in no log line, entry, row, answer or error, whatever goes wrong', async () => {
    const { databricks, idp } = portal.simulators;
    const idToken = await idp.signIdToken('ada');
    const echo = (status: number) => echoOf(idToken, status);

    // A good run.
    const { body: run } = await portal.train('ada', {
      idToken,
      reason: 'a good run',
    });
    await portal.until(run.id, 'succeeded');
    await portal.call('ada', 'GET', `/v1/runs/${run.id}/logs`, { idToken });
    await portal.call('ada', 'GET', `/v1/runs/${run.id}/result`, { idToken });
    // A log that holds the token.
    await databricks.fault({
      path: '/api/2.2/jobs/runs/get-output',
      effect: 'merge',
      json: { logs: `epoch 1\nAuthorization: Bearer ${idToken}\n` },
      count: 1,
    });
    const leaking = await portal.call('ada', 'GET', `/v1/runs/${run.id}/logs`, {
      idToken,
    });
    expect(leaking.text).toContain('Bearer [secret]');
    // Errors of the platform and of its token endpoint that repeat what they were sent.
    for (const status of [200, 400, 403, 500]) {
      await databricks.fault({
        path: '/api/2.2/jobs/run-now',
        ...echo(status),
        count: 1,
      });
      await portal.train('ada', { idToken });
    }
    await databricks.fault({ path: '/oidc/v1/token', ...echo(400), count: 5 });
    await portal.train('grace', {
      idToken: await idp.signIdToken('grace'),
      entityRef: 'resource:default/growth-uplift',
    });
    await portal.reconcile();
    await databricks.clearFaults();
    // Versions, what is served, and predictions; well, and with errors that repeat what they were sent.
    const model = '/v1/models/resource/default/fraud-detector';
    const ask = async () => {
      for (const below of [
        'versions?limit=3',
        'versions/1',
        'serving',
        'prediction-form',
      ])
        await portal.call('ada', 'GET', `${model}/${below}`, { idToken });
      await portal.call('ada', 'POST', '/v1/predictions', {
        idToken,
        body: {
          entityRef: 'resource:default/fraud-detector',
          instances: [{ note: idToken }],
        },
      });
    };
    for (const status of [400, 403, 500]) {
      for (const path of [
        '/api/2.1/unity-catalog/*',
        '/api/2.0/serving-endpoints*',
        '/serving-endpoints/*',
      ])
        await databricks.fault({ path, ...echo(status) });
      await ask();
      await databricks.clearFaults();
      await ask();
    }
    // Tokens that are refused, and a request that cannot be parsed.
    for (const kind of [
      'expired',
      'wrong-key',
      'alg-none',
      'unverified-email',
    ] as const) {
      await portal.train('ada', { idToken: await idp.forge(kind, 'ada') });
    }
    await portal.train('grace', { idToken });
    await portal.call('ada', 'POST', '/v1/runs', {
      idToken,
      body: `{"token": "${idToken}`,
    });
    await portal.call('ada', 'POST', '/v1/runs', {
      idToken,
      body: { entityRef: idToken },
    });
    // An error nobody expected.
    await portal.db.schema.renameTable('runs', 'runs_away');
    const unexpected = await portal.train('ada', { idToken });
    expect(unexpected.body.error).toMatchObject({ code: 'internal' });
    await portal.db.schema.renameTable('runs_away', 'runs');

    const secrets = [
      ...credentialsOf(await databricks.requests()),
      'modelops-demo-reader-secret',
      (await portal.db('keys').first('value')).value,
    ];
    expect(secrets.length).toBeGreaterThan(4);
    await requireUnsaid(portal, secrets);
  });

  it.each<
    [string, Record<string, string | number | boolean>, string[], object]
  >([
    ['a field marked secret', { note: 'x' }, ['note'], { note: MASK }],
    [
      'a name that sounds like one',
      { 'api-key': 'x', dbPassword: 'y', epochs: 5 },
      [],
      { 'api-key': MASK, dbPassword: MASK, epochs: 5 },
    ],
    [
      'a value that holds one',
      { note: 'Bearer held-secret', other: 'x' },
      [],
      { note: MASK, other: 'x' },
    ],
    ['nothing to hide', { token: '' }, [], { token: '' }],
  ])('as a parameter is masked: %s', (_rule, parameters, fields, shown) => {
    expect(
      maskParameters(parameters, {
        fields: new Set(fields),
        values: ['held-secret'],
        byName: true,
      }),
    ).toEqual(shown);
  });
});

describe('A secret that went to Google', () => {
  const DEPLOYER = 'forecast-deployer@ml-demo.iam.gserviceaccount.com';
  const MODEL = '/v1/models/resource/default/demand-forecast';
  const simulators = useSimulators();
  let portal: Portal;
  let idToken: string;
  beforeAll(async () => {
    await simulators().google.models(); // trained when it starts, which may take longer than a read
  }, 60_000);
  beforeEach(async () => {
    portal = await startVertexPortal({
      databases,
      databaseId: 'SQLITE_3',
      simulators: simulators(),
      config: config => {
        config.modelops.roles.unshift({
          name: 'as-deployer',
          members: [{ group: 'group:default/forecasting' }],
          allow: [
            {
              actions: ['serve'],
              resources: [
                'vertex-demo:endpoint/demand-forecast',
                'vertex-demo:model/demand-forecast',
              ],
              as: { servicePrincipal: DEPLOYER },
            },
          ],
        });
        return config;
      },
    });
    idToken = await simulators().idp.signIdToken('ada');
  });
  afterEach(() => portal?.close());

  const read = (path: string) => portal.call('ada', 'GET', path, { idToken });
  const train = () => portal.train('ada', { idToken, entityRef: DEMAND });
  async function trained(): Promise<string> {
    const { body } = await train();
    await portal.until(body.id, 'succeeded');
    return body.id;
  }
  async function askEverything(run: string) {
    for (const below of ['versions?limit=3', 'serving', 'prediction-form'])
      await read(`${MODEL}/${below}`);
    for (const below of ['logs', 'result'])
      await read(`/v1/runs/${run}/${below}`);
    await portal.call('ada', 'POST', '/v1/predictions', {
      idToken,
      body: { entityRef: DEMAND, instances: [{ note: idToken }] },
    });
    await change(portal, 'ada', 'serve', 'promote', {
      entityRef: DEMAND,
      version: '1',
    });
    await train();
    await portal.reconcile();
  }
  const requireNoneSaid = async () => {
    const requests = await simulators().google.requests();
    const secrets = credentialsOf(requests);
    expect(secrets.length).toBeGreaterThan(1);
    await requireUnsaid(portal, secrets);
    return requests;
  };

  it('is said nowhere while all is well, and cut out of a log that holds it', async () => {
    const run = await trained();
    await askEverything(run);
    await simulators().google.fault({
      path: '/v2/entries:list',
      effect: 'body',
      body: JSON.stringify({
        entries: [{ textPayload: `Authorization: Bearer ${idToken}` }],
      }),
    });
    const log = await read(`/v1/runs/${run}/logs`);
    expect(log.text).toContain('Bearer [secret]');
    const requests = await requireNoneSaid();
    expect(requests.map(({ path }) => path)).toContain(
      `/v1/projects/-/serviceAccounts/${DEPLOYER}:generateAccessToken`,
    );
  });

  // Before anything was exchanged: a credential is held.
  it.each(['/v1/token', '/v1/projects/-/serviceAccounts/*'])(
    'is said nowhere when %s repeats it',
    async path => {
      for (const status of [200, 403, 500]) {
        await simulators().google.fault({ path, ...echoOf(idToken, status) });
        await askEverything('11111111-1111-4111-8111-111111111111');
        await simulators().google.clearFaults();
      }
      const requests = await requireNoneSaid();
      expect(requests.some(({ fault }) => fault === 'body')).toBe(true);
    },
  );

  it.each(['/v1/projects/ml-demo/*', '/v2/entries:list', '/storage/*'])(
    'is said nowhere when %s repeats it',
    async path => {
      const run = await trained();
      for (const status of [200, 403, 500]) {
        await simulators().google.fault({ path, ...echoOf(idToken, status) });
        await askEverything(run);
        await simulators().google.clearFaults();
      }
      const requests = await requireNoneSaid();
      expect(requests.some(({ fault }) => fault === 'body')).toBe(true);
    },
  );
});
