import { TestDatabases } from '@backstage/backend-test-utils';
import { demoEntities } from './__testUtils__/demoCatalog';
import {
  type Portal,
  type PortalOptions,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';
import { change, FRAUD, servingOf, sharesAt } from './__testUtils__/serving';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const simulators = useSimulators();
const SHARED = 'databricks-demo:endpoint/payments-shared';
const PUT = {
  method: 'PUT',
  path: '/api/2.0/serving-endpoints/fraud-detector/config',
};

describe('A change of what is served', () => {
  let portal: Portal | undefined;
  const start = async (config?: PortalOptions['config']) => {
    portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      simulators: simulators(),
      config,
    });
    await simulators().databricks.setUpdateSeconds(0);
    return portal;
  };
  afterEach(() => portal?.close());

  const untouched = async (endpoint = 'fraud-detector') => {
    const changes = await simulators().databricks.requests({
      path: `/api/2.0/serving-endpoints/${endpoint}/config`,
    });
    expect(changes).toEqual([]);
  };

  it.each([
    [
      'a version that does not exist',
      'deploy',
      'deploy',
      { version: '999', parameters: { traffic: 10 } },
      [400, 'version-unknown'],
    ],
    [
      'more than all of the traffic',
      'deploy',
      'deploy',
      { version: '3', parameters: { traffic: 101 } },
      [400, 'parameters-invalid'],
    ],
    [
      'shares that do not make 100',
      'serve',
      'traffic',
      { parameters: { 'detector-2': 90 } },
      [400, 'traffic-invalid'],
    ],
    [
      'a version that is not served',
      'serve',
      'promote',
      { version: '3' },
      [400, 'traffic-invalid'],
    ],
    [
      'a version where all versions are meant',
      'serve',
      'traffic',
      { version: '2', parameters: { 'detector-2': 100 } },
      [400, 'request-invalid'],
    ],
    [
      'a rollback of nothing',
      'serve',
      'rollback',
      {},
      [409, 'rollback-unknown'],
    ],
    [
      'an alias with a space',
      'deploy',
      'set-alias',
      { version: '3', parameters: { alias: 'the best' } },
      [400, 'parameters-invalid'],
    ],
    [
      'a size that the rule does not allow',
      'deploy',
      'deploy',
      { version: '3', parameters: { traffic: 10, size: 'Large' } },
      [403, 'guardrail-exceeded'],
    ],
    [
      'an endpoint that the entity does not name',
      'serve',
      'promote',
      { version: '2', target: 'databricks-demo:endpoint/fraud-other' },
      [409, 'target-unknown'],
    ],
    [
      'what somebody has changed since',
      'serve',
      'promote',
      { version: '2', revision: 'an-older-one' },
      [409, 'serving-changed'],
    ],
  ] as const)(
    'is refused for %s',
    async (_what, action, operation, asked, [status, code]) => {
      const it = await start();
      const answer = await change(it, 'ada', action, operation, asked);
      expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
      await untouched();
    },
  );

  it('never takes what another team serves', async () => {
    const it = await start();
    const before = await sharesAt(it, 'payments-shared');
    const taken = await change(it, 'ada', 'serve', 'traffic', {
      target: SHARED,
      parameters: { 'uplift-1': 0, 'detector-1': 100 },
    });
    expect([taken.status, taken.body.error.code]).toEqual([
      400,
      'parameters-invalid',
    ]);
    const stopped = await change(it, 'ada', 'serve', 'stop', {
      target: SHARED,
    });
    expect(stopped.body.error.code).toBe('traffic-invalid');
    const crowded = await change(it, 'ada', 'deploy', 'deploy', {
      target: SHARED,
      version: '3',
      parameters: { traffic: 21 },
    });
    expect(crowded.status).toBe(400);
    expect(await sharesAt(it, 'payments-shared')).toEqual(before);
    await untouched('payments-shared');

    const allowed = await change(it, 'ada', 'deploy', 'deploy', {
      target: SHARED,
      version: '3',
      parameters: { traffic: 5, size: 'Small', scaleToZero: true },
    });
    await it.until(allowed.body.id, 'succeeded');
    expect(await sharesAt(it, 'payments-shared')).toEqual({
      'uplift 1': 80,
      'detector 1': 15,
      'detector 3': 5,
    });
  });

  it('needs read on the version beside deploy on the endpoint', async () => {
    const it = await start(config => {
      config.modelops.roles[0].allow = [
        {
          actions: ['deploy'],
          resources: ['databricks-demo:endpoint/*'],
          createEndpoints: true,
        },
      ];
      return config;
    });
    const answer = await change(it, 'ada', 'deploy', 'deploy', {
      version: '3',
      parameters: { traffic: 10 },
    });
    expect([answer.status, answer.body.error.code]).toEqual([
      403,
      'role-missing',
    ]);
    expect(await simulators().databricks.requests()).toEqual([]);
  });

  it('creates no endpoint without a rule that says so', async () => {
    const it = await start(config => {
      delete config.modelops.roles[0].allow[1].createEndpoints;
      return config;
    });
    await simulators().databricks.forgetEndpoint('fraud-detector');
    const answer = await change(it, 'ada', 'deploy', 'deploy', {
      version: '3',
      parameters: { traffic: 100 },
    });
    expect([answer.status, answer.body.error.code]).toEqual([
      403,
      'create-not-allowed',
    ]);
    expect(
      await simulators().databricks.requests({
        method: 'POST',
        path: '/api/2.0/serving-endpoints',
      }),
    ).toEqual([]);
  });

  it('takes no version of another environment without a rule that says so', async () => {
    const staging = (config: any) => {
      config.modelops.connections['databricks-staging'] = {
        ...config.modelops.connections['databricks-demo'],
        environment: 'staging',
      };
      config.modelops.roles[0].allow.push({
        actions: ['read'],
        resources: ['databricks-staging:model/main.fraud.*'],
      });
      return config;
    };
    const entities = demoEntities().map(entity =>
      entity.metadata.name === 'fraud-detector'
        ? {
            ...entity,
            metadata: {
              ...entity.metadata,
              annotations: {
                ...entity.metadata.annotations,
                'modelops/model':
                  'databricks-staging:model/main.fraud.detector',
              },
            },
          }
        : entity,
    );
    const open = async (config: (config: any) => any) => {
      portal = await startPortal({
        databases,
        databaseId: 'SQLITE_3',
        simulators: simulators(),
        config,
        entities,
      });
      await simulators().databricks.setUpdateSeconds(0);
      return portal;
    };
    const deploy = (it: Portal) =>
      change(it, 'ada', 'deploy', 'deploy', {
        version: '3',
        parameters: { traffic: 10, size: 'Small', scaleToZero: true },
      });
    const refused = await deploy(await open(staging));
    expect([refused.status, refused.body.error.code]).toEqual([
      403,
      'promotion-not-allowed',
    ]);
    await portal!.close();

    const it = await open(config => {
      staging(config).modelops.roles[0].allow[1].fromEnvironments = ['staging'];
      return config;
    });
    const allowed = await deploy(it);
    await it.until(allowed.body.id, 'succeeded');
  });

  it('is made once when two are asked for at once; neither is lost', async () => {
    const it = await start();
    await simulators().databricks.setUpdateSeconds(2);
    const answers = await Promise.all(
      ['3', '4'].map(version =>
        change(it, 'ada', 'deploy', 'deploy', {
          version,
          parameters: { traffic: 10, size: 'Small', scaleToZero: true },
        }),
      ),
    );
    const made = answers.filter(
      ({ status, body }) => status === 202 && body.state === 'submitted',
    );
    expect(made).toHaveLength(1);
    await it.until(made[0].body.id, 'succeeded');
    expect(await sharesAt(it)).toEqual({
      'detector 2': 90,
      [`detector ${made[0].body.version}`]: 10,
    });
  });

  it('waits until the end of the one before is known', async () => {
    const it = await start();
    const canary = { traffic: 10, size: 'Small', scaleToZero: true };
    const first = await change(it, 'ada', 'deploy', 'deploy', {
      version: '3',
      parameters: canary,
    });
    // Databricks is done with it, and nobody here has looked yet.
    while ((await sharesAt(it))['detector 3'] === undefined)
      await new Promise(resolve => setTimeout(resolve, 20));
    const second = await change(it, 'ada', 'serve', 'promote', {
      version: '3',
    });
    expect([second.status, second.body.error]).toEqual([
      409,
      expect.objectContaining({
        code: 'serving-changed',
        message: expect.stringContaining(first.body.id),
      }),
    ]);
    await it.until(first.body.id, 'succeeded');
    const third = await change(it, 'ada', 'serve', 'promote', {
      version: '3',
    });
    await it.until(third.body.id, 'succeeded');
  });

  it('does not overwrite what somebody else changed in between', async () => {
    const it = await start();
    const { revision } = await servingOf(it);
    await simulators().databricks.changeEndpoint('fraud-detector', {
      serves: [
        { model: 'main.fraud.detector', version: '2', share: 50 },
        { model: 'main.growth.uplift', version: '1', share: 50 },
      ],
    });
    const answer = await change(it, 'ada', 'serve', 'promote', {
      version: '2',
      revision,
    });
    expect([answer.status, answer.body.error.code]).toEqual([
      409,
      'serving-changed',
    ]);
    expect(await sharesAt(it)).toEqual({ 'detector 2': 50, 'uplift 1': 50 });
  });

  it('whose answer is lost is found out: one change, and the right end', async () => {
    const it = await start();
    await simulators().databricks.fault({
      ...PUT,
      effect: 'drop',
      commit: true,
      count: 1,
    });
    const started = await change(it, 'ada', 'deploy', 'deploy', {
      version: '3',
      parameters: { traffic: 10, size: 'Small', scaleToZero: true },
    });
    expect([started.status, started.body.state]).toEqual([202, 'unknown']);
    const run = await it.until(started.body.id, 'succeeded');
    expect(run.platformRunId).toContain('fraud-detector@');
    expect(await simulators().databricks.requests(PUT)).toHaveLength(1);
    expect(await sharesAt(it)).toEqual({ 'detector 2': 90, 'detector 3': 10 });
  });

  it('that Databricks cannot roll out is a failed run; what was served goes on', async () => {
    const it = await start();
    await simulators().databricks.failNextUpdate({
      endpoint: 'fraud-detector',
      message: 'no space left in the image',
    });
    const started = await change(it, 'ada', 'deploy', 'deploy', {
      version: '3',
      parameters: { traffic: 10, size: 'Small', scaleToZero: true },
    });
    const run = await it.until(started.body.id, 'failed');
    expect(run.failure).toMatchObject({ code: 'deployment-failed' });
    expect(await servingOf(it)).toMatchObject({
      state: 'failed',
      message: expect.any(String),
    });
    expect(await sharesAt(it)).toEqual({ 'detector 2': 100 });
    const log = await it.call('ada', 'GET', `/v1/runs/${run.id}/logs`);
    expect(log.status).toBe(200);
    expect(log.text).not.toBe('');
  });

  it('cannot be cancelled, and says how to take it back', async () => {
    const it = await start();
    const started = await change(it, 'ada', 'serve', 'promote', {
      version: '2',
    });
    const answer = await it.call(
      'ada',
      'POST',
      `/v1/runs/${started.body.id}/cancel`,
    );
    expect(answer.status).toBe(403);
    const detail = await it.call('ada', 'GET', `/v1/runs/${started.body.id}`);
    expect(detail.body.cancel).toEqual({
      allowed: false,
      reason: expect.stringContaining('roll back'),
    });
  });

  it('is not for somebody who may only look, and calls nobody', async () => {
    const it = await start();
    for (const [action, operation] of [
      ['deploy', 'deploy'],
      ['serve', 'promote'],
    ] as const) {
      const answer = await change(it, 'grace', action, operation, {
        version: '2',
      });
      expect([answer.status, answer.body.error.code]).toEqual([
        403,
        'role-missing',
      ]);
    }
    const asked = await it.call('grace', 'POST', '/v1/predictions', {
      body: { entityRef: FRAUD, instances: [{}] },
    });
    expect(asked.status).toBe(403);
    expect(await simulators().databricks.requests()).toEqual([]);
  });

  it('shows Grace nothing of a model that Databricks hides from her', async () => {
    const it = await start();
    const page = '/v1/models/resource/default/staff-attrition';
    const shown = await it.call('grace', 'GET', page);
    expect(shown.body).toMatchObject({ versions: { allowed: true } });
    for (const path of [
      `${page}/versions`,
      `${page}/versions/1`,
      `${page}/serving`,
      `${page}/prediction-form`,
      `${page}/actions/deploy?operation=set-alias`,
    ]) {
      const { status, body } = await it.call('grace', 'GET', path);
      expect([path, status >= 400, Object.keys(body)]).toEqual([
        path,
        true,
        expect.not.arrayContaining(['items', 'version', 'served', 'fields']),
      ]);
    }
    const { body } = await it.call('grace', 'GET', `${page}/versions`);
    expect(body.error).toMatchObject({ code: 'platform-permission-denied' });
    // Whoever owns it sees it.
    const alan = await it.call('alan', 'GET', `${page}/versions`);
    expect(alan.body.items).toHaveLength(1);
  });
});
