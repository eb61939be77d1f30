import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it arrived. */
export interface ReceivedRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Answers the n-th request, counted from 1. */
export type Answer = (
  res: ServerResponse,
  count: number,
  req: IncomingMessage,
) => unknown;

/** A real server on loopback for the tests of this package. Always close it. */
export class TestServer {
  readonly requests: ReceivedRequest[] = [];

  private constructor(
    readonly host: string,
    private readonly stop: () => Promise<void>,
    readonly answerWith: (answer: Answer) => void,
    requests: ReceivedRequest[],
  ) {
    this.requests = requests;
  }

  static async start(): Promise<TestServer> {
    let answer: Answer = res => res.end('{}');
    const requests: ReceivedRequest[] = [];
    const server = createServer(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk);
      requests.push({
        method: req.method ?? '',
        url: req.url ?? '',
        headers: req.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      await answer(res, requests.length, req);
    });
    await new Promise<void>(resolve =>
      server.listen(0, '127.0.0.1', () => resolve()),
    );
    const { port } = server.address() as AddressInfo;
    return new TestServer(
      `http://127.0.0.1:${port}`,
      () =>
        new Promise(resolve => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
      next => {
        answer = next;
      },
      requests,
    );
  }

  close(): Promise<void> {
    return this.stop();
  }
}
