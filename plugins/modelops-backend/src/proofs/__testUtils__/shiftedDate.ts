const RealDate = Date;
let shiftMs = 0;

/** A `Date` that is ahead of the machine's, for everything in this process. Timers are as they were. */
class ShiftedDate extends RealDate {
  constructor(...parts: unknown[]) {
    super(...((parts.length === 0 ? [ShiftedDate.now()] : parts) as [number]));
  }

  static now(): number {
    return RealDate.now() + shiftMs;
  }

  /** Dates made before the shift are dates as well. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof RealDate;
  }
}

/** From here on it is this much later, in milliseconds. 0 gives the machine's own time back. */
export function shiftDate(ms: number): void {
  shiftMs = ms;
  globalThis.Date = (ms === 0 ? RealDate : ShiftedDate) as DateConstructor;
}
