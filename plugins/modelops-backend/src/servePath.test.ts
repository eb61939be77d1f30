import { TestDatabases } from '@backstage/backend-test-utils';
import { type Portal, startPortal } from './__testUtils__/portal';
import { change, FRAUD, servingOf, sharesAt } from './__testUtils__/serving';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const MODEL = '/v1/models/resource/default/fraud-detector';

describe.each(databases.eachSupportedId())(
  'From a version to its rollback on %s',
  databaseId => {
    let portal: Portal;
    beforeAll(async () => {
      portal = await startPortal({ databases, databaseId });
      await portal.simulators.databricks.setUpdateSeconds(0);
    });
    afterAll(() => portal?.close());

    const succeeded = async (started: { status: number; body: any }) => {
      expect([started.status, started.body]).toEqual([202, expect.anything()]);
      return portal.until(started.body.id, 'succeeded');
    };

    it('lists the versions, newest first, with metrics and where they are served', async () => {
      const { body } = await portal.call(
        'ada',
        'GET',
        `${MODEL}/versions?limit=2`,
      );
      expect(body).toMatchObject({
        readAs: 'person',
        freshness: { readAt: expect.any(String) },
        nextCursor: expect.any(String),
      });
      expect(body.items.map((item: any) => item.version)).toEqual(['4', '3']);
      const { body: rest } = await portal.call(
        'ada',
        'GET',
        `${MODEL}/versions?limit=25&cursor=${encodeURIComponent(
          body.nextCursor,
        )}`,
      );
      expect(rest.items[0]).toMatchObject({
        version: '2',
        aliases: ['champion'],
        state: 'ready',
        metrics: expect.arrayContaining([
          { name: 'accuracy', value: expect.any(Number) },
        ]),
        servedBy: [
          { target: 'databricks-demo:endpoint/fraud-detector', share: 100 },
        ],
      });
      expect(rest.nextCursor).toBeUndefined();
    });

    it('offers what can be done on both endpoints, and on the model', async () => {
      const { body } = await portal.call('ada', 'GET', MODEL);
      expect(
        body.actions.map((action: any) => [
          action.operation,
          action.binding.resource,
          action.allowed,
          action.operations,
        ]),
      ).toEqual([
        ['start', 'job/8123', true, ['start']],
        ['deploy', 'endpoint/fraud-detector', true, ['deploy']],
        ['deploy', 'endpoint/payments-shared', true, ['deploy']],
        ['set-alias', 'model/main.fraud.detector', true, ['set-alias']],
        ...['endpoint/fraud-detector', 'endpoint/payments-shared'].map(
          resource => [
            'traffic',
            resource,
            true,
            ['traffic', 'promote', 'rollback', 'stop'],
          ],
        ),
      ]);
      expect(body.versions).toEqual({ allowed: true });
      expect(
        body.serving.map((one: any) => [one.read.allowed, one.predict.allowed]),
      ).toEqual([
        [true, true],
        [true, true],
      ]);
    });

    it('deploys a canary beside what is served, and says so in the ledger', async () => {
      const form = await portal.call(
        'ada',
        'GET',
        `${MODEL}/actions/deploy?operation=deploy`,
      );
      expect(form.body).toMatchObject({
        operation: 'deploy',
        runsAs: { principal: 'ada@acme.example' },
        serving: { state: 'ready', revision: expect.any(String) },
        schema: {
          properties: {
            size: { enum: ['Small', 'Medium'] },
            traffic: { type: 'integer', maximum: 100 },
          },
        },
      });
      const run = await succeeded(
        await change(portal, 'ada', 'deploy', 'deploy', {
          version: '4',
          revision: form.body.serving.revision,
          parameters: { traffic: 10, size: 'Small', scaleToZero: true },
        }),
      );
      expect(run).toMatchObject({
        version: '4',
        model: 'model/main.fraud.detector',
        before: { 'detector-2': 100 },
        platformRunId: expect.stringContaining('fraud-detector@'),
      });
      expect(await sharesAt(portal)).toEqual({
        'detector 2': 90,
        'detector 4': 10,
      });
      expect(
        (await portal.entries({ runId: run.id })).map(entry => entry.code),
      ).toEqual([
        'run.requested',
        'run.exchanged',
        'run.submitted',
        'run.succeeded',
      ]);
      const [put] = await portal.simulators.databricks.requests({
        method: 'PUT',
        path: '/api/2.0/serving-endpoints/fraud-detector/config',
      });
      expect(put.principal).toBe('ada@acme.example');
    });

    it('predicts, as the person, and keeps what was asked to itself', async () => {
      const { body: form } = await portal.call(
        'ada',
        'GET',
        `${MODEL}/prediction-form?version=4`,
      );
      expect(form).toMatchObject({
        target: 'databricks-demo:endpoint/fraud-detector',
        fields: expect.arrayContaining([
          {
            name: expect.any(String),
            field: expect.objectContaining({ type: 'number' }),
            required: expect.any(Boolean),
          },
        ]),
        example: expect.any(Object),
      });
      const { status, body } = await portal.call(
        'ada',
        'POST',
        '/v1/predictions',
        {
          body: { entityRef: FRAUD, version: '4', instances: [form.example] },
        },
      );
      expect([status, body]).toEqual([
        200,
        {
          predictions: [expect.anything()],
          version: '4',
          latencyMs: expect.any(Number),
        },
      ]);
      const unserved = await portal.call('ada', 'POST', '/v1/predictions', {
        body: { entityRef: FRAUD, version: '3', instances: [form.example] },
      });
      expect([unserved.status, unserved.body.error.code]).toEqual([
        409,
        'version-unknown',
      ]);
      const entries = await portal.entries({ action: 'predict' });
      expect(entries.map(entry => [entry.code, entry.outcome])).toEqual([
        ['prediction.form-read', 'accepted'],
        ['prediction.requested', undefined],
        ['prediction.answered', 'accepted'],
        ['prediction.requested', undefined],
        ['prediction.refused', 'refused'],
      ]);
      expect(entries[2].prediction).toEqual({
        requestBytes: expect.any(Number),
        requestHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        answerBytes: expect.any(Number),
        latencyMs: expect.any(Number),
      });
    });

    it('promotes and rolls back with one request each', async () => {
      await succeeded(
        await change(portal, 'ada', 'serve', 'promote', { version: '4' }),
      );
      expect(await sharesAt(portal)).toEqual({
        'detector 2': 0,
        'detector 4': 100,
      });
      expect((await servingOf(portal)).rollback).toMatchObject({
        changedBy: 'user:default/ada',
        shares: { 'detector-2': 90, 'detector-4': 10 },
      });
      await succeeded(await change(portal, 'ada', 'serve', 'rollback'));
      expect(await sharesAt(portal)).toEqual({
        'detector 2': 90,
        'detector 4': 10,
      });
    });

    it('moves an alias, and the traffic by hand, and takes a version off', async () => {
      const alias = await change(portal, 'ada', 'deploy', 'set-alias', {
        version: '4',
        parameters: { alias: 'challenger' },
      });
      // Unity Catalog lets only the owner of a model set its aliases, and that is not Ada.
      expect([
        alias.status,
        alias.body.state,
        alias.body.failure?.code,
      ]).toEqual([202, 'failed', 'platform-permission-denied']);
      await succeeded(
        await change(portal, 'ada', 'serve', 'traffic', {
          parameters: { 'detector-2': 30, 'detector-4': 70 },
        }),
      );
      expect(await sharesAt(portal)).toEqual({
        'detector 2': 30,
        'detector 4': 70,
      });
      await succeeded(
        await change(portal, 'ada', 'serve', 'stop', { version: '2' }),
      );
      expect(await sharesAt(portal)).toEqual({ 'detector 4': 100 });
    });

    it('creates an endpoint that does not exist, where the rule allows it', async () => {
      const target = 'databricks-demo:endpoint/fraud-detector';
      await portal.simulators.databricks.forgetEndpoint('fraud-detector');
      expect(await servingOf(portal)).toMatchObject({
        state: 'absent',
        served: [],
      });
      await succeeded(
        await change(portal, 'ada', 'deploy', 'deploy', {
          version: '3',
          target,
          parameters: { traffic: 100, size: 'Small', scaleToZero: true },
        }),
      );
      expect(await sharesAt(portal)).toEqual({ 'detector 3': 100 });
    });

    it('leaves a complete chain, with one closing entry for each request', async () => {
      const byRequest = new Map<string, number>();
      for (const entry of await portal.entries()) {
        if (!entry.requestId) continue;
        byRequest.set(
          entry.requestId,
          (byRequest.get(entry.requestId) ?? 0) + (entry.outcome ? 1 : 0),
        );
      }
      expect(new Set(byRequest.values())).toEqual(new Set([1]));
    });
  },
);
