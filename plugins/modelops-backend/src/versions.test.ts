import { setTimeout as sleep } from 'node:timers/promises';
import { TestDatabases } from '@backstage/backend-test-utils';
import { demoEntities, modelEntity } from './__testUtils__/demoCatalog';
import {
  type Portal,
  type PortalOptions,
  startPortal,
  useSimulators,
  type Who,
} from './__testUtils__/portal';
import { expectInOrder } from './__testUtils__/wiredPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

/** Longer than an answer is used for. */
const STALE_MS = 5_200;
const FRAUD = '/v1/models/resource/default/fraud-detector';
const REGISTRY = '/api/2.1/unity-catalog/*';

describe.each(databases.eachSupportedId())('Versions on %s', databaseId => {
  const simulators = useSimulators();
  let portal: Portal;
  const start = async (options: Partial<PortalOptions> = {}) => {
    portal = await startPortal({
      databases,
      databaseId,
      simulators: simulators(),
      ...options,
    });
  };
  afterEach(async () => {
    await expectInOrder(portal);
    await portal.close();
  });
  const get = (who: Who, path: string) => portal.call(who, 'GET', path);
  /** The list waits for the endpoints for a while only, and a cold start may take longer: they are asked first. */
  const warm = async () => {
    for (const name of ['fraud-detector', 'payments-shared'])
      await get(
        'ada',
        `${FRAUD}/serving?target=databricks-demo:endpoint/${name}`,
      );
  };
  const lastEntry = async () => (await portal.entriesSinceStart()).at(-1);

  it('are listed newest first, with what is known of each, page by page', async () => {
    await start();
    await warm();
    const { status, body } = await get('ada', `${FRAUD}/versions`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      readAs: 'person',
      freshness: { readAt: expect.any(String) },
    });
    expect(body.freshness.failure).toBeUndefined();
    expect(body.nextCursor).toBeUndefined();
    const numbers = body.items.map((one: { version: string }) => one.version);
    expect(numbers.slice(-2)).toEqual(['2', '1']);
    expect(body.items.at(-2)).toMatchObject({
      aliases: ['champion'],
      state: 'ready',
      createdBy: expect.any(String),
      servedBy: [
        { target: 'databricks-demo:endpoint/fraud-detector', share: 100 },
      ],
    });
    expect(body.items.at(-1).servedBy).toEqual([
      { target: 'databricks-demo:endpoint/payments-shared', share: 20 },
    ]);
    expect(body.items.at(-1).metrics.length).toBeGreaterThan(0);
    expect(await lastEntry()).toMatchObject({
      code: 'versions.read',
      outcome: 'accepted',
      actor: 'user:default/ada',
      action: 'read',
      entityRef: 'resource:default/fraud-detector',
      resources: ['databricks-demo:model/main.fraud.detector'],
      role: 'fraud-ml-engineer',
      principal: 'ada@acme.example',
      credential: { fingerprint: expect.any(String) },
    });

    const paged: string[] = [];
    let cursor = '';
    for (let page = 0; page < numbers.length; page += 1) {
      const answer = await get(
        'ada',
        `${FRAUD}/versions?limit=1${
          cursor && `&cursor=${encodeURIComponent(cursor)}`
        }`,
      );
      expect(answer.body.items).toHaveLength(1);
      paged.push(answer.body.items[0].version);
      cursor = answer.body.nextCursor;
    }
    expect(paged).toEqual(numbers);
    expect(cursor).toBeUndefined();
    const strange = await portal.call(
      'ada',
      'GET',
      '/v1/models/resource/default/fraud-detector/versions?cursor=xyz',
    );
    expect([strange.status, strange.body.error.code]).toEqual([
      400,
      'request-invalid',
    ]);
  });

  it('are shown one by one with their parameters; one that is not there is 404', async () => {
    await start();
    await warm();
    const found = await get('ada', `${FRAUD}/versions/1`);
    expect(found.body).toMatchObject({
      version: '1',
      parameters: { epochs: expect.any(String) },
      servedBy: [{ share: 20 }],
    });
    expect(await lastEntry()).toMatchObject({
      code: 'versions.read',
      version: '1',
    });
    const missing = await get('ada', `${FRAUD}/versions/99`);
    expect(missing.status).toBe(404);
    expect(missing.body.error.code).toBe('version-unknown');
    expect(await lastEntry()).toMatchObject({
      code: 'versions.refused',
      refusalCode: 'version-unknown',
      version: '99',
    });
    for (const wrong of ['..%2f1', 'a b', 'x'.repeat(200)]) {
      const answer = await get('ada', `${FRAUD}/versions/${wrong}`);
      expect(answer.status).toBe(400);
    }
  });

  it('name the run that made them, if it was started here', async () => {
    await start();
    const { body: run } = await portal.train('ada');
    const { platformRunId } = await portal.until(run.id, 'succeeded');
    const { body } = await get('ada', `${FRAUD}/versions`);
    expect(body.items[0].sourceJob).toMatchObject({
      platformRunId,
      runId: run.id,
    });
    const others = body.items.slice(1) as { sourceJob?: { runId?: string } }[];
    expect(others.flatMap(one => one.sourceJob?.runId ?? [])).toEqual([]);
  });

  it('of a model that Databricks hides are seen by no route', async () => {
    await start({
      entities: [
        ...demoEntities(),
        modelEntity('staff-served', {
          annotations: {
            'modelops/model': 'databricks-demo:model/main.hr.attrition',
            'modelops/serve': 'databricks-demo:endpoint/fraud-detector',
          },
        }),
      ],
    });
    for (const entity of ['staff-attrition', 'staff-served']) {
      const path = `/v1/models/resource/default/${entity}`;
      for (const below of [
        '/versions',
        '/versions/1',
        '/serving',
        '/prediction-form',
        '/actions/deploy?operation=deploy',
        '/actions/serve',
      ]) {
        const answer = await get('grace', path + below);
        expect(answer.status).toBeGreaterThanOrEqual(403);
        expect(Object.keys(answer.body)).not.toContain('items');
      }
      const asked = await portal.call('grace', 'POST', '/v1/predictions', {
        body: { entityRef: `resource:default/${entity}`, instances: [{}] },
      });
      expect(asked.status).toBeGreaterThanOrEqual(403);
    }
    // A rule of ours allows her to read it: it was Databricks that said no.
    const refused = await portal.entries({ code: 'versions.refused' });
    expect(refused.map(({ refusalCode }) => refusalCode)).toEqual(
      Array.from({ length: 4 }, () => 'platform-permission-denied'),
    );
    // What the owner of the model would see: nothing of it is in any answer.
    expect(portal.answers.join()).not.toMatch(/"parameters":|"metrics":/);
  });

  it('that one person has read are not shown to another', async () => {
    await start();
    expect((await get('ada', `${FRAUD}/versions`)).status).toBe(200);
    await simulators().databricks.changeModel('main.fraud.detector', {
      executors: ['ada@acme.example'],
    });
    const { status, body } = await get('grace', `${FRAUD}/versions`);
    expect(status).toBe(503);
    expect(body.error.code).toMatch(/^platform-(permission-denied|not-found)$/);
    await simulators().databricks.fault({
      path: REGISTRY,
      effect: 'status',
      status: 503,
    });
    const outage = await get('grace', `${FRAUD}/versions`);
    expect(outage.status).toBe(503);
    expect(outage.body.error.code).not.toBe('internal');
    expect((await get('ada', `${FRAUD}/versions`)).status).toBe(200);
  });

  it('are the last good ones with their age while the registry fails, and not after a refusal', async () => {
    await start();
    const good = await get('ada', `${FRAUD}/versions`);
    await get('ada', `${FRAUD}/versions/1`);
    await sleep(STALE_MS);
    await simulators().databricks.fault({
      path: REGISTRY,
      effect: 'status',
      status: 500,
    });
    const last = await get('ada', `${FRAUD}/versions`);
    expect(last.status).toBe(200);
    expect(last.body.items).toEqual(good.body.items);
    expect(last.body.freshness).toEqual({
      readAt: good.body.freshness.readAt,
      failure: {
        code: expect.stringMatching(/^platform-/),
        message: expect.any(String),
      },
    });
    expect(await lastEntry()).toMatchObject({
      code: 'versions.read',
      outcome: 'accepted',
      detail: expect.stringContaining(good.body.freshness.readAt),
    });
    expect((await get('katherine', `${FRAUD}/versions`)).status).toBe(503);

    await simulators().databricks.clearFaults();
    await simulators().databricks.changeModel('main.fraud.detector', {
      executors: [],
    });
    expect((await get('ada', `${FRAUD}/versions/1`)).status).toBeGreaterThan(
      400,
    );
    await simulators().databricks.fault({
      path: REGISTRY,
      effect: 'status',
      status: 500,
    });
    expect((await get('ada', `${FRAUD}/versions`)).status).toBe(503);
  });

  it('are listed although nobody tells where they are served', async () => {
    await start();
    await simulators().databricks.fault({
      path: '/api/2.0/serving-endpoints*',
      effect: 'status',
      status: 500,
    });
    const { status, body } = await get('ada', `${FRAUD}/versions`);
    expect(status).toBe(200);
    for (const version of body.items) expect(version.servedBy).toEqual([]);
  });

  it('are read as the portal where the connection says so, for whom a rule allows it', async () => {
    await start({
      config: config => {
        Object.assign(config.modelops.connections['databricks-demo'], {
          reads: 'reader',
        });
        return config;
      },
    });
    await simulators().databricks.changeModel('main.fraud.detector', {
      executors: ['11111111-1111-4111-8111-111111111111'],
    });
    const { body } = await get('grace', `${FRAUD}/versions`);
    expect(body.readAs).toBe('reader');
    expect(body.items.length).toBeGreaterThan(1);
    expect(await lastEntry()).toMatchObject({
      actor: 'user:default/grace',
      principal: '11111111-1111-4111-8111-111111111111',
      detail: expect.stringContaining('reader'),
    });
    const growth = await get(
      'ada',
      '/v1/models/resource/default/growth-uplift/versions',
    );
    expect(growth.status).toBe(403);
    expect(await lastEntry()).toMatchObject({ code: 'versions.refused' });
  });

  it('are refused to whom no rule allows them, before anybody outside is asked', async () => {
    await start();
    const before = (await simulators().databricks.requests()).length;
    for (const below of ['versions', 'versions/1', 'serving']) {
      const { status, body } = await get(
        'ada',
        `/v1/models/resource/default/growth-uplift/${below}`,
      );
      expect(status).toBe(403);
      expect(body.error.code).toMatch(/^(role-missing|owner-required)$/);
    }
    expect((await simulators().databricks.requests()).length).toBe(before);
  });
});
