/** Refusals of one person that are recorded one by one within a window; more are counted (design §5). */
const RECORDED_PER_WINDOW = 30;
const WINDOW_MS = 60_000;

interface Window {
  endsAt: number;
  refusals: number;
  suppressed: number;
}

/** Keeps one person's refusals from filling the ledger: past 30 in a minute they become one counted entry. */
export class RefusalMeter {
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly options: {
      clock: () => Date;
      /** Records how many refusals of a person were not recorded one by one. */
      recordSuppressed: (actor: string, count: number) => Promise<void>;
    },
  ) {}

  /** Counts a refusal. False: it is over the limit and is to be answered 429 without an entry of its own. */
  async admit(actor: string): Promise<boolean> {
    const now = this.options.clock().getTime();
    await this.flush(now);
    const window = this.windows.get(actor) ?? {
      endsAt: now + WINDOW_MS,
      refusals: 0,
      suppressed: 0,
    };
    this.windows.set(actor, window);
    window.refusals += 1;
    if (window.refusals <= RECORDED_PER_WINDOW) return true;
    window.suppressed += 1;
    return false;
  }

  /** Records what was suppressed in windows that ended before `now`, or in all of them. Called on a schedule and at the end. */
  async flush(now: number = Infinity): Promise<void> {
    for (const [actor, window] of this.windows) {
      if (window.endsAt > now) continue;
      this.windows.delete(actor); // before awaiting, so that no other flush counts it again
      if (window.suppressed > 0)
        await this.options.recordSuppressed(actor, window.suppressed);
    }
  }
}
