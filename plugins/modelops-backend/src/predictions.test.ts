import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import type { PredictRequest } from 'backstage-plugin-modelops-common';
import {
  type CallOptions,
  type Portal,
  type PortalOptions,
  startPortal,
  useSimulators,
  type Who,
} from './__testUtils__/portal';
import { expectInOrder } from './__testUtils__/wiredPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

const ENTITY = 'resource:default/fraud-detector';
const FRAUD = '/v1/models/resource/default/fraud-detector';
const ASKED = '/serving-endpoints/*';
/** A value that is nowhere else. */
const CANARY = 4711.081547;

describe.each(databases.eachSupportedId())('Predictions on %s', databaseId => {
  const simulators = useSimulators();
  let portal: Portal;
  let row: Record<string, number>;
  const start = async (options: Partial<PortalOptions> = {}) => {
    portal = await startPortal({
      databases,
      databaseId,
      simulators: simulators(),
      ...options,
    });
    const { body } = await portal.call(
      'ada',
      'GET',
      `${FRAUD}/prediction-form`,
    );
    row = body.example;
  };
  afterEach(async () => {
    await expectInOrder(portal);
    await portal.close();
  });
  const predict = (
    who: Who,
    body: Partial<PredictRequest> = {},
    options: CallOptions = {},
  ) =>
    portal.call(who, 'POST', '/v1/predictions', {
      body: { entityRef: ENTITY, instances: [row], ...body },
      ...options,
    });
  const asked = async () =>
    (await simulators().databricks.requests({ method: 'POST' })).filter(
      ({ path }) => path.startsWith('/serving-endpoints/'),
    );
  const ofCode = async (code: string) =>
    (await portal.entries()).filter(entry => entry.code === code);

  it('have a form made of the signature, read as the person', async () => {
    await start();
    const { status, body } = await portal.call(
      'ada',
      'GET',
      `${FRAUD}/prediction-form`,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      target: 'databricks-demo:endpoint/fraud-detector',
      fields: expect.arrayContaining([
        {
          name: expect.any(String),
          required: true,
          field: expect.objectContaining({ type: 'number' }),
        },
      ]),
    });
    const read = await ofCode('prediction.form-read');
    expect(read[0]).toMatchObject({
      actor: 'user:default/ada',
      action: 'predict',
      resources: ['databricks-demo:endpoint/fraud-detector'],
      principal: 'ada@acme.example',
    });
    const refused = await portal.call(
      'grace',
      'GET',
      `${FRAUD}/prediction-form`,
    );
    expect(refused.status).toBe(403);
    expect(await ofCode('prediction.form-refused')).toHaveLength(1);
  });

  it('are true, recorded before and after by size, hash and time, and never by content', async () => {
    await start();
    const input = { ...row, [Object.keys(row)[0]]: CANARY };
    const { status, body } = await predict('ada', { instances: [row, input] });
    expect(status).toBe(200);
    expect(body.predictions).toHaveLength(2);
    expect(body.latencyMs).toBeGreaterThanOrEqual(0);
    const [requested] = await ofCode('prediction.requested');
    const [answered] = await ofCode('prediction.answered');
    expect(requested.outcome).toBeUndefined();
    expect(requested.prediction).toEqual({
      requestBytes: Buffer.byteLength(JSON.stringify([row, input])),
      requestHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(answered).toMatchObject({
      outcome: 'accepted',
      requestId: requested.requestId,
      role: 'fraud-ml-engineer',
      principal: 'ada@acme.example',
      credential: { fingerprint: expect.any(String) },
      prediction: {
        ...requested.prediction,
        answerBytes: expect.any(Number),
        latencyMs: body.latencyMs,
      },
    });
    await predict('ada', { instances: [input, row] });
    const again = (await ofCode('prediction.requested'))[1];
    expect(again.prediction!.requestHash).not.toBe(
      requested.prediction!.requestHash,
    );
    const kept = [
      ...portal.logs,
      JSON.stringify(await portal.entries()),
      JSON.stringify(await portal.db('prediction_calls')),
    ].join('\n');
    expect(kept).not.toContain(String(CANARY));
    expect(kept).not.toContain(String(body.predictions[0]));
  });

  it('of one version are asked of that version', async () => {
    await start();
    const target = 'databricks-demo:endpoint/payments-shared';
    const { body } = await predict('ada', { target, version: '1' });
    expect(body.predictions).toHaveLength(1);
    const [{ path }] = (await asked()).slice(-1);
    expect(path).toContain('payments-shared/served-models/');
    expect((await ofCode('prediction.answered'))[0]).toMatchObject({
      version: '1',
      resources: [target],
    });
  });

  it('are refused to others, and nobody is asked', async () => {
    await start();
    const refused = await predict('grace');
    expect([refused.status, refused.body.error.code]).toEqual([
      403,
      'role-missing',
    ]);
    const other = await predict('ada', {
      target: 'databricks-demo:endpoint/somewhere-else',
    });
    expect([other.status, other.body.error.code]).toEqual([
      409,
      'target-unknown',
    ]);
    expect((await predict('nobody')).status).toBe(401);
    expect((await predict('a service')).status).toBe(403);
    expect(await asked()).toEqual([]);
    expect(await ofCode('prediction.requested')).toEqual([]);
    expect(await ofCode('prediction.refused')).toHaveLength(2);
  });

  it('are as many in a minute as the rule allows, however many ask at once', async () => {
    await start({
      config: config => {
        config.modelops.roles[0].allow[1].limits.predictionsPerMinute = 3;
        return config;
      },
    });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => predict('ada')),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter(status => status === 200)).toHaveLength(3);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(answers.find(({ status }) => status === 429)?.body.error).toEqual(
      expect.objectContaining({
        code: expect.stringMatching(/^(predictions-limit|too-many-refusals)$/),
      }),
    );
    expect(await asked()).toHaveLength(3);
    expect(await ofCode('prediction.requested')).toHaveLength(3);
    // Past 30 refusals in a minute they are counted, not recorded.
    expect(await ofCode('prediction.refused')).toHaveLength(30);
  });

  it('are not asked for while the ledger cannot be written', async () => {
    await start();
    await portal.db.schema.renameTable('audit_entries', 'audit_away');
    const { status, body } = await predict('ada');
    await portal.db.schema.renameTable('audit_away', 'audit_entries');
    expect([status, body.error.code]).toEqual([503, 'audit-unavailable']);
    expect(await asked()).toEqual([]);
  });

  it('of somebody who no longer waits are recorded to their end', async () => {
    await start();
    await simulators().databricks.fault({
      path: ASKED,
      effect: 'delay',
      latencyMs: 3_000,
    });
    const { port } = portal.server.address() as { port: number };
    const token = await simulators().idp.signIdToken('ada');
    await fetch(`http://127.0.0.1:${port}/api/modelops/v1/predictions`, {
      method: 'POST',
      headers: {
        authorization: mockCredentials.user.header('user:default/ada'),
        'modelops-identity-token': token,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ entityRef: ENTITY, instances: [row] }),
      signal: AbortSignal.timeout(1_500),
    }).catch(() => undefined);
    const deadline = Date.now() + 20_000;
    while (
      (await ofCode('prediction.answered')).length === 0 &&
      Date.now() < deadline
    )
      await new Promise(resolve => setTimeout(resolve, 50));
    expect(await ofCode('prediction.requested')).toHaveLength(1);
    expect(await ofCode('prediction.answered')).toHaveLength(1);
  });
});
