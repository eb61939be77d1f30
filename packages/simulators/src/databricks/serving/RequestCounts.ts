/** Milliseconds a sample counts: the metrics of an endpoint are about the last minute. */
const WINDOW_MS = 60_000;

/** One answered request. */
export interface Sample {
  /** Epoch milliseconds. */
  at: number;
  status: number;
  /** How long the answer took. */
  milliseconds: number;
}

/** Requests that one served entity has answered. */
export class RequestCounts {
  /** Since the start, well or not. */
  total = 0;
  private samples: Sample[] = [];

  add(sample: Sample): void {
    this.total += 1;
    this.samples = [...this.recent(sample.at), sample];
  }

  /** Those of the last minute. */
  recent(now: number): Sample[] {
    return this.samples.filter(({ at }) => at > now - WINDOW_MS);
  }
}
