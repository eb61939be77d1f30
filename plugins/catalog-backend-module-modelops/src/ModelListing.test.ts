import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mockServices } from '@backstage/backend-test-utils';
import type { RegisteredModel } from 'backstage-plugin-modelops-common';
import { ModelListing } from './ModelListing';
import { modelopsAsCatalog } from './modelopsAsCatalog';

/** An answer of modelops: a page, or an error with its code. */
type Answer =
  | { items: RegisteredModel[]; nextCursor?: string }
  | { status: number; code: string; retryAfter?: string };

const model = (name: string): RegisteredModel => ({
  kind: 'model',
  resource: `model/${name}`,
  name,
  tags: {},
});

let server: Server;
let asked: Array<{ cursor: string | null; authorization?: string }>;
/** Answers in their order; the last one again and again. */
let answers: Answer[];
beforeAll(async () => {
  server = createServer((req, res) => {
    const { searchParams } = new URL(req.url!, 'http://localhost');
    asked.push({
      cursor: searchParams.get('cursor'),
      authorization: req.headers.authorization,
    });
    const answer = answers.length > 1 ? answers.shift()! : answers[0];
    const failed = 'status' in answer;
    res.statusCode = failed ? answer.status : 200;
    if (failed && answer.retryAfter)
      res.setHeader('Retry-After', answer.retryAfter);
    res.setHeader('Content-Type', 'application/json');
    res.end(
      JSON.stringify(
        failed ? { error: { code: answer.code, message: 'No.' } } : answer,
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(() => {
  asked = [];
});
afterAll(() => server?.close());

function read(
  patienceMs: number,
  signal = new AbortController().signal,
): Promise<RegisteredModel[]> {
  const { port } = server.address() as AddressInfo;
  return new ModelListing({
    connection: 'prod',
    patienceMs,
    logger: mockServices.logger.mock(),
    open: inner =>
      modelopsAsCatalog({
        auth: mockServices.auth({ pluginId: 'catalog' }),
        discovery: mockServices.discovery.mock({
          getBaseUrl: async () => `http://127.0.0.1:${port}`,
        }),
        signal: inner,
      }),
  }).read(signal);
}

describe('A listing', () => {
  it('has all pages, empty ones in the middle included, as the catalog itself', async () => {
    answers = [
      { items: [model('a')], nextCursor: '1' },
      { items: [], nextCursor: '2' },
      { items: [model('b'), model('a')] },
    ];
    const names = (await read(0)).map(({ name }) => name);
    expect(names).toEqual(['a', 'b']);
    expect(asked.map(({ cursor }) => cursor)).toEqual([null, '1', '2']);
    for (const { authorization } of asked) {
      expect(authorization).toContain('"sub":"plugin:catalog"');
      expect(authorization).toContain('"target":"modelops"');
    }
  });

  it('is an error if it comes back to a page, which is no end', async () => {
    answers = [
      { items: [model('a')], nextCursor: '1' },
      { items: [model('b')], nextCursor: '2' },
      { items: [model('c')], nextCursor: '1' },
    ];
    await expect(read(0)).rejects.toThrow('came back to a page');
  });

  it.each<[string, Answer]>([
    [
      'as long as it is told',
      { status: 429, code: 'platform-throttled', retryAfter: '1' },
    ],
    [
      'a moment for a platform that fails',
      { status: 503, code: 'platform-failed' },
    ],
  ])('waits %s, and asks again', async (_rule, failure) => {
    answers = [failure, { items: [model('a')] }];
    await expect(read(10_000)).resolves.toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it.each([
    { status: 503, code: 'platform-permission-denied' },
    { status: 403, code: 'permission-denied' },
  ])('does not ask again where that changes nothing: %j', async failure => {
    answers = [failure, { items: [model('a')] }];
    await expect(read(10_000)).rejects.toMatchObject({ code: failure.code });
    expect(asked).toHaveLength(1);
  });

  it('waits no longer than its patience, all waits together', async () => {
    answers = [{ status: 429, code: 'platform-throttled', retryAfter: '1' }];
    await expect(read(2_500)).rejects.toMatchObject({
      code: 'platform-throttled',
    });
    expect(asked).toHaveLength(3);
  });

  it('ends at once when its time is over, in the middle of a wait', async () => {
    answers = [{ status: 429, code: 'platform-throttled', retryAfter: '60' }];
    const controller = new AbortController();
    const listing = read(120_000, controller.signal);
    setTimeout(() => controller.abort(), 300);
    await expect(listing).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is an error if an answer is none', async () => {
    answers = [{ items: [{ kind: 'model' } as RegisteredModel] }];
    await expect(read(10_000)).rejects.toMatchObject({ code: 'internal' });
    expect(asked).toHaveLength(1);
  });
});
