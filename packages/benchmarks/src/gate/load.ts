import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';

/** Requests to send. `{id}` in headers and body is another UUID in each. */
export interface Load {
  url: string;
  headers: Record<string, string>;
  body: string;
  status: number;
  concurrency: number;
  /** Stops at whichever comes first. */
  ms?: number;
  count?: number;
}

/** What became of them. */
export interface Loaded {
  totalMs: number;
  /** Milliseconds of each request. */
  each: number[];
}

process.on('message', async (load: Load) => {
  try {
    process.send!({ loaded: await send(load) });
  } catch (error) {
    process.send!({ failed: String(error) });
  }
});
process.once('disconnect', () => process.exit(0));

/** One connection for each request that is under way; the next goes out when the answer is there. */
async function send(load: Load): Promise<Loaded> {
  const { origin, pathname } = new URL(load.url);
  const pool = new Pool(origin, { connections: load.concurrency });
  const each: number[] = [];
  const started = performance.now();
  const end = started + (load.ms ?? Infinity);
  let left = load.count ?? Infinity;
  try {
    await Promise.all(
      Array.from({ length: load.concurrency }, async () => {
        while (left > 0 && performance.now() < end) {
          left -= 1;
          each.push(await sendOne(pool, pathname, load));
        }
      }),
    );
  } finally {
    await pool.destroy();
  }
  return { each, totalMs: performance.now() - started };
}

/** An answer that is not the wanted one ends the load: a fast refusal must not be counted as a fast start. */
async function sendOne(pool: Pool, path: string, load: Load): Promise<number> {
  const id = randomUUID();
  const headers = Object.fromEntries(
    Object.entries(load.headers).map(([name, value]) => [
      name,
      value.replace('{id}', id),
    ]),
  );
  const started = performance.now();
  const { statusCode, body } = await pool.request({
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: load.body.replace('{id}', id),
  });
  const text = await body.text();
  const ms = performance.now() - started;
  if (statusCode !== load.status || /"state":"(failed|unknown)"/.test(text))
    throw new Error(`${path} answered ${statusCode}: ${text.slice(0, 500)}`);
  return ms;
}
