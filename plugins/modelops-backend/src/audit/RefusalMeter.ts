import type { AuditOutcome } from 'backstage-plugin-modelops-common';

/** Requests of one person that are recorded one by one within a window, per outcome; more are counted (design §5). */
const RECORDED_PER_WINDOW = 30;
const WINDOW_MS = 60_000;

/** How a request did not get what it asked for. Counted apart, so that an outage hides no refusal. */
export type MeteredOutcome = Extract<AuditOutcome, 'refused' | 'failed'>;

/** What was not recorded one by one. */
export interface Suppressed {
  actor: string;
  outcome: MeteredOutcome;
  count: number;
}

interface Window extends Suppressed {
  endsAt: number;
  requests: number;
}

/** Keeps one person's refusals from filling the ledger: past 30 in a minute they become one counted entry. */
export class RefusalMeter {
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly options: {
      clock: () => Date;
      recordSuppressed: (suppressed: Suppressed) => Promise<void>;
    },
  ) {}

  /** Counts a request. False: it is over the limit, and is to be answered 429 without an entry of its own. */
  admit(actor: string, outcome: MeteredOutcome): boolean {
    const now = this.options.clock().getTime();
    const key = JSON.stringify([actor, outcome]);
    const current = this.windows.get(key);
    // A window that is over but not recorded yet goes on counting: what it holds must not be lost.
    const window =
      current && (current.endsAt > now || current.count > 0)
        ? current
        : { actor, outcome, count: 0, requests: 0, endsAt: now + WINDOW_MS };
    this.windows.set(key, window);
    window.requests += 1;
    if (window.requests <= RECORDED_PER_WINDOW) return true;
    window.count += 1;
    return false;
  }

  /** Records what was suppressed in windows that ended before `now`, or in all of them. On a schedule, and at the end. */
  async flush(now: number = Infinity): Promise<void> {
    for (const [key, window] of this.windows) {
      if (window.endsAt > now) continue;
      this.windows.delete(key); // before awaiting, so that no other flush counts it again
      if (window.count === 0) continue;
      const { actor, outcome, count } = window;
      try {
        await this.options.recordSuppressed({ actor, outcome, count });
      } catch (error) {
        this.putBack(key, window);
        throw error;
      }
    }
  }

  private putBack(key: string, lost: Window): void {
    const newer = this.windows.get(key);
    if (newer) newer.count += lost.count;
    else this.windows.set(key, lost);
  }
}
