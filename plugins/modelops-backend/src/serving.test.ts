import { setTimeout as sleep } from 'node:timers/promises';
import { TestDatabases } from '@backstage/backend-test-utils';
import {
  newKey,
  type Portal,
  startPortal,
  useSimulators,
  type Who,
} from './__testUtils__/portal';
import { expectInOrder } from './__testUtils__/wiredPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

/** Longer than an answer is used for. */
const STALE_MS = 5_200;
const SERVING = '/v1/models/resource/default/fraud-detector/serving';
const ENDPOINTS = '/api/2.0/serving-endpoints*';
const SHARED = 'databricks-demo:endpoint/payments-shared';

describe.each(databases.eachSupportedId())(
  'What an endpoint serves on %s',
  databaseId => {
    const simulators = useSimulators();
    let portal: Portal;
    beforeEach(async () => {
      portal = await startPortal({
        databases,
        databaseId,
        simulators: simulators(),
      });
    });
    afterEach(async () => {
      await expectInOrder(portal);
      await portal.close();
    });
    const get = (who: Who, target?: string) =>
      portal.call(
        who,
        'GET',
        target ? `${SERVING}?target=${encodeURIComponent(target)}` : SERVING,
      );
    const lastEntry = async () => (await portal.entriesSinceStart()).at(-1);

    it('is read as the person: the first endpoint, or the one that is named', async () => {
      const { status, body } = await get('ada');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        target: 'databricks-demo:endpoint/fraud-detector',
        state: 'ready',
        served: [
          {
            model: 'main.fraud.detector',
            version: '2',
            share: 100,
            ours: true,
          },
        ],
        freshness: { readAt: expect.any(String) },
      });
      expect(body.rollback).toBeUndefined();
      expect(await lastEntry()).toMatchObject({
        code: 'serving.read',
        outcome: 'accepted',
        resources: ['databricks-demo:endpoint/fraud-detector'],
        principal: 'ada@acme.example',
      });
      const shared = await get('ada', SHARED);
      expect(shared.body.target).toBe(SHARED);
      expect(
        shared.body.served.map((one: { ours: boolean; share: number }) => [
          one.ours,
          one.share,
        ]),
      ).toEqual([
        [false, 80],
        [true, 20],
      ]);
      const strange = await get('ada', 'databricks-demo:endpoint/of-others');
      expect([strange.status, strange.body.error.code]).toEqual([
        409,
        'target-unknown',
      ]);
      expect(await lastEntry()).toMatchObject({ code: 'serving.refused' });
    });

    it('is hidden from whom Databricks hides it, although a rule allows to read it', async () => {
      expect((await get('ada')).status).toBe(200);
      const { status, body } = await get('grace');
      expect(status).toBe(503);
      expect(body.error.code).toMatch(/^platform-/);
      expect(body.served).toBeUndefined();
      expect(await lastEntry()).toMatchObject({
        actor: 'user:default/grace',
        refusalCode: body.error.code,
      });
    });

    it('is told without the load where that is not to be had', async () => {
      await simulators().databricks.fault({
        path: '/api/2.0/serving-endpoints/*/metrics',
        effect: 'status',
        status: 500,
      });
      const { status, body } = await get('ada');
      expect(status).toBe(200);
      expect(body.load).toBeUndefined();
    });

    it('is the last good answer while nobody can be asked, and nothing after a refusal', async () => {
      const good = await get('ada');
      await sleep(STALE_MS);
      await simulators().databricks.fault({
        path: ENDPOINTS,
        effect: 'status',
        status: 503,
      });
      const last = await get('ada');
      expect(last.body).toMatchObject({
        served: good.body.served,
        freshness: {
          readAt: good.body.freshness.readAt,
          failure: { code: expect.stringMatching(/^platform-/) },
        },
      });
      expect(last.body.load).toBeUndefined();
      await simulators().databricks.clearFaults();
      await simulators().databricks.setEndpointPermissions('fraud-detector', {
        'ada@acme.example': null,
      });
      expect((await get('ada')).status).toBe(503);
      await simulators().databricks.fault({
        path: ENDPOINTS,
        effect: 'status',
        status: 503,
      });
      const none = await get('ada');
      expect(none.status).toBe(503);
      expect(none.body.served).toBeUndefined();
    });

    it('says what a rollback would restore, as long as that is still there', async () => {
      const deployed = await portal.call('ada', 'POST', '/v1/runs', {
        idempotencyKey: newKey(),
        body: {
          entityRef: 'resource:default/fraud-detector',
          action: 'deploy',
          operation: 'deploy',
          version: '1',
          parameters: { traffic: 10 },
        },
      });
      expect(deployed.status).toBe(202);
      await portal.until(deployed.body.id, 'succeeded');
      await sleep(STALE_MS);
      const { body } = await get('ada');
      const before = body.served.map(
        (one: { version: string; share: number }) => [one.version, one.share],
      );
      expect(before.sort()).toEqual([
        ['1', 10],
        ['2', 90],
      ]);
      const idOf = (version: string) =>
        body.served.find((one: { version: string }) => one.version === version)
          .id;
      expect(body.rollback).toEqual({
        runId: deployed.body.id,
        changedBy: 'user:default/ada',
        changedAt: expect.any(String),
        shares: { [idOf('1')]: 0, [idOf('2')]: 100 },
      });
      await simulators().databricks.changeEndpoint('fraud-detector', {
        serves: [{ model: 'main.fraud.detector', version: '1', share: 100 }],
      });
      await sleep(STALE_MS);
      expect((await get('ada')).body.rollback).toBeUndefined();
    });
  },
);
