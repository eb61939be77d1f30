import { TestDatabases } from '@backstage/backend-test-utils';
import { NO_PREVIOUS_HASH, canonicalJson, hashOf } from './audit/auditEntry';
import { newKey, type Portal, startPortal } from './__testUtils__/portal';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('A training on %s', databaseId => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal({
      databases,
      databaseId,
      simulatorOptions: { manualRuns: true },
    });
  });
  afterAll(() => portal?.close());

  it('goes from the click to a new version with its metrics, each step recorded', async () => {
    const started = await portal.train('ada', {
      parameters: { epochs: 8, learning_rate: '0.1' },
      reason: 'weekly',
    });
    expect(started.status).toBe(202);
    expect(started.body).toMatchObject({
      state: 'submitted',
      startedBy: 'user:default/ada',
      role: 'fraud-ml-engineer',
      runsAs: {
        kind: 'person',
        principal: 'ada@acme.example',
        through: 'person',
      },
      jobRunsAs: '33333333-3333-4333-8333-333333333333',
    });

    const { databricks } = portal.simulators;
    await databricks.advanceRun(started.body.platformRunId, { to: 'RUNNING' });
    await portal.until(started.body.id, 'running');
    await databricks.advanceRun(started.body.platformRunId, {
      to: 'TERMINATED',
    });
    const run = await portal.until(started.body.id, 'succeeded');
    expect(run).toMatchObject({
      parameters: {
        epochs: '8',
        learning_rate: '0.1',
        class_weight: 'balanced',
      },
      platformRunUrl: expect.stringContaining('/run/'),
    });
    expect(Date.parse(run.endedAt!)).toBeGreaterThan(
      Date.parse(run.startedAt!),
    );

    const result = await portal.call('ada', 'GET', `/v1/runs/${run.id}/result`);
    expect(result.body).toMatchObject({
      modelVersion: {
        model: 'main.fraud.detector',
        version: '5',
        status: 'READY',
      },
      metrics: expect.arrayContaining([
        { name: 'accuracy', value: expect.any(Number) },
      ]),
    });

    const entries = await portal.entries({ runId: run.id });
    expect(entries.map(entry => entry.code)).toEqual([
      'run.requested',
      'run.exchanged',
      'run.submitted',
      'run.running',
      'run.succeeded',
      'run.result-read',
    ]);
    expect(entries[0]).toMatchObject({
      actor: 'user:default/ada',
      groups: [
        'user:default/ada',
        'group:default/fraud-ml',
        'group:default/forecasting',
      ],
      role: 'fraud-ml-engineer',
      rule: 'fraud-ml-engineer#0',
      mappingHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      resources: ['databricks-demo:job/8123'],
      parameters: {
        epochs: '8',
        learning_rate: '0.1',
        class_weight: 'balanced',
      },
      reason: 'weekly',
      clientAddress: expect.any(String),
    });
    expect(entries[1]).toMatchObject({
      principal: 'ada@acme.example',
      credential: { fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    expect(entries[2]).toMatchObject({
      outcome: 'accepted',
      platformRunId: run.platformRunId,
    });
    const hashes = entries.slice(0, 3).map(entry => entry.parametersHash);
    expect(new Set(hashes).size).toBe(1);
    expect(run.auditSequence).toBe(entries[0].sequence);
  });

  it('was seen by Databricks as the person, never as the portal', async () => {
    const [runNow] = await portal.simulators.databricks.requests({
      path: '/api/2.2/jobs/run-now',
    });
    expect(runNow.principal).toBe('ada@acme.example');
  });

  it('leaves an unbroken chain of hashes', async () => {
    let previous = NO_PREVIOUS_HASH;
    for (const { hash, ...unsealed } of await portal.entries()) {
      expect(unsealed.previousHash).toBe(previous);
      expect(hash).toBe(hashOf(canonicalJson(unsealed)));
      previous = hash;
    }
  });

  it('has exactly one closing entry for each request that needs an ID token', async () => {
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

  it('shows everything a card needs in one answer', async () => {
    const { body } = await portal.call(
      'ada',
      'GET',
      '/v1/models/resource/default/fraud-detector',
    );
    expect(body).toMatchObject({
      identified: true,
      problems: [],
    });
    expect(body.actions[0]).toMatchObject({
      action: 'train',
      operation: 'start',
      allowed: true,
      binding: {
        connection: 'databricks-demo',
        platformTitle: 'Databricks',
        resource: 'job/8123',
      },
      runsAs: { principal: 'ada@acme.example' },
      jobRunsAs: '33333333-3333-4333-8333-333333333333',
      guardrails: expect.arrayContaining(['epochs: at least 1 and at most 20']),
      lastRun: { state: 'succeeded' },
    });
  });

  it('offers a form narrowed by the guardrails', async () => {
    const { body } = await portal.call(
      'ada',
      'GET',
      '/v1/models/resource/default/fraud-detector/actions/train',
    );
    expect(body).toMatchObject({
      title: 'fraud-detector-training',
      schema: {
        properties: { epochs: { type: 'number', minimum: 1, maximum: 20 } },
      },
      defaults: { epochs: '5' },
      guardrails: {
        epochs: 'Your role fraud-ml-engineer allows at least 1 and at most 20',
      },
      jobRunsAs: '33333333-3333-4333-8333-333333333333',
    });
    expect(Object.keys(body.schema.properties)).not.toContain(
      'modelops_run_id',
    );
  });

  it.each([
    ['a value beyond the guardrail', { epochs: 21 }, 403, 'guardrail-exceeded'],
    [
      'a number in another notation',
      { epochs: '2e1' },
      403,
      'guardrail-exceeded',
    ],
    ['an unknown parameter', { epoch: 3 }, 400, 'parameters-invalid'],
    ['an object', { epochs: { $gt: 0 } }, 400, 'request-invalid'],
    [
      'our own parameter',
      { modelops_run_id: 'mine' },
      400,
      'parameters-invalid',
    ],
  ])('refuses %s', async (_what, parameters, status, code) => {
    const before = (await portal.simulators.databricks.runs()).length;
    const answer = await portal.train('ada', { parameters });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code });
    expect(await portal.simulators.databricks.runs()).toHaveLength(before);
  });

  it('answers a repeated request with the same run, and another request with 409', async () => {
    const idempotencyKey = newKey();
    const first = await portal.train('ada', { idempotencyKey });
    const again = await portal.train('ada', { idempotencyKey });
    expect(again.body.id).toBe(first.body.id);
    const other = await portal.train('ada', {
      idempotencyKey,
      parameters: { epochs: 2 },
    });
    expect(other.status).toBe(409);
    expect(other.body.error.code).toBe('idempotency-key-reused');
    await portal.simulators.databricks.advanceRun(first.body.platformRunId, {
      to: 'TERMINATED',
    });
    await portal.until(first.body.id, 'succeeded');
  });

  it('is canceled as the person who asks, once', async () => {
    const { body: run } = await portal.train('ada', {
      parameters: { epochs: 20 },
    });
    const canceled = await portal.call(
      'ada',
      'POST',
      `/v1/runs/${run.id}/cancel`,
    );
    expect(canceled.status).toBe(202);
    await portal.simulators.databricks.advanceRun(run.platformRunId, {
      to: 'TERMINATED',
    });
    expect(await portal.until(run.id, 'canceled')).toMatchObject({
      cancelRequested: true,
    });
    const again = await portal.call('ada', 'POST', `/v1/runs/${run.id}/cancel`);
    expect(again.status).toBe(202);
    const cancels = await portal.simulators.databricks.requests({
      path: '/api/2.2/jobs/runs/cancel',
    });
    expect(cancels.map(sent => sent.principal)).toEqual(['ada@acme.example']);
  });

  it('has a log tail that is plain text', async () => {
    const { body } = await portal.call(
      'ada',
      'GET',
      '/v1/runs?limit=1&state=succeeded',
    );
    const logs = await portal.call(
      'ada',
      'GET',
      `/v1/runs/${body.items[0].id}/logs`,
    );
    expect(logs.status).toBe(200);
    expect(logs.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(logs.text).toMatch(/epoch/i);
  });

  it('shows in the list of models, with its newest run for those who may read it', async () => {
    const first = await portal.call('grace', 'GET', '/v1/models?limit=1');
    const second = await portal.call(
      'grace',
      'GET',
      `/v1/models?limit=1&cursor=${first.body.nextCursor}`,
    );
    const third = await portal.call(
      'grace',
      'GET',
      `/v1/models?limit=1&cursor=${second.body.nextCursor}`,
    );
    expect(
      [first, second, third].flatMap(({ body }) => body.items),
    ).toMatchObject([
      {
        entityRef: 'resource:default/fraud-detector',
        owner: 'group:default/fraud-ml',
        bindings: [
          { role: 'model', resource: 'model/main.fraud.detector' },
          { role: 'train', resource: 'job/8123' },
          { role: 'deploy', resource: 'endpoint/fraud-detector' },
          { role: 'deploy', resource: 'endpoint/payments-shared' },
        ],
        lastRun: { startedBy: 'user:default/ada' },
      },
      { entityRef: 'resource:default/growth-uplift' },
      { entityRef: 'resource:default/staff-attrition' },
    ]);
    expect(third.body.nextCursor).toBeUndefined();
    const owned = await portal.call(
      'ada',
      'GET',
      '/v1/models?owner=group:default/growth&platform=databricks',
    );
    expect(
      owned.body.items.map((item: { entityRef: string }) => item.entityRef),
    ).toEqual(['resource:default/growth-uplift']);
    const none = await portal.call(
      'ada',
      'GET',
      '/v1/models?platform=vertex-ai',
    );
    expect(none.body.items).toEqual([]);
  });

  it('is listed in pages, for those who may read it', async () => {
    const first = await portal.call('ada', 'GET', '/v1/runs?limit=2');
    const second = await portal.call(
      'ada',
      'GET',
      `/v1/runs?limit=2&cursor=${first.body.nextCursor}`,
    );
    const ids = [...first.body.items, ...second.body.items].map(run => run.id);
    expect(new Set(ids).size).toBe(3);
    const forKatherine = await portal.call('katherine', 'GET', '/v1/runs');
    expect(forKatherine.body.items).toHaveLength(3);
  });

  it('is in the ledger for the auditor, and for nobody else', async () => {
    const katherine = await portal.call(
      'katherine',
      'GET',
      '/v1/audit?code=run.requested&limit=1',
    );
    expect(katherine.body.items[0]).toMatchObject({
      actor: 'user:default/ada',
      code: 'run.requested',
    });
    const next = await portal.call(
      'katherine',
      'GET',
      `/v1/audit?code=run.requested&limit=1&cursor=${katherine.body.nextCursor}`,
    );
    expect(next.body.items[0].sequence).toBeLessThan(
      katherine.body.items[0].sequence,
    );
    const ada = await portal.call('ada', 'GET', '/v1/audit');
    expect(ada.status).toBe(403);
    expect(ada.body.error.code).toBe('role-missing');
  });
});
