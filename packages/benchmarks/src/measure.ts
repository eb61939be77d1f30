import { performance } from 'node:perf_hooks';

/** The middle of several rounds, and how far apart they were. */
export interface Measured {
  median: number;
  /** Half the distance between the lowest and the highest round, as a share of the median. */
  spread: number;
}

/** Throws if there is nothing to measure. */
export function summarise(values: readonly number[]): Measured {
  const median = percentile(values, 50);
  const half = (Math.max(...values) - Math.min(...values)) / 2;
  return { median, spread: median === 0 ? 0 : half / median };
}

/** The value that `share` percent of all do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('Nothing was measured');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(Math.ceil((sorted.length * share) / 100) - 1, 0)];
}

/** Milliseconds that `act` took. */
export async function timed(act: () => unknown): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

/** Does the same again and again for some time, `concurrency` times at once: milliseconds of each, and of all. */
export async function loadFor(
  ms: number,
  concurrency: number,
  act: () => Promise<unknown>,
): Promise<{ each: number[]; totalMs: number }> {
  const each: number[] = [];
  const end = performance.now() + ms;
  const totalMs = await timed(() =>
    Promise.all(
      Array.from({ length: concurrency }, async () => {
        while (performance.now() < end) each.push(await timed(act));
      }),
    ),
  );
  return { each, totalMs };
}

/** CPU of this process that `act` took, in milliseconds, and how long it took. */
export async function cpuOf(
  act: () => Promise<unknown>,
): Promise<{ cpuMs: number; wallMs: number }> {
  const before = process.cpuUsage();
  const wallMs = await timed(act);
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1_000, wallMs };
}

/** Numbers that look random and are the same in every run. Mulberry32, public domain. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
