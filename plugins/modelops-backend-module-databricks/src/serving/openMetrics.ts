/** One line of OpenMetrics text. @internal */
export interface Sample {
  name: string;
  labels: ReadonlyMap<string, string>;
  value: number;
  /** Epoch milliseconds. */
  at?: number;
}

/** Lines that are read at most; an endpoint has some hundreds. */
const MAX_LINES = 20_000;
/** Longer lines are none of these metrics, and are not searched. */
const LONGEST_LINE = 2_000;

const LINE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^}]*)\})?[ \t]+(\S+)(?:[ \t]+([0-9]{1,16})(?:\.[0-9]+)?)?[ \t]*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="([^"\\]*(?:\\.[^"\\]*)*)"/g;

/** Reads OpenMetrics text; a line that is none is left out. @internal */
export function parseOpenMetrics(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n', MAX_LINES)) {
    const match = line.length > LONGEST_LINE ? null : LINE.exec(line.trim());
    if (!match) continue;
    const [, name, labels = '', digits, at] = match;
    const value = Number(digits);
    if (Number.isFinite(value) && value >= 0)
      samples.push({
        name,
        labels: new Map(
          [...labels.matchAll(LABEL)].map(([, key, content]) => [key, content]),
        ),
        value,
        at: at ? Number(at) : undefined,
      });
  }
  return samples;
}

/** Sum of all samples of a name; undefined if there are none. @internal */
export function sumOf(
  samples: readonly Sample[],
  name: string,
): number | undefined {
  const values = samples.filter(sample => sample.name === name);
  return values.length === 0
    ? undefined
    : values.reduce((sum, { value }) => sum + value, 0);
}

/**
 * A quantile of a histogram, all its label sets together: within the bucket where it lies, as if the values were spread
 * evenly. In the last bucket, which has no end, its beginning. Undefined for an empty histogram. @internal
 */
export function quantileOf(
  samples: readonly Sample[],
  name: string,
  quantile: number,
): number | undefined {
  const counts = new Map<number, number>();
  for (const { labels, value } of samples.filter(
    sample => sample.name === `${name}_bucket`,
  )) {
    const le = labels.get('le');
    const bound = le === '+Inf' ? Infinity : Number(le ?? NaN);
    if (!Number.isNaN(bound))
      counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  const buckets = [...counts].sort(([a], [b]) => a - b);
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total <= 0) return undefined;
  const rank = quantile * total;
  let [from, below] = [0, 0];
  for (const [bound, count] of buckets) {
    if (count >= rank && count > below)
      return bound === Infinity
        ? from
        : from + ((bound - from) * (rank - below)) / (count - below);
    [from, below] = [bound === Infinity ? from : bound, Math.max(below, count)];
  }
  return undefined;
}
