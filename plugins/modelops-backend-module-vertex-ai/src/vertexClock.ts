import type { KnownJob } from 'backstage-plugin-modelops-node';

/**
 * Longest that this server's clock and Google's may be apart, in milliseconds. ID tokens are refused long before that, so it
 * only has to be enough: what is found within it has to carry our marks as well, or is one of its kind.
 * @internal
 */
export const CLOCK_SKEW_MS = 5 * 60_000;
/** A request may arrive this long after it was given up, in milliseconds: proxies hold on to it. */
const LATE_ARRIVAL_MS = 10 * 60_000;

/** Whether what Google dates so can have been made by a request that was sent between these times. @internal */
export function isOfItsTime(
  at: Date | undefined,
  { notBefore, notAfter }: Pick<KnownJob, 'notBefore' | 'notAfter'>,
): boolean {
  return (
    at !== undefined &&
    at.getTime() >= notBefore.getTime() - CLOCK_SKEW_MS &&
    at.getTime() <= (notAfter?.getTime() ?? Infinity) + LATE_ARRIVAL_MS
  );
}
