import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson, stringifyJson } from './json';
import type { Fault } from './fault';

/** What an answer that replaces the true one looks like. */
interface Substitute {
  status: number;
  headers?: Record<string, string>;
  contentType?: string;
  body: string | Buffer;
}

const SIGN_IN_PAGE =
  '<!DOCTYPE html><html lang="en"><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>';

const BYTES_PER_MEGABYTE = 1024 * 1024;

/** Handles the request under a fault. `errorBody` writes an error the way this platform does. */
export async function applyFault(
  fault: Fault,
  req: IncomingMessage,
  res: ServerResponse,
  handle: () => void,
  errorBody: (status: number, numericErrorCode: boolean) => string,
): Promise<void> {
  if (fault.latencyMs && !fault.commit) await sleep(fault.latencyMs);
  if (fault.effect === 'delay' && !fault.commit) {
    handle();
    return;
  }
  const needsTrueAnswer =
    fault.commit || fault.effect === 'drip' || fault.effect === 'merge';
  const answer = needsTrueAnswer
    ? await captureAnswer(res, handle)
    : await drain(req);
  if (fault.latencyMs && fault.commit) await sleep(fault.latencyMs);

  if (fault.effect === 'drop') {
    res.destroy();
  } else if (fault.effect === 'delay') {
    res.end(answer);
  } else if (fault.effect === 'drip') {
    await drip(res, answer, fault.bytes ?? 1, fault.everyMs ?? 200);
  } else if (fault.effect === 'merge') {
    const merged = mergeFields(answer, fault.json);
    res.removeHeader('content-length');
    res.end(merged);
  } else {
    send(res, substituteFor(fault, errorBody));
  }
}

function substituteFor(
  fault: Fault,
  errorBody: (status: number, numericErrorCode: boolean) => string,
): Substitute {
  switch (fault.effect) {
    case 'status':
      return {
        status: fault.status,
        headers:
          fault.retryAfterSeconds === undefined
            ? {}
            : { 'retry-after': String(fault.retryAfterSeconds) },
        body: errorBody(fault.status, fault.numericErrorCode ?? false),
      };
    case 'body':
      return {
        status: fault.status ?? 200,
        contentType: fault.contentType,
        body: fault.body,
      };
    case 'html':
      return {
        status: fault.status ?? 200,
        contentType: 'text/html; charset=utf-8',
        body: SIGN_IN_PAGE,
      };
    case 'empty':
      return { status: fault.status ?? 200, body: '' };
    case 'not-json':
      return {
        status: fault.status ?? 200,
        body: 'upstream connect error or disconnect/reset before headers',
      };
    case 'huge':
      return {
        status: fault.status ?? 200,
        body: hugeJson((fault.megabytes ?? 10) * BYTES_PER_MEGABYTE),
      };
    case 'redirect':
      return {
        status: fault.status ?? 302,
        headers: { location: fault.location },
        body: '',
      };
    default:
      throw new TypeError(
        `The effect '${fault.effect}' has no answer of its own`,
      );
  }
}

/** Lets the handler run to its end while keeping what it would have sent; its headers stay set on `res`. */
function captureAnswer(
  res: ServerResponse,
  handle: () => void,
): Promise<Buffer> {
  const { write, end } = res;
  const chunks: Buffer[] = [];
  return new Promise(resolve => {
    res.write = ((chunk: Buffer | string) => {
      chunks.push(Buffer.from(chunk as string));
      return true;
    }) as typeof res.write;
    res.end = ((chunk?: Buffer | string | (() => void)) => {
      if (chunk && typeof chunk !== 'function')
        chunks.push(Buffer.from(chunk as string));
      Object.assign(res, { write, end });
      resolve(Buffer.concat(chunks));
      return res;
    }) as typeof res.end;
    handle();
  });
}

/** Reads the body to its end, so that the log holds it though nobody handles the request. */
async function drain(req: IncomingMessage): Promise<Buffer> {
  for await (const _chunk of req.iterator({ destroyOnReturn: false })) {
    // Only the log wants it.
  }
  return Buffer.alloc(0);
}

function send(res: ServerResponse, answer: Substitute): void {
  res.statusCode = answer.status;
  for (const name of ['content-length', 'location', 'transfer-encoding'])
    res.removeHeader(name);
  res.setHeader('content-type', answer.contentType ?? 'application/json');
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    res.setHeader(name, value);
  res.end(answer.body);
}

async function drip(
  res: ServerResponse,
  answer: Buffer,
  bytes: number,
  everyMs: number,
): Promise<void> {
  for (let at = 0; at < answer.length && !res.destroyed; at += bytes) {
    res.write(answer.subarray(at, at + bytes));
    await sleep(everyMs, undefined, { ref: false });
  }
  res.end();
}

/** Puts fields over a JSON answer; ids above 2^53 in the rest of it keep their digits. */
function mergeFields(answer: Buffer, fields: Record<string, unknown>): string {
  const merged = parseJson(answer.toString('utf8')) as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  return stringifyJson(merged);
}

function hugeJson(bytes: number): string {
  return `{"padding":"${'a'.repeat(bytes)}"}`;
}
