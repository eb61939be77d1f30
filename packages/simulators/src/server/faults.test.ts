import type { Simulators } from '../attachSimulators';
import { startSimulators } from '../startSimulators';
import { callerOf, exchange, type Caller } from '../testing/callers';
import { matchesPath, type FaultEffect } from './fault';

const JOB = '/api/2.2/jobs/get';
const ASK = `${JOB}?job_id=8123`;

let simulators: Simulators;
let ada: Caller;
beforeAll(async () => {
  simulators = await startSimulators({ manualRuns: true });
});
beforeEach(async () => {
  await simulators.idp.reset();
  await simulators.databricks.reset();
  ada = await callerOf(simulators, 'ada');
});
afterAll(() => simulators.close());

const fault = (
  effect: FaultEffect,
  rest: { count?: number; latencyMs?: number; commit?: boolean } = {},
) => simulators.databricks.fault({ path: JOB, ...effect, ...rest });

describe('which requests a fault is for', () => {
  it.each<[string, string, boolean]>([
    ['/a/b', '/a/b', true],
    ['/a/b', '/a/b/c', false],
    ['/a/*', '/a/b/c', true],
    ['*/c', '/a/b/c', true],
    ['/a/*/c', '/a/b/c', true],
    ['/a/*/c', '/a/c', false],
    ['/ab*ba', '/aba', false],
    ['*', '/anything', true],
  ])('%s and %s: %s', (pattern, path, fits) => {
    expect(matchesPath(pattern, path)).toBe(fits);
  });

  it('goes by method as well', async () => {
    await simulators.databricks.fault({
      method: 'POST',
      path: '/api/2.2/jobs/*',
      effect: 'status',
      status: 500,
    });
    expect(await ada.get(ASK)).toMatchObject({ status: 200 });
    expect(
      await ada.send('POST', '/api/2.2/jobs/run-now', { job_id: 8123 }),
    ).toMatchObject({ status: 500 });
  });

  it('ends after its count, with clearFaults and with reset', async () => {
    await fault({ effect: 'status', status: 503 }, { count: 2 });
    expect(
      [await ada.get(ASK), await ada.get(ASK), await ada.get(ASK)].map(
        answer => answer.status,
      ),
    ).toEqual([503, 503, 200]);
    await fault({ effect: 'status', status: 503 });
    await simulators.databricks.clearFaults();
    expect(await ada.get(ASK)).toMatchObject({ status: 200 });
  });

  it.each([
    ['no path', { effect: 'drop' }],
    ['an unknown effect', { path: '/a', effect: 'explode' }],
    ['a redirect to nowhere', { path: '/a', effect: 'redirect' }],
    ['a count of none', { path: '/a', effect: 'drop', count: 0 }],
  ])('is refused when it has %s', async (_what, wrong) => {
    // What the types do not let through.
    await expect(simulators.databricks.fault(wrong as any)).rejects.toThrow(
      /400/,
    );
  });
});

describe('errors', () => {
  it.each([429, 503])('%s with and without Retry-After', async status => {
    await fault(
      { effect: 'status', status, retryAfterSeconds: 7 },
      { count: 1 },
    );
    await fault({ effect: 'status', status }, { count: 1 });
    const [first, second] = [await ada.get(ASK), await ada.get(ASK)];
    expect([first.status, first.headers.get('retry-after')]).toEqual([
      status,
      '7',
    ]);
    expect([second.status, second.headers.get('retry-after')]).toEqual([
      status,
      null,
    ]);
    expect(first.body).toMatchObject({
      error_code: expect.any(String),
      message: expect.any(String),
    });
    expect(first.headers.get('server')).toBe('databricks');
  });

  it('with a numeric code, as from the front door', async () => {
    await fault({ effect: 'status', status: 429, numericErrorCode: true });
    expect((await ada.get(ASK)).body.error_code).toBe(429);
  });

  it('in the identity provider speak OAuth', async () => {
    await simulators.idp.fault({
      path: '/token',
      effect: 'status',
      status: 503,
    });
    const response = await fetch(`${simulators.idp.issuer}/token`, {
      method: 'POST',
    });
    expect([response.status, await response.json()]).toEqual([
      503,
      { error: 'server_error' },
    ]);
  });
});

