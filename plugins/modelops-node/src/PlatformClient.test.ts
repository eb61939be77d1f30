import { z } from 'zod';
import type { Connection } from './Connection';
import { PlatformClient, type ClientRequest } from './PlatformClient';
import { PlatformError } from './PlatformError';
import type { PlatformResponse } from './platformFetch';
import { Secret } from './Secret';
import { TestServer } from './__testUtils__/TestServer';

interface Page {
  models: string[];
  next?: string;
}

const pageSchema = z.object({
  models: z.array(z.string()),
  next: z.string().optional(),
});
const request: ClientRequest = { target: 'the models', path: '/models' };

class ModelsClient extends PlatformClient<
  { host: string },
  ClientRequest,
  Page
> {
  protected toError(response: PlatformResponse, { target }: ClientRequest) {
    return new PlatformError(
      this.connection.id,
      'platform-rejected-request',
      `${target}: ${response.status}`,
      { refused: true },
    );
  }

  protected nextToken(page: Page) {
    return page.next;
  }

  protected pageRequest(first: ClientRequest, token: string) {
    return { ...first, query: { ...first.query, token } };
  }
}

describe('PlatformClient', () => {
  let server: TestServer;
  let client: ModelsClient;
  const call = {
    credential: {
      accessToken: new Secret('short-lived'),
      principal: 'ada@acme.example',
      confirmed: true,
      expiresAt: new Date('2026-11-22T11:00:00.000Z'),
    },
    signal: new AbortController().signal,
  };

  beforeEach(async () => {
    server = await TestServer.start();
    const connection: Connection<{ host: string }> = {
      id: 'prod',
      platform: 'models',
      settings: { host: server.host },
    };
    client = new ModelsClient(connection);
  });
  afterEach(() => server.close());

  function answerWithPages(...pages: Page[]) {
    server.answerWith((res, count) =>
      res.end(JSON.stringify(pages[(count - 1) % pages.length])),
    );
  }

  const urls = () => server.requests.map(({ url }) => url);

  it('reads a list to its end, as the person, and tells the platform which run it is for', async () => {
    answerWithPages({ models: ['a'], next: 'x' }, { models: ['b'] });
    const read = await client.getPages(
      call,
      { ...request, query: { limit: 1 }, runId: 'run-1' },
      pageSchema,
    );
    expect(read).toEqual({
      pages: [{ models: ['a'], next: 'x' }, { models: ['b'] }],
      complete: true,
    });
    expect(urls()).toEqual(['/models?limit=1', '/models?limit=1&token=x']);
    for (const { headers } of server.requests)
      expect(headers).toMatchObject({
        authorization: 'Bearer short-lived',
        'user-agent': 'backstage-modelops run/run-1',
      });
  });

  it('takes an empty token for the end of a list', async () => {
    answerWithPages({ models: [], next: '' });
    const { complete } = await client.getPages(call, request, pageSchema);
    expect(complete).toBe(true);
  });

  it('goes round no circle of pages', async () => {
    answerWithPages(
      { models: ['a'], next: 'x' },
      { models: ['b'], next: 'y' },
      { models: ['c'], next: 'x' },
    );
    const read = await client.getPages(call, request, pageSchema);
    expect(read.pages).toHaveLength(3);
    expect(read.complete).toBe(false);
  });

  it('stops after so many pages, and when it has enough', async () => {
    server.answerWith((res, count) =>
      res.end(JSON.stringify({ models: [`m${count}`], next: `${count}` })),
    );
    const bounded = await client.getPages(call, request, pageSchema, {
      maxPages: 2,
    });
    expect(bounded).toMatchObject({ complete: false, pages: [{}, {}] });
    const enough = await client.getPages(call, request, pageSchema, {
      enough: pages => pages.some(({ models }) => models.includes('m3')),
    });
    expect(enough).toMatchObject({ complete: false, pages: [{}] });
  });

  it.each([
    ['a sign-in page', '<html>Sign in</html>'],
    ['another shape', '{"models":"all"}'],
  ])('takes %s for no answer, but perhaps for a change', async (_, text) => {
    server.answerWith(res => res.end(text));
    const error = await client
      .post(call, { ...request, repeat: 'once' }, pageSchema)
      .catch(thrown => thrown);
    expect(error).toBeInstanceOf(PlatformError);
    expect(error).toMatchObject({
      code: 'platform-response-invalid',
      message:
        'prod sent an answer about the models that we do not understand. Check the host of the connection; if it is right, report it with the trace id.',
      refused: false,
    });
  });

  it('gives the error that its platform makes of anything but a success', async () => {
    server.answerWith(res => res.writeHead(304).end());
    await expect(client.get(call, request, pageSchema)).rejects.toMatchObject({
      message: 'the models: 304',
    });
  });

  it('sends what changes something with its body, each by its method', async () => {
    server.answerWith(res => res.end('{"models":[]}'));
    const write = {
      ...request,
      body: { name: 'fraud' },
      repeat: 'once',
    } as const;
    await client.post(call, write, pageSchema);
    await client.put(call, write, pageSchema);
    await client.patch(call, write, pageSchema);
    await client.delete(call, write, pageSchema);
    expect(
      server.requests.map(({ method, body }) => `${method} ${body}`),
    ).toEqual(
      ['POST', 'PUT', 'PATCH', 'DELETE'].map(
        method => `${method} {"name":"fraud"}`,
      ),
    );
  });

  it('asks nothing of the answer to a deletion that has none', async () => {
    server.answerWith(res => res.writeHead(204).end());
    await client.delete(call, {
      ...request,
      body: { force: true },
      repeat: 'once',
    });
    expect(server.requests).toMatchObject([
      { method: 'DELETE', body: '{"force":true}' },
    ]);
  });
});
