import type { Simulators } from '../attachSimulators';
import { attachSimulators } from '../attachSimulators';
import { startSimulators } from '../startSimulators';
import { callerOf, exchange } from '../testing/callers';

let simulators: Simulators;
beforeAll(async () => {
  simulators = await startSimulators({ manualRuns: true });
});
beforeEach(async () => {
  await simulators.idp.reset();
  await simulators.databricks.reset();
});
afterAll(() => simulators.close());

describe('the request log', () => {
  it('holds each request with its token, body, principal and status', async () => {
    const ada = await callerOf(simulators, 'ada');
    await ada.send('POST', '/api/2.2/jobs/run-now', {
      job_id: 8123,
      idempotency_token: 'logged',
    });
    const [runNow] = await simulators.databricks.requests({
      method: 'POST',
      path: '/api/2.2/jobs/run-now',
    });
    expect(runNow).toMatchObject({
      principal: 'ada@acme.example',
      status: 200,
      headers: { authorization: expect.stringMatching(/^Bearer ey/) },
      body: expect.stringContaining('"idempotency_token":"logged"'),
    });
  });

  it('holds the subject token that was handed in, and whom it was taken for', async () => {
    const token = await simulators.idp.signIdToken('ada');
    await exchange(simulators, token);
    const [logged] = await simulators.databricks.requests({
      path: '/oidc/v1/token',
    });
    expect(new URLSearchParams(logged.body).get('subject_token')).toBe(token);
    expect(logged.principal).toBe('ada@acme.example');
  });

  it('holds repeated query parameters', async () => {
    const ada = await callerOf(simulators, 'ada');
    await ada.get('/api/2.2/jobs/list?a=1&a=2');
    const [logged] = await simulators.databricks.requests({
      path: '/api/2.2/jobs/list',
    });
    expect(logged.query).toEqual({ a: ['1', '2'] });
  });

  it('holds requests a fault answered, body included, without a status when no answer left', async () => {
    await simulators.databricks.fault({
      path: '/oidc/v1/token',
      effect: 'drop',
    });
    await expect(exchange(simulators, 'the-token')).rejects.toThrow();
    const [logged] = await simulators.databricks.requests();
    expect(logged).toMatchObject({
      fault: 'drop',
      body: expect.stringContaining('the-token'),
    });
    expect(logged).not.toHaveProperty('status');
  });

  it("holds the identity provider's requests, secrets included", async () => {
    await fetch(`${simulators.idp.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'x',
        client_secret: 'y',
      }),
    });
    const [logged] = await simulators.idp.requests({ path: '/token' });
    expect(logged).toMatchObject({
      status: 401,
      body: expect.stringContaining('client_secret=y'),
    });
  });

  it('holds no control calls, and is empty after a reset', async () => {
    await simulators.databricks.runs();
    expect(await simulators.databricks.requests()).toEqual([]);
  });

  it('survives requests with strange paths', async () => {
    for (const path of [
      '//evil.example/x',
      '/%',
      '/..%2f..%2fetc',
      '/api/2.1/unity-catalog/models/%E0%A4%A',
    ]) {
      const response = await fetch(`${simulators.databricks.host}${path}`);
      expect(response.status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('control calls', () => {
  const call = (
    headers: Record<string, string>,
    path = '/__control/requests',
  ) => fetch(`${simulators.databricks.host}${path}`, { headers });

  it('are refused without their header', async () => {
    expect((await call({})).status).toBe(403);
    expect((await call({ 'x-simulator-control': '1' })).status).toBe(200);
  });

  it("are refused to a browser's page", async () => {
    const response = await call({
      'x-simulator-control': '1',
      origin: 'http://localhost:3000',
    });
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('answer no preflight', async () => {
    const response = await fetch(
      `${simulators.databricks.host}/__control/reset`,
      {
        method: 'OPTIONS',
        headers: {
          origin: 'http://evil.example',
          'access-control-request-headers': 'x-simulator-control',
        },
      },
    );
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-headers')).toBeNull();
  });

  it('do not exist under another spelling', async () => {
    for (const path of [
      '/x/../__control/requests',
      '/%5f%5fcontrol/requests',
      '/__CONTROL/requests',
    ]) {
      expect((await call({}, path)).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('work from handles attached to a running demo, which they leave running', async () => {
    const attached = attachSimulators({
      idpUrl: simulators.idp.issuer,
      databricksUrl: simulators.databricks.host,
      googleUrl: simulators.google.host,
    });
    expect(await attached.idp.signIdToken('ada')).toMatch(/^ey/);
    await attached.close();
    expect(await simulators.databricks.runs()).toEqual([]);
  });

  it('say what they did not understand', async () => {
    await expect(
      // What the types do not let through.
      simulators.databricks.setBehaviour({ idempotence: false } as any),
    ).rejects.toThrow('Unknown behaviour idempotence');
    await expect(
      simulators.databricks.revokePrincipal('nobody'),
    ).rejects.toThrow('There is no principal nobody');
    await expect(
      simulators.databricks.setFederationPolicies([
        { issuer: 'x', audiences: ['y'], subject: 'z' },
      ]),
    ).rejects.toThrow("An account-wide policy has no 'subject'");
  });
});
