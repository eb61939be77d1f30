import { PlatformError, type PlatformErrorCode } from './PlatformError';
import type { Secret } from './Secret';
import { startDeadline } from './startDeadline';

/** Longest a single request to a platform may take, in milliseconds, body included. */
const DEFAULT_DEADLINE_MS = 10_000;
/** Largest answer read, in bytes; list pages of the platforms stay well below. */
const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;
/** Waits longer than this are not worth a person's time: the error says to try again instead. */
const LONGEST_RETRY_AFTER_MS = 2_000;
const READ_ATTEMPTS = 3;

/** One request to a platform. @public */
export interface PlatformRequest {
  /** Id of the connection, for messages. */
  connection: string;
  /** Origin from app-config. `path` is resolved below it and may not leave it. */
  host: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: { json: string } | { form: URLSearchParams };
  credential?: Secret;
  headers?: Record<string, string>;
  /** `read`: repeated on 429, 503 and a lost connection, within the deadline. `once`: never repeated. */
  repeat: 'read' | 'once';
  signal: AbortSignal;
  deadlineMs?: number;
  maxBytes?: number;
}

/** What came back, whatever its status. @public */
export interface PlatformResponse {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * Sends one request: deadline, size limit, no redirects, one host. An answer of any status is returned; no answer is a
 * PlatformError `platform-unreachable`, whose `refused` is true only if no connection was made.
 * @public
 */
export async function platformFetch(
  request: PlatformRequest,
): Promise<PlatformResponse> {
  const deadline = startDeadline(
    request.signal,
    request.deadlineMs ?? DEFAULT_DEADLINE_MS,
  );
  try {
    return await sendUntil(request, deadline.signal);
  } finally {
    deadline.end();
  }
}

async function sendUntil(
  request: PlatformRequest,
  deadline: AbortSignal,
): Promise<PlatformResponse> {
  const attempts = request.repeat === 'read' ? READ_ATTEMPTS : 1;
  let sent = false; // whether any attempt may have arrived
  for (let attempt = 1; ; attempt++) {
    if (deadline.aborted) throw unreachable(request, !sent);
    const last = attempt === attempts;
    let response: PlatformResponse | undefined;
    try {
      response = await sendOnce(request, deadline);
      sent = true;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      sent ||= !error.refused;
      if (last || deadline.aborted) throw unreachable(request, !sent);
    }
    if (
      response &&
      (last || (response.status !== 429 && response.status !== 503))
    )
      return response;
    const waitMs = response ? retryAfterMs(response) : 200 * attempt;
    if (response && waitMs > LONGEST_RETRY_AFTER_MS) return response;
    await pause(waitMs, deadline);
    if (deadline.aborted && response) return response;
  }
}

function isUnreachable(error: unknown): error is PlatformError {
  return (
    error instanceof PlatformError && error.code === 'platform-unreachable'
  );
}

async function sendOnce(
  request: PlatformRequest,
  signal: AbortSignal,
): Promise<PlatformResponse> {
  const url = urlOf(request);
  let response: Response;
  try {
    response = await fetch(url, {
      method: request.method,
      redirect: 'error',
      signal,
      headers: {
        Accept: 'application/json',
        ...(request.body && 'json' in request.body
          ? { 'Content-Type': 'application/json' }
          : {}),
        ...(request.credential
          ? { Authorization: `Bearer ${request.credential.reveal()}` }
          : {}),
        ...request.headers,
      },
      body: bodyOf(request),
    });
  } catch (error) {
    if (isRedirect(error)) throw redirected(request);
    throw unreachable(request, neverConnected(error));
  }
  return {
    status: response.status,
    headers: response.headers,
    text: await readText(request, response),
  };
}

/** A name out of an answer can end up in a path, so it may lead neither to another host nor up the path. */
function urlOf(request: PlatformRequest): URL {
  const url = new URL(request.path, `${request.host}/`);
  const upwards = /(^|[/\\])(\.|%2e){1,2}([/\\?#]|$)/i.test(request.path);
  if (url.origin !== new URL(request.host).origin || upwards) {
    throw new PlatformError(
      request.connection,
      'platform-response-invalid',
      `${request.connection} named an address that is not its own, which was not called. Report it with the trace id.`,
      { refused: true },
    );
  }
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function bodyOf(request: PlatformRequest) {
  if (!request.body) return undefined;
  return 'json' in request.body ? request.body.json : request.body.form;
}

/** Reads at most `maxBytes`, whatever Content-Length claims. */
async function readText(
  request: PlatformRequest,
  response: Response,
): Promise<string> {
  const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw unreachable(request, false);
  }
  if (size > maxBytes) {
    throw new PlatformError(
      request.connection,
      'platform-response-too-large',
      `${request.connection} sent more than the ${maxBytes} bytes we accept. Check the host of the connection.`,
      { refused: false },
    );
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(request: PlatformRequest, refused: boolean) {
  return new PlatformError(
    request.connection,
    'platform-unreachable',
    `${request.connection} did not answer. Try again later; if it lasts, check the host of the connection.`,
    { refused },
  );
}

/** We do not follow: whoever sits behind the new address would get the credential. */
function redirected(request: PlatformRequest) {
  return new PlatformError(
    request.connection,
    'platform-response-invalid',
    `${request.connection} answered with a redirect, which was not followed. Check the host of the connection.`,
    { refused: false },
  );
}

/** undici gives it no code. If its words change, a redirect becomes `platform-unreachable`, which is as safe. */
function isRedirect(error: unknown): boolean {
  const cause = (error as { cause?: { message?: unknown } }).cause;
  return cause?.message === 'unexpected redirect';
}

/** Errors of undici and Node that mean no byte of the request was sent. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function neverConnected(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown; syscall?: unknown } };
  // ETIMEDOUT and the like mean it only while connecting.
  if (cause?.syscall === 'connect') return true;
  return typeof cause?.code === 'string' && NEVER_CONNECTED.has(cause.code);
}

/** 1 s when missing, as the platforms' own SDKs assume. */
function retryAfterMs(response: PlatformResponse): number {
  return (retryAfterSeconds(response.headers) ?? 1) * 1000;
}

/** `Retry-After`, where it is there and in seconds, as the platforms send it. @public */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const text = headers.get('retry-after');
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

/** Code for a refusal by HTTP status, where the platform's own codes say nothing better. @public */
export function codeForStatus(status: number): PlatformErrorCode {
  if (status === 401) return 'platform-refused-credential';
  if (status === 403) return 'platform-permission-denied';
  if (status === 404) return 'platform-not-found';
  if (status === 409) return 'platform-conflict';
  if (status === 429) return 'platform-throttled';
  if (status >= 500) return 'platform-failed';
  if (status >= 400) return 'platform-rejected-request';
  return 'platform-response-invalid';
}

/**
 * The same for an answer without a body in the platform's own form: only what cannot be mistaken, because a 404 of a proxy says
 * nothing about a job.
 * @public
 */
export function codeForStrangeBody(status: number): PlatformErrorCode {
  return status === 429 || status >= 500
    ? codeForStatus(status)
    : 'platform-response-invalid';
}
