/** Which requests a fault is for. The first fault set that matches is the one applied. */
export interface FaultMatch {
  /** Any method when left out. */
  method?: string;
  /** Path without query, anchored; `*` matches any characters. */
  path: string;
  /** How many matching requests it affects; without it, all until `clearFaults` or `reset`. */
  count?: number;
  /** Milliseconds to wait: before the request is handled, or with `commit` before the answer leaves. */
  latencyMs?: number;
  /** Handle the request first, so that its effect is committed, and only then spoil the answer. */
  commit?: boolean;
}

/** What happens to a matched request. */
export type FaultEffect =
  /** Only the latency. */
  | { effect: 'delay' }
  /** An error in the platform's own shape; `numericErrorCode` as its front door writes it. */
  | {
      effect: 'status';
      status: number;
      retryAfterSeconds?: number;
      numericErrorCode?: boolean;
    }
  /** The socket is destroyed without an answer. With `commit`: "commit, then drop the answer". */
  | { effect: 'drop' }
  /** Any body, sent as it is. */
  | { effect: 'body'; body: string; status?: number; contentType?: string }
  /** A sign-in page in HTML, with status 200 unless told. */
  | { effect: 'html'; status?: number }
  /** No body at all, content type JSON. */
  | { effect: 'empty'; status?: number }
  /** Content type JSON, body not JSON. */
  | { effect: 'not-json'; status?: number }
  /** Valid JSON of this many megabytes (10 unless told). */
  | { effect: 'huge'; megabytes?: number; status?: number }
  /** The true answer, a few bytes at a time. */
  | { effect: 'drip'; bytes?: number; everyMs?: number }
  /** Sends the caller elsewhere. */
  | { effect: 'redirect'; location: string; status?: number }
  /** The true answer with these top-level fields put over it; `null` removes one. For hostile page tokens and links. */
  | { effect: 'merge'; json: Record<string, unknown> };

/** A fault to inject: which requests, and what happens to them. */
export type Fault = FaultMatch & FaultEffect;

/** True when the path fits the pattern. Linear in the path: each literal part is searched for once, left to right. */
export function matchesPath(pattern: string, path: string): boolean {
  const [first, ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return path === first;
  if (!path.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return path.length - last.length >= at && path.endsWith(last);
}

/** The faults set on one simulator. */
export class FaultList {
  private faults: Array<{ fault: Fault; left: number }> = [];

  add(fault: Fault): void {
    this.faults.push({ fault, left: fault.count ?? Infinity });
  }

  clear(): void {
    this.faults = [];
  }

  /** Takes the first fault that matches and uses up one of its counts. */
  take(method: string, path: string): Fault | undefined {
    const found = this.faults.find(
      ({ fault }) =>
        (fault.method ?? method).toUpperCase() === method &&
        matchesPath(fault.path, path),
    );
    if (!found) return undefined;
    found.left -= 1;
    this.faults = this.faults.filter(entry => entry.left > 0);
    return found.fault;
  }
}