describe('strange answers', () => {
  it('an HTML page with status 200', async () => {
    await fault({ effect: 'html' });
    const { status, headers, text } = await ada.get(ASK);
    expect([status, headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(text).toContain('<html');
  });

  it('nothing at all', async () => {
    await fault({ effect: 'empty' });
    expect(await ada.get(ASK)).toMatchObject({ status: 200, text: '' });
  });

  it('JSON that is none', async () => {
    await fault({ effect: 'not-json' });
    expect(await ada.get(ASK)).toMatchObject({ status: 200, body: undefined });
  });

  it('ten megabytes', async () => {
    await fault({ effect: 'huge' });
    expect((await ada.get(ASK)).text.length).toBeGreaterThan(10 * 1024 * 1024);
  });

  it('any other body', async () => {
    await fault({ effect: 'body', body: '{"job_id":"8123"}', status: 201 });
    expect(await ada.get(ASK)).toMatchObject({
      status: 201,
      body: { job_id: '8123' },
    });
  });

  it('a redirect to another address', async () => {
    await fault({
      effect: 'redirect',
      location: 'http://127.0.0.1:1/elsewhere',
    });
    const answer = await ada.get(ASK);
    expect([answer.status, answer.headers.get('location')]).toEqual([
      302,
      'http://127.0.0.1:1/elsewhere',
    ]);
  });

  it('the true answer with a hostile page token, and with digits of large ids kept', async () => {
    await simulators.databricks.fault({
      path: '/api/2.2/jobs/list',
      effect: 'merge',
      json: { next_page_token: 'http://127.0.0.1:1/steal', has_more: null },
    });
    const { text, body } = await ada.get('/api/2.2/jobs/list');
    expect(body.next_page_token).toBe('http://127.0.0.1:1/steal');
    expect(body).not.toHaveProperty('has_more');
    expect(text).toContain('708062954842468123');
  });

  it('slowly, and whole in the end', async () => {
    await fault({ effect: 'drip', bytes: 200, everyMs: 20 });
    const started = Date.now();
    expect((await ada.get(ASK)).body.job_id).toBe(8123);
    expect(Date.now() - started).toBeGreaterThan(60);
  });

  it('slowly enough for any deadline', async () => {
    await fault({ effect: 'drip', bytes: 1, everyMs: 500 });
    const asked = fetch(`${simulators.databricks.host}${ASK}`, {
      signal: AbortSignal.timeout(1_000),
    });
    await expect(asked.then(response => response.text())).rejects.toThrow(
      'timeout',
    );
  });

  it('late', async () => {
    await fault({ effect: 'delay' }, { latencyMs: 150 });
    const started = Date.now();
    expect(await ada.get(ASK)).toMatchObject({ status: 200 });
    expect(Date.now() - started).toBeGreaterThanOrEqual(145);
  });
});

describe('lost answers', () => {
  const runNow = () =>
    ada.send('POST', '/api/2.2/jobs/run-now', {
      job_id: 8123,
      idempotency_token: 'lost',
    });
  const onRunNow = (effect: FaultEffect, commit: boolean) =>
    simulators.databricks.fault({
      method: 'POST',
      path: '/api/2.2/jobs/run-now',
      count: 1,
      commit,
      ...effect,
    });

  it('after the run was started: no answer, one run, and the token finds it', async () => {
    await onRunNow({ effect: 'drop' }, true);
    await expect(runNow()).rejects.toThrow('fetch failed');
    const [run] = await simulators.databricks.runs();
    expect(run.idempotencyToken).toBe('lost');
    expect(String((await runNow()).body.run_id)).toBe(run.runId);
    expect(await simulators.databricks.runs()).toHaveLength(1);
  });

  it('before anything happened: no answer, no run', async () => {
    await onRunNow({ effect: 'drop' }, false);
    await expect(runNow()).rejects.toThrow('fetch failed');
    expect(await simulators.databricks.runs()).toHaveLength(0);
  });

  it('behind a 504, though the run was started', async () => {
    await onRunNow({ effect: 'status', status: 504 }, true);
    expect(await runNow()).toMatchObject({ status: 504 });
    expect(await simulators.databricks.runs()).toHaveLength(1);
  });

  it('after the deadline, though the run was started', async () => {
    const patient = {
      method: 'POST',
      path: '/api/2.2/jobs/run-now',
      effect: 'delay',
      commit: true,
      latencyMs: 2_000,
    } as const;
    await simulators.databricks.fault(patient);
    let answered = false;
    const answer = runNow().finally(() => {
      answered = true;
    });
    while ((await simulators.databricks.runs()).length === 0)
      await new Promise(resolve => setTimeout(resolve, 20));
    expect(answered).toBe(false);
    expect(await answer).toMatchObject({ status: 200 });
  });

  it('of the token endpoint, in each shape', async () => {
    const token = await simulators.idp.signIdToken('ada');
    await simulators.databricks.fault({
      path: '/oidc/v1/token',
      effect: 'status',
      status: 503,
      count: 1,
    });
    await simulators.databricks.fault({
      path: '/oidc/v1/token',
      effect: 'html',
      count: 1,
    });
    await simulators.databricks.fault({
      path: '/oidc/v1/token',
      effect: 'merge',
      json: { expires_in: '3600' },
      count: 1,
    });
    expect(await exchange(simulators, token)).toMatchObject({ status: 503 });
    expect(await exchange(simulators, token)).toMatchObject({
      status: 200,
      body: undefined,
    });
    expect((await exchange(simulators, token)).body.expires_in).toBe('3600');
  });
});
