import { request } from 'node:http';

/** Speaks to the control routes of one running simulator. */
export class ControlClient {
  constructor(private readonly baseUrl: string) {}

  /**
   * One control call. On `node:http` and not `fetch`: a test may have replaced the global fetch, and its simulator
   * still has to be reachable.
   */
  async call<T = void>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<T> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const { status, text } = await new Promise<{
      status: number;
      text: string;
    }>((resolve, reject) => {
      const outgoing = request(
        new URL(`/__control${path}`, this.baseUrl),
        {
          method,
          // A connection of its own, so that none is left open when a test ends.
          agent: false,
          headers: {
            'x-simulator-control': '1',
            ...(payload !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(payload),
            }),
          },
        },
        incoming => {
          const chunks: Buffer[] = [];
          incoming.on('data', chunk => chunks.push(chunk));
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          );
          incoming.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
    if (status !== 200)
      throw new Error(`Simulator control ${method} ${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  }
}
