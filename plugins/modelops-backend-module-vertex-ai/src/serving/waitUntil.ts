import { setTimeout as sleep } from 'node:timers/promises';
import type { PlatformCall } from 'backstage-plugin-modelops-node';

/** Longest wait for something that has to be over before the next step, in milliseconds: a start has 20 s for all of it. */
const LONGEST_WAIT_MS = 12_000;
const PAUSE_MS = 500;

/** Asks again and again, until it is so or there is no more time. @internal */
export async function waitUntil(
  { signal }: PlatformCall,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  const until = Date.now() + LONGEST_WAIT_MS;
  while (!(await isSo())) {
    if (Date.now() >= until || signal.aborted) return false;
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return true;
}
