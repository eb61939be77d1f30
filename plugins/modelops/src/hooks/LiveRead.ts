/** What is known of something that is read again and again. */
export interface View<T> {
  /** Last good answer; stays while later reads fail. */
  value?: T;
  /** When that answer came. */
  readAt?: Date;
  /** Why the newest read failed. */
  error?: Error;
  reading: boolean;
}

export interface LiveReadOptions<T> {
  read: () => Promise<T>;
  /** Whether it may still change by itself, so that polling makes sense. Left out: read once, then on request. */
  isOpen?: (value: T | undefined) => boolean;
  /** Between the end of one read and the start of the next. Left out: `POLL_MS`. */
  pauseMs?: number;
  /** Called when nobody has looked for a while. */
  onUnused?: () => void;
}

/** Between the end of one read and the start of the next, while something is open. */
export const POLL_MS = 3_000;
/** After failures the pause doubles, up to this. */
export const LONGEST_PAUSE_MS = 60_000;
/** How long an answer outlives its last viewer, so that a remount or a second card does not read again. */
export const LINGER_MS = 5_000;

/**
 * One thing read for all who look at it: never two reads at once, polled only while it is open, somebody looks, and the
 * tab is visible.
 */
export class LiveRead<T> {
  view: View<T> = { reading: false };
  private readonly listeners = new Set<() => void>();
  private inFlight: Promise<void> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lingering: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  /** Counts values told by `set`, so that an older read does not overwrite a newer value. */
  private told = 0;

  constructor(private readonly options: LiveReadOptions<T>) {}

  /** With `soon`, the first read waits for the poll interval: the caller has a fresh value from elsewhere. */
  subscribe(listener: () => void, options: { soon?: boolean } = {}) {
    clearTimeout(this.lingering);
    if (this.listeners.size === 0) {
      document.addEventListener('visibilitychange', this.onVisibility);
    }
    this.listeners.add(listener);
    if (this.view.value === undefined && !options.soon) this.refresh();
    else if (this.timer === undefined && !this.inFlight) this.schedule();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      document.removeEventListener('visibilitychange', this.onVisibility);
      this.stop();
      this.lingering = setTimeout(() => this.options.onUnused?.(), LINGER_MS);
    };
  }

  /** Reads now; joins a read that is under way. */
  refresh(): Promise<void> {
    this.inFlight ??= this.readOnce().finally(() => {
      this.inFlight = undefined;
      this.schedule();
    });
    return this.inFlight;
  }

  /** Takes a value that an answer to something else brought. */
  set(value: T) {
    this.told += 1;
    this.show({ value, readAt: new Date(), error: undefined });
    if (!this.inFlight) this.schedule();
  }

  private async readOnce() {
    this.stop();
    const toldBefore = this.told;
    this.show({ reading: true });
    const answer = await this.options.read().then(
      value => ({ value, readAt: new Date(), error: undefined }),
      error => ({ error }),
    );
    this.failures = answer.error ? this.failures + 1 : 0;
    const overtaken = this.told !== toldBefore;
    this.show({ ...(overtaken ? {} : answer), reading: false });
  }

  private schedule() {
    this.stop();
    const open = this.options.isOpen?.(this.view.value) ?? false;
    if (!open || this.listeners.size === 0 || document.hidden) return;
    const pause = Math.min(
      (this.options.pauseMs ?? POLL_MS) * 2 ** this.failures,
      LONGEST_PAUSE_MS,
    );
    this.timer = setTimeout(() => this.refresh(), pause);
  }

  private stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private readonly onVisibility = () => {
    if (document.hidden) this.stop();
    else if (this.options.isOpen?.(this.view.value)) this.refresh();
  };

  private show(change: Partial<View<T>>) {
    this.view = { ...this.view, ...change };
    this.listeners.forEach(listener => listener());
  }
}
