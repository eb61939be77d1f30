import type { IncomingMessage } from 'node:http';

/** One request as it arrived, tokens included: tests search the log for what must and must not have been sent. */
export interface LoggedRequest {
  /** ISO 8601, the machine's own clock. */
  time: string;
  method: string;
  path: string;
  query: Record<string, string[]>;
  headers: Record<string, string>;
  /** The body as sent. */
  body: string;
  /** Whom the credential stood for, when it stood for anybody. */
  principal?: string;
  /** Absent while in progress and when no answer left. */
  status?: number;
  /** The effect of the fault that was applied. */
  fault?: string;
}

/** Requests kept before the oldest are forgotten; a demo may run for days. */
const KEPT_REQUESTS = 5000;

/** What one simulator was asked, in order of arrival. */
export class RequestLog {
  private entries: LoggedRequest[] = [];
  private counts = new Map<string, number>();
  private readonly byRequest = new WeakMap<IncomingMessage, LoggedRequest>();

  begin(req: IncomingMessage, url: URL): LoggedRequest {
    const query: Record<string, string[]> = {};
    for (const name of url.searchParams.keys())
      query[name] = url.searchParams.getAll(name);
    const headers = Object.fromEntries(
      Object.entries(req.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : value ?? '',
      ]),
    );
    const entry: LoggedRequest = {
      time: new Date().toISOString(),
      method: req.method ?? 'GET',
      path: url.pathname,
      query,
      headers,
      body: '',
    };
    recordBody(req, entry);
    this.entries.push(entry);
    this.counts.set(entry.path, (this.counts.get(entry.path) ?? 0) + 1);
    if (this.entries.length > KEPT_REQUESTS) this.entries.shift();
    this.byRequest.set(req, entry);
    return entry;
  }

  setPrincipal(req: IncomingMessage, principal: string): void {
    const entry = this.byRequest.get(req);
    if (entry) entry.principal = principal;
  }

  list(): LoggedRequest[] {
    return this.entries;
  }

  /** Requests by path, those that the list has forgotten included. */
  countsByPath(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }

  clear(): void {
    this.entries = [];
    this.counts.clear();
  }
}

/**
 * Copies the body as it passes into the stream's buffer. Reading it with a 'data' listener would start the flow before
 * the provider's own parser listens, and that parser would then wait for ever.
 */
function recordBody(req: IncomingMessage, entry: LoggedRequest): void {
  const chunks: Buffer[] = [];
  const push = req.push;
  req.push = (chunk, encoding) => {
    if (chunk) {
      chunks.push(Buffer.from(chunk));
      entry.body = Buffer.concat(chunks).toString('utf8');
    }
    return push.call(req, chunk, encoding);
  };
}
