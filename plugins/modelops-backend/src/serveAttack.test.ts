import { TestDatabases } from '@backstage/backend-test-utils';
import { demoEntities, modelEntity } from './__testUtils__/demoCatalog';
import {
  newKey,
  type Portal,
  type PortalOptions,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';
import { change, servingOf, sharesAt } from './__testUtils__/serving';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const simulators = useSimulators();
const SHARED = 'databricks-demo:endpoint/payments-shared';
const MINE = 'resource:default/mine';
const CONFIG = '/api/2.0/serving-endpoints/payments-shared/config';

describe('Whoever may change a shared endpoint', () => {
  let portal: Portal | undefined;
  /** Ada's own entity, registered from where entities are trusted, says what it likes. */
  const start = async (
    annotations: Record<string, string>,
    config?: PortalOptions['config'],
  ) => {
    portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      simulators: simulators(),
      entities: [...demoEntities(), modelEntity('mine', { annotations })],
      config,
    });
    await simulators().databricks.setUpdateSeconds(0);
    // Nothing on the platform keeps what gets no traffic from being taken off.
    await simulators().databricks.changeEndpoint('payments-shared', {
      serves: [
        { model: 'main.growth.uplift', version: '1', share: 0 },
        { model: 'main.fraud.detector', version: '1', share: 100 },
      ],
    });
    return portal;
  };
  afterEach(() => portal?.close());
  const changes = () =>
    simulators().databricks.requests({ method: 'PUT', path: CONFIG });
  /** A workspace in which Ada may read everything. */
  const withSandbox: PortalOptions['config'] = config => {
    const { connections, roles } = config.modelops;
    (connections as Record<string, unknown>).sandbox =
      connections['databricks-demo'];
    roles[0].allow.push({ actions: ['read'], resources: ['sandbox:*'] });
    return config;
  };

  it.each([
    ['on its own connection', 'databricks-demo', undefined],
    ['of the same name elsewhere', 'sandbox', withSandbox],
  ])(
    'cannot claim another team’s model %s',
    async (_where, connection, config) => {
      const it = await start(
        {
          'modelops/model': `${connection}:model/main.growth.uplift`,
          'modelops/deploy': SHARED,
        },
        config,
      );
      for (const [action, operation, asked] of [
        ['serve', 'stop', {}],
        ['serve', 'stop', { version: '1' }],
        ['serve', 'promote', { version: '1' }],
        ['serve', 'traffic', { parameters: { 'uplift-1': 0 } }],
        ['serve', 'rollback', {}],
        ['deploy', 'deploy', { version: '1', parameters: { traffic: 0 } }],
      ] as const) {
        const answer = await change(it, 'ada', action, operation, {
          entityRef: MINE,
          ...asked,
        });
        expect([operation, answer.status, answer.body.error?.code]).toEqual([
          operation,
          403,
          'role-missing',
        ]);
      }
      const form = await it.call(
        'ada',
        'GET',
        '/v1/models/resource/default/mine/actions/serve?operation=traffic',
      );
      expect(form.status).toBe(403);
      expect(await changes()).toEqual([]);
      expect(await sharesAt(it, 'payments-shared')).toEqual({
        'uplift 1': 0,
        'detector 1': 100,
      });
      expect(await it.entries({ code: 'run.refused' })).toHaveLength(6);
    },
  );

  it('moves no versions of a model that she may only read', async () => {
    const it = await start(
      {
        'modelops/model': 'databricks-demo:model/main.growth.uplift',
        'modelops/deploy': SHARED,
      },
      config => {
        config.modelops.roles[0].allow.push({
          actions: ['read'],
          resources: ['databricks-demo:model/main.growth.*'],
        });
        return config;
      },
    );
    const { body } = await it.call(
      'ada',
      'GET',
      '/v1/models/resource/default/mine',
    );
    const card = body.actions.find(
      (action: { operation: string }) => action.operation === 'traffic',
    );
    expect([card.allowed, card.reason.code]).toEqual([false, 'role-missing']);
    const answer = await change(it, 'ada', 'serve', 'stop', {
      entityRef: MINE,
      version: '1',
    });
    expect([answer.status, answer.body.error.code]).toEqual([
      403,
      'role-missing',
    ]);
    expect(await changes()).toEqual([]);
  });

  it('deploys the version that was read, not another one of its name', async () => {
    const it = await start(
      {
        'modelops/model': 'sandbox:model/main.fraud.detector',
        'modelops/deploy': SHARED,
      },
      withSandbox,
    );
    const deploy = () =>
      change(it, 'ada', 'deploy', 'deploy', {
        entityRef: MINE,
        version: '3',
        parameters: { traffic: 5, size: 'Small', scaleToZero: true },
      });
    await simulators().databricks.fault({
      path: '/api/2.1/unity-catalog/models/main.fraud.detector/versions/3',
      effect: 'merge',
      json: { created_at: 1_700_000_000_000 },
      count: 1,
    });
    const refused = await deploy();
    expect([refused.status, refused.body.error.code]).toEqual([
      409,
      'operation-unsupported',
    ]);
    expect(await changes()).toEqual([]);
    const made = await deploy();
    expect([made.status, made.body.state]).toEqual([202, 'submitted']);
  });

  it('asks no version of whichever model has one of that number', async () => {
    const it = await start({ 'modelops/serve': SHARED });
    const asked = await it.call('ada', 'POST', '/v1/predictions', {
      body: { entityRef: MINE, version: '1', instances: [{}] },
    });
    const form = await it.call(
      'ada',
      'GET',
      '/v1/models/resource/default/mine/prediction-form?version=1',
    );
    expect([asked.body.error.code, form.body.error.code]).toEqual([
      'operation-unsupported',
      'operation-unsupported',
    ]);
    const sent = await simulators().databricks.requests({ method: 'POST' });
    expect(
      sent.filter(({ path }) => path.startsWith('/serving-endpoints/')),
    ).toEqual([]);
  });

  it('gets no endpoint out of a list that is too long', async () => {
    const it = await start({
      'modelops/model': 'databricks-demo:model/main.fraud.detector',
      'modelops/deploy': `${SHARED},${' '.repeat(
        521,
      )}databricks-demo:endpoint/fraud-detector-of-tomorrow`,
    });
    const { body } = await it.call(
      'ada',
      'GET',
      '/v1/models/resource/default/mine',
    );
    expect(body.problems).toMatchObject([
      { code: 'binding-malformed', message: expect.stringContaining('longer') },
    ]);
    const answer = await change(it, 'ada', 'serve', 'promote', {
      entityRef: MINE,
      version: '2',
      target: 'databricks-demo:endpoint/fraud-detector',
    });
    expect(answer.status).toBe(409);
  });

  it('names a version in one way only', async () => {
    const it = await start({});
    const answer = await change(it, 'ada', 'deploy', 'deploy', {
      version: '03',
      parameters: { traffic: 5 },
    });
    expect([answer.status, answer.body.error.code]).toEqual([
      400,
      'version-unknown',
    ]);
  });

  it('leaves shares in the record, however the model is called', async () => {
    const it = await start({});
    await simulators().databricks.changeEndpoint('fraud-detector', {
      serves: [
        {
          model: 'main.fraud.detector',
          version: '2',
          share: 100,
          name: 'token-detector-2',
        },
        {
          model: 'main.fraud.detector',
          version: '3',
          share: 0,
          name: 'constructor',
        },
      ],
    });
    const moved = await change(it, 'ada', 'serve', 'traffic', {
      parameters: { 'token-detector-2': 70, constructor: 30 },
    });
    const run = await it.until(moved.body.id, 'succeeded');
    expect(run.parameters).toEqual({
      'token-detector-2': 70,
      constructor: 30,
    });
    const [requested] = await it.entries({ code: 'run.requested' });
    expect(requested.parameters).toEqual(run.parameters);
  });

  it('takes back what was there before, and calls nothing else a rollback', async () => {
    const it = await start({});
    const deployed = await change(it, 'ada', 'deploy', 'deploy', {
      version: '3',
      parameters: { traffic: 10, size: 'Small', scaleToZero: true },
    });
    await it.until(deployed.body.id, 'succeeded');
    const answer = await change(it, 'ada', 'serve', 'rollback', {
      parameters: { 'detector-2': 1, 'detector-3': 99 },
    });
    expect([answer.status, answer.body.error?.code]).toEqual([
      400,
      'traffic-invalid',
    ]);
    const back = await change(it, 'ada', 'serve', 'rollback', {
      parameters: { 'detector-2': 100, 'detector-3': 0 },
    });
    await it.until(back.body.id, 'succeeded');
    expect(await sharesAt(it)).toEqual({ 'detector 2': 100, 'detector 3': 0 });
  });

  it('leaves in the record that a change was recognised by its looks', async () => {
    const it = await start({});
    await simulators().databricks.fault({
      method: 'PUT',
      path: '/api/2.0/serving-endpoints/fraud-detector/config',
      effect: 'drop',
      commit: true,
      count: 1,
    });
    const deployed = await change(it, 'ada', 'deploy', 'deploy', {
      version: '3',
      parameters: { traffic: 10, size: 'Small', scaleToZero: true },
    });
    await it.until(deployed.body.id, 'succeeded');
    expect(await it.entries({ code: 'run.succeeded' })).toMatchObject([
      { detail: expect.stringContaining('looks like') },
    ]);
  });

  it('is not offered to take back what another team changed', async () => {
    const it = await start({});
    await simulators().databricks.changeEndpoint('payments-shared', {
      serves: [
        { model: 'main.growth.uplift', version: '1', share: 80 },
        { model: 'main.fraud.detector', version: '1', share: 20 },
      ],
    });
    const growth = { entityRef: 'resource:default/growth-uplift' };
    const adas = await change(it, 'ada', 'deploy', 'deploy', {
      target: SHARED,
      version: '3',
      parameters: { traffic: 5, size: 'Small', scaleToZero: true },
    });
    await it.until(adas.body.id, 'succeeded');
    // Grace moves her own traffic on Databricks itself.
    await simulators().databricks.changeEndpoint('payments-shared', {
      serves: [
        { model: 'main.growth.uplift', version: '1', share: 50 },
        {
          model: 'main.growth.uplift',
          version: '1',
          share: 30,
          name: 'uplift-again',
        },
        { model: 'main.fraud.detector', version: '1', share: 15 },
        { model: 'main.fraud.detector', version: '3', share: 5 },
      ],
    });
    const seen = await it.call(
      'grace',
      'GET',
      '/v1/models/resource/default/growth-uplift/serving',
    );
    expect([seen.status, seen.body.rollback]).toEqual([200, undefined]);
    const answer = await change(it, 'grace', 'serve', 'rollback', growth);
    expect(answer.body.error.code).toBe('rollback-unknown');
    expect(await servingOf(it, 'ada', SHARED)).toMatchObject({
      rollback: { shares: { 'detector-1': 20, 'detector-3': 0 } },
    });
  });

  it('gets one run for one key, however often and fast it is sent', async () => {
    const it = await start({});
    const idempotencyKey = newKey();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        change(it, 'ada', 'deploy', 'deploy', {
          version: '3',
          parameters: { traffic: 10, size: 'Small', scaleToZero: true },
          idempotencyKey,
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(202));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(
      await simulators().databricks.requests({
        method: 'PUT',
        path: '/api/2.0/serving-endpoints/fraud-detector/config',
      }),
    ).toHaveLength(1);
  });

  it('sizes nothing with somebody else’s rights but as the rule lists', async () => {
    const it = await start({}, config => {
      config.modelops.roles[0].allow = [
        {
          actions: ['deploy', 'serve'],
          resources: ['databricks-demo:endpoint/fraud-detector'],
          ownedByMember: true,
          as: { servicePrincipal: '22222222-2222-4222-8222-222222222222' },
          parameters: { traffic: { maximum: 50 } },
        },
        { actions: ['read'], resources: ['databricks-demo:*'] },
        { actions: ['serve'], resources: ['databricks-demo:model/*'] },
      ];
      return config;
    });
    const deploy = (parameters: Record<string, string | number>) =>
      change(it, 'ada', 'deploy', 'deploy', { version: '3', parameters });
    const refused = await deploy({
      traffic: 10,
      workloadType: 'MULTIGPU_MEDIUM',
    });
    expect([refused.status, refused.body.error?.code]).toEqual([
      403,
      'guardrail-exceeded',
    ]);
    const made = await deploy({ traffic: 10 });
    expect(made.body.runsAs).toMatchObject({ kind: 'service-principal' });
    await it.until(made.body.id, 'succeeded');
    const moved = await change(it, 'ada', 'serve', 'traffic', {
      parameters: { 'detector-2': 70, 'detector-3': 30 },
    });
    await it.until(moved.body.id, 'succeeded');
    expect(await sharesAt(it)).toEqual({ 'detector 2': 70, 'detector 3': 30 });
  });
});
