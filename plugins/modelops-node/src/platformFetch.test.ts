import { getEventListeners } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { PlatformError } from './PlatformError';
import {
  codeForStatus,
  platformFetch,
  type PlatformRequest,
} from './platformFetch';
import { Secret } from './Secret';
import { TestServer } from './__testUtils__/TestServer';

const TOKEN = 'token-that-must-never-be-seen';
const MEGABYTE = 1024 * 1024;

describe('platformFetch', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(() => server.close());

  function send(request: Partial<PlatformRequest> = {}) {
    return platformFetch({
      connection: 'databricks-prod',
      host: server.host,
      method: 'GET',
      path: '/api/jobs',
      repeat: 'once',
      credential: new Secret(TOKEN),
      signal: new AbortController().signal,
      ...request,
    });
  }

  async function failureOf(
    request: Partial<PlatformRequest> = {},
  ): Promise<PlatformError> {
    const error = await send(request).then(
      () => new Error('it did not fail'),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(PlatformError);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(TOKEN);
    return error as PlatformError;
  }

  it('sends credential, query and JSON to the host of the connection, and gives back any answer', async () => {
    server.answerWith(res =>
      res.writeHead(404, { 'x-request-id': 'r1' }).end('{"no":1}'),
    );
    const response = await send({
      method: 'POST',
      query: { limit: 24, page_token: undefined, deep: true },
      body: { json: '{"job_id":9007199254740993}' },
      headers: { 'User-Agent': 'backstage-modelops' },
    });
    expect(response).toMatchObject({ status: 404, text: '{"no":1}' });
    expect(response.headers.get('x-request-id')).toBe('r1');
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        url: '/api/jobs?limit=24&deep=true',
        body: '{"job_id":9007199254740993}',
        headers: {
          authorization: `Bearer ${TOKEN}`,
          'content-type': 'application/json',
          'user-agent': 'backstage-modelops',
        },
      },
    ]);
  });

  it('sends a form as a form', async () => {
    await send({
      method: 'POST',
      body: { form: new URLSearchParams({ a: 'b c' }) },
    });
    expect(server.requests[0].body).toBe('a=b+c');
    expect(server.requests[0].headers['content-type']).toMatch(
      /^application\/x-www-form-urlencoded/,
    );
  });

  it('gives up at the deadline, and cannot say whether the request was taken', async () => {
    server.answerWith(() => {});
    expect(await failureOf({ deadlineMs: 100 })).toMatchObject({
      code: 'platform-unreachable',
      refused: false,
    });
  });

  it('counts a body that drips in against the deadline', async () => {
    server.answerWith(res => {
      const drip = setInterval(() => res.write(' '), 20);
      res.on('close', () => clearInterval(drip));
    });
    const began = Date.now();
    expect(await failureOf({ deadlineMs: 200, repeat: 'read' })).toMatchObject({
      code: 'platform-unreachable',
      refused: false,
    });
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  it('counts silence after the head of an answer against the deadline', async () => {
    server.answerWith(res => res.writeHead(200).flushHeaders());
    expect(await failureOf({ deadlineMs: 100 })).toMatchObject({
      code: 'platform-unreachable',
      refused: false,
    });
  });

  it('keeps its deadline when the garbage collector comes by', async () => {
    server.answerWith(() => {});
    const began = Date.now();
    const failing = failureOf({ deadlineMs: 300 });
    const collecting = setInterval(collectGarbage, 50);
    expect((await failing).code).toBe('platform-unreachable');
    clearInterval(collecting);
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  it('leaves nothing behind on the signal of the request it serves', async () => {
    const { signal } = new AbortController();
    await send({ signal });
    server.answerWith(res => void res.destroy());
    await failureOf({ signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('stops when the request it serves ends', async () => {
    const controller = new AbortController();
    server.answerWith(() => controller.abort());
    expect(
      await failureOf({ signal: controller.signal, repeat: 'read' }),
    ).toMatchObject({ code: 'platform-unreachable', refused: false });
    expect(server.requests).toHaveLength(1);
  });

  it('sends nothing when the request it serves is over already, and says so', async () => {
    expect(await failureOf({ signal: AbortSignal.abort() })).toMatchObject({
      code: 'platform-unreachable',
      refused: true,
    });
    expect(server.requests).toHaveLength(0);
  });

  it('reads no more than it accepts, whatever the length says', async () => {
    server.answerWith(res => {
      for (let sent = 0; sent < 10; sent++) res.write('a'.repeat(1024 * 1024));
      res.end();
    });
    expect(await failureOf({ repeat: 'read' })).toMatchObject({
      code: 'platform-response-too-large',
      refused: false,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('hangs up on an endless answer, near what it accepts', async () => {
    const written = new Promise<number>(resolve =>
      server.answerWith(async res => {
        const { socket } = res;
        res.writeHead(200, { 'content-length': 200 * MEGABYTE });
        await pipeline(pieces(200 * MEGABYTE), res).catch(() => {});
        resolve(socket!.bytesWritten);
      }),
    );
    expect(await failureOf({ maxBytes: MEGABYTE })).toMatchObject({
      code: 'platform-response-too-large',
    });
    // What is above the limit lay in the buffers of the two sockets.
    expect(await written).toBeLessThan(20 * MEGABYTE);
  });

  it.each<[string, string]>([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    [
      'a head without end',
      `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(100_000)}`,
    ],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
  ])('takes %s for no answer', async (_what, text) => {
    server.answerWith(res => res.socket!.write(text));
    expect(await failureOf()).toMatchObject({
      code: 'platform-unreachable',
      refused: false,
    });
  });

  it('counts what a small compressed answer becomes', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * MEGABYTE));
    expect(bomb.length).toBeLessThan(MEGABYTE);
    server.answerWith(res =>
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    collectGarbage();
    const before = process.memoryUsage().rss;
    expect(await failureOf({ maxBytes: MEGABYTE })).toMatchObject({
      code: 'platform-response-too-large',
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * MEGABYTE);
  });

  it('follows no redirect, so the credential stays with its host', async () => {
    const elsewhere = await TestServer.start();
    server.answerWith(res =>
      res.writeHead(302, { location: `${elsewhere.host}/stolen` }).end(),
    );
    expect(await failureOf({ repeat: 'read' })).toMatchObject({
      code: 'platform-response-invalid',
      refused: false,
    });
    expect(server.requests).toHaveLength(1);
    expect(elsewhere.requests).toHaveLength(0);
    await elsewhere.close();
  });

  it('leaves it open when the answer breaks off', async () => {
    server.answerWith(res => {
      res.writeHead(200, { 'content-length': 100 });
      res.write('{"run_id":', () => res.destroy());
    });
    expect(await failureOf()).toMatchObject({
      code: 'platform-unreachable',
      refused: false,
    });
  });

  it('leaves it open when the connection is lost without an answer', async () => {
    server.answerWith(res => void res.destroy());
    expect(await failureOf()).toMatchObject({
      code: 'platform-unreachable',
      refused: false,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('is certain that nothing was sent when nobody listens', async () => {
    const host = `http://127.0.0.1:${await freePort()}`;
    expect(await failureOf({ host })).toMatchObject({
      code: 'platform-unreachable',
      refused: true,
    });
    expect(await failureOf({ host, repeat: 'read' })).toMatchObject({
      refused: true,
    });
  });

  it('is certain that nothing was sent when the host has no address', async () => {
    expect(
      await failureOf({ host: 'http://databricks.invalid' }),
    ).toMatchObject({ code: 'platform-unreachable', refused: true });
  });

  it('is not certain when an earlier attempt may have arrived', async () => {
    server.answerWith(async res => {
      await server.close();
      res.destroy();
    });
    expect(await failureOf({ repeat: 'read' })).toMatchObject({
      code: 'platform-unreachable',
      refused: false,
    });
    server = await TestServer.start();
  });

  it.each([
    ['another host', '//evil.example/api'],
    ['another address', 'https://evil.example/api'],
    ['a parent folder', '/api/../admin'],
    ['an encoded parent folder', '/api/%2e%2E/admin'],
    ['a parent folder at the end', '/api/..'],
    ['a parent folder with a backslash', '/api/..\\admin'],
  ])('calls nothing for a path that leads to %s', async (_where, path) => {
    expect(await failureOf({ path })).toMatchObject({
      code: 'platform-response-invalid',
      refused: true,
    });
    expect(server.requests).toHaveLength(0);
  });

  it('does not show a credential that cannot be sent', async () => {
    const error = await failureOf({
      credential: new Secret(`${TOKEN}\nX-Other: 1`),
    });
    expect(error.code).toBe('platform-unreachable');
    expect(server.requests).toHaveLength(0);
  });

  describe('repeating', () => {
    it.each([429, 503])('reads again after %s', async status => {
      server.answerWith((res, count) =>
        count < 3
          ? res.writeHead(status, { 'retry-after': '0' }).end()
          : res.end('at last'),
      );
      expect(await send({ repeat: 'read' })).toMatchObject({
        status: 200,
        text: 'at last',
      });
    });

    it('reads again after a lost connection', async () => {
      server.answerWith((res, count) => {
        if (count === 1) res.destroy();
        else res.end('at last');
      });
      expect(await send({ repeat: 'read' })).toMatchObject({ text: 'at last' });
    });

    it('gives the last answer after three', async () => {
      server.answerWith(res =>
        res.writeHead(429, { 'retry-after': '0' }).end('slow down'),
      );
      expect(await send({ repeat: 'read' })).toMatchObject({ status: 429 });
      expect(server.requests).toHaveLength(3);
    });

    it('waits as long as Retry-After says', async () => {
      server.answerWith((res, count) =>
        count === 1
          ? res.writeHead(503, { 'retry-after': '1' }).end()
          : res.end(),
      );
      const began = Date.now();
      await send({ repeat: 'read' });
      expect(Date.now() - began).toBeGreaterThanOrEqual(950);
    });

    it('does not make a person wait for a long Retry-After', async () => {
      server.answerWith(res =>
        res.writeHead(429, { 'retry-after': '60' }).end(),
      );
      // Whoever waits a minute hears from jest.
      expect(await send({ repeat: 'read' })).toMatchObject({ status: 429 });
      expect(server.requests).toHaveLength(1);
    });

    it('stops at the deadline with the answer it has', async () => {
      server.answerWith(res =>
        res.writeHead(503, { 'retry-after': '2' }).end(),
      );
      expect(await send({ repeat: 'read', deadlineMs: 1_500 })).toMatchObject({
        status: 503,
      });
      expect(server.requests).toHaveLength(1);
    });

    it.each([400, 403, 500, 502, 504])(
      'takes %s as the answer',
      async status => {
        server.answerWith(res => res.writeHead(status).end());
        expect(await send({ repeat: 'read' })).toMatchObject({ status });
        expect(server.requests).toHaveLength(1);
      },
    );

    it('never repeats a write', async () => {
      server.answerWith(res =>
        res.writeHead(503, { 'retry-after': '0' }).end(),
      );
      await send({ method: 'POST' });
      server.answerWith(res => void res.destroy());
      await failureOf({ method: 'POST' });
      expect(server.requests).toHaveLength(2);
    });
  });
});

describe('codeForStatus', () => {
  it.each([
    [200, 'platform-response-invalid'],
    [302, 'platform-response-invalid'],
    [400, 'platform-rejected-request'],
    [401, 'platform-refused-credential'],
    [403, 'platform-permission-denied'],
    [404, 'platform-not-found'],
    [409, 'platform-conflict'],
    [418, 'platform-rejected-request'],
    [429, 'platform-throttled'],
    [500, 'platform-failed'],
    [504, 'platform-failed'],
  ])('%s is %s', (status, code) => {
    expect(codeForStatus(status)).toBe(code);
  });
});

function* pieces(bytes: number) {
  const piece = Buffer.alloc(64 * 1024, 'a');
  for (let sent = 0; sent < bytes; sent += piece.length) yield piece;
}

function collectGarbage(): void {
  setFlagsFromString('--expose_gc');
  runInNewContext('gc')();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve =>
    server.listen(0, '127.0.0.1', () => resolve()),
  );
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
