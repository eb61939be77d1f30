/** A signal that ends with another one or when its time is over, whichever comes first. @public */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Lets go of the timer and of the other signal; call it when the work is done. */
  end(): void;
}

/**
 * Starts a deadline of `ms` milliseconds. Not `AbortSignal.any` over `AbortSignal.timeout`: before Node 22.16 the garbage
 * collector takes such a timeout away, and then nothing ever ends.
 * @public
 */
export function startDeadline(signal: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, ms);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}
