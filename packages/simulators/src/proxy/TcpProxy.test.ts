import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { PointFinder } from './PointFinder';
import { TcpProxy } from './TcpProxy';
import type { WireFault, WirePoint } from './wireFault';

const ANSWER = JSON.stringify({ text: 'a'.repeat(1000) });
const MEGABYTE = 1024 * 1024;

/** What the server got: whole requests, and what broke off. */
let whole: string[];
let broken: number;
let server: Server;
let proxy: TcpProxy;
beforeEach(async () => {
  whole = [];
  broken = 0;
  server = createServer(async (req, res) => {
    const body = await read(req).catch(() => undefined);
    if (body === undefined) {
      broken += 1;
      return;
    }
    whole.push(`${req.method} ${req.url} ${body}`);
    res.setHeader('content-type', 'application/json').end(ANSWER);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  proxy = await TcpProxy.start(`http://127.0.0.1:${port}`);
});
afterEach(async () => {
  await proxy.close();
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

async function read(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const get = (ms = 5_000) =>
  fetch(`${proxy.url}/a`, { signal: AbortSignal.timeout(ms) });
const post = (body: string) =>
  fetch(`${proxy.url}/b`, { method: 'POST', body });
const after = (of: WirePoint['of'], bytes: number): WirePoint => ({
  of,
  bytes,
});

/** Code of the reset as undici reports it: by its own name once it has seen some of an answer. */
const RESET = /^(ECONNRESET|UND_ERR_SOCKET)$/;
async function codeOf(failing: Promise<unknown>): Promise<string> {
  const error = await failing.then(
    () => undefined,
    thrown => thrown,
  );
  return error?.cause?.code ?? error?.name;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 5));
}

it('hands on what comes, and counts it', async () => {
  expect(await (await get()).text()).toBe(ANSWER);
  expect(await (await post('b'.repeat(100_000))).text()).toBe(ANSWER);
  expect(whole).toEqual(['GET /a ', `POST /b ${'b'.repeat(100_000)}`]);
  expect(proxy.connections).toBeGreaterThan(0);
  expect(proxy.openConnections).toBe(proxy.connections);
  expect(proxy.bytes.toServer).toBeGreaterThan(100_000);
  expect(proxy.bytes.toClient).toBeGreaterThan(2 * ANSWER.length);
});

it('strikes the requests it is told to, as often as it is told to', async () => {
  proxy.fault({
    at: 'POST /b',
    count: 1,
    effect: 'reset',
    after: after('request', 0),
  });
  expect((await get()).status).toBe(200);
  expect(await codeOf(post('x'))).toMatch(RESET);
  expect((await post('y')).status).toBe(200);
  expect(whole).toEqual(['GET /a ', 'POST /b y']);
});

it('strikes the next request of an open connection', async () => {
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  const request = 'GET /a HTTP/1.1\r\nhost: a\r\n\r\n';
  socket.write(request);
  await once(socket, 'data');
  proxy.fault({ effect: 'reset', after: after('answer', 0) });
  socket.resume().write(request);
  const [error] = await once(socket, 'error');
  expect(error.code).toBe('ECONNRESET');
  expect(whole).toEqual(['GET /a ', 'GET /a ']);
  expect(proxy.connections).toBe(1);
});

it('breaks off before the answer, when the server has done its work', async () => {
  proxy.fault({ effect: 'reset', after: after('answer', 0) });
  expect(await codeOf(post('x'))).toMatch(RESET);
  expect(whole).toEqual(['POST /b x']);
  expect(proxy.bytes.toClient).toBe(0);
  proxy.clearFaults();
  expect((await get()).status).toBe(200);
});

it('breaks off in the middle of the answer', async () => {
  proxy.fault({ effect: 'reset', after: after('answer body', 300) });
  const response = await get();
  expect(response.status).toBe(200);
  expect(await codeOf(response.text())).toMatch(RESET);
});

it('breaks off in the middle of the request, which the server never gets whole', async () => {
  proxy.fault({ effect: 'reset', after: after('request body', 10) });
  expect(await codeOf(post('b'.repeat(1000)))).toMatch(RESET);
  await until(() => broken === 1);
  expect(whole).toEqual([]);
});

it.each<[string, WirePoint, string[]]>([
  ['without reading the request', after('request', 0), []],
  ['without an answer', after('answer', 0), ['GET /a ']],
])('falls silent %s, and keeps the connection', async (_how, at, arrived) => {
  proxy.fault({ effect: 'silence', after: at });
  expect(await codeOf(get(1_000))).toBe('TimeoutError');
  expect(whole).toEqual(arrived);
  expect(proxy.bytes.toClient).toBe(0);
  await until(() => proxy.openConnections === 0);
});

it('falls silent after the head of the answer', async () => {
  proxy.fault({ effect: 'silence', after: after('answer body', 0) });
  const response = await get(1_000);
  expect(response.status).toBe(200);
  expect(await codeOf(response.text())).toBe('TimeoutError');
});

it('answers late', async () => {
  proxy.fault({ effect: 'delay', ms: 150 });
  const began = Date.now();
  expect(await (await get()).text()).toBe(ANSWER);
  expect(Date.now() - began).toBeGreaterThanOrEqual(145);
});

it('drips, and gives the whole answer in the end', async () => {
  proxy.fault({ effect: 'drip', bytes: 200, everyMs: 20 });
  const began = Date.now();
  expect(await (await get()).text()).toBe(ANSWER);
  expect(Date.now() - began).toBeGreaterThan(60);
});

it('floods no faster than it is read, and stops with the reader', async () => {
  const flood: WireFault = { effect: 'flood', bytes: 200 * MEGABYTE };
  proxy.fault(flood);
  const response = await get();
  expect(response.headers.get('content-length')).toBe(String(flood.bytes));
  await response.body!.cancel();
  await until(() => proxy.openConnections === 0);
  expect(whole).toEqual(['GET /a ']);
  expect(proxy.bytes.toClient).toBeLessThan(20 * MEGABYTE);
});

it('sends a flood whole to whoever reads it', async () => {
  proxy.fault({ effect: 'flood', bytes: MEGABYTE + 1 });
  expect((await (await get()).text()).length).toBe(MEGABYTE + 1);
});

it('refuses connections, and takes them again', async () => {
  await (await get()).text();
  await proxy.refuse();
  expect(proxy.openConnections).toBe(0);
  expect(await codeOf(get())).toBe('ECONNREFUSED');
  await proxy.accept();
  expect((await get()).status).toBe(200);
});

it('breaks off where the server breaks off', async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  expect(await codeOf(get())).toMatch(RESET);
});

it.each<[string, WirePoint, string[], number[]]>([
  ['a number of bytes', after('answer', 5), ['abc', 'def'], [3, 2]],
  ['the end of the head', after('answer body', 0), ['a\r\n\r\nbc'], [5]],
  [
    'a head in pieces',
    after('answer body', 1),
    ['a\r\n', '\r', '\nbcd'],
    [3, 1, 2],
  ],
  ['a head that does not end', after('answer body', 0), ['a\r\n', 'b'], [3, 1]],
])('finds %s', (_what, point, pieces, passing) => {
  const finder = new PointFinder();
  const passed = pieces.map(piece => finder.pass(Buffer.from(piece), point));
  expect(passed.map(({ bytes }) => bytes)).toEqual(passing);
});
