import type { ServingEndpoint } from './endpoints';
import type { Sample } from './RequestCounts';

/** Upper ends of the latency buckets, milliseconds. Source: reference, databricks section 4.5 (from 5 to 600000). */
const BUCKETS = [
  5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000,
  120_000, 300_000, 600_000,
];

/** Requests at once that a size stands for. Source: the same, section 4.2. */
const CONCURRENCY = new Map([
  ['Small', 4],
  ['Medium', 8],
  ['Large', 16],
]);

interface Line {
  labels: Record<string, string>;
  value: number;
}

/**
 * OpenMetrics text about the last minute, from the requests that were really answered. Processor and memory are not
 * measured here, so they are not told; some real workspaces show counts only, too.
 */
export function metricsText(endpoint: ServingEndpoint, now: number): string {
  const served = (endpoint.config?.entities ?? []).map(entity => ({
    labels: { endpoint_name: endpoint.name, served_model_name: entity.name },
    samples: endpoint.counts.get(entity.name)?.recent(now) ?? [],
    concurrency: CONCURRENCY.get(entity.workloadSize ?? '') ?? 0,
  }));
  const gauge = (
    name: string,
    help: string,
    valueOf: (one: (typeof served)[number]) => number,
  ) =>
    block(
      name,
      'gauge',
      help,
      served.map(one => ({ labels: one.labels, value: valueOf(one) })),
      now,
    );
  return [
    ...gauge(
      'provisioned_concurrent_requests_total',
      'Number of provisioned concurrency during the last minute',
      one => one.concurrency,
    ),
    ...gauge(
      'request_count_total',
      'Number of requests during the last minute',
      one => one.samples.length,
    ),
    ...gauge(
      'request_4xx_count_total',
      'Number of HTTP 4xx errors during the last minute',
      one => countStatus(one.samples, 400),
    ),
    ...gauge(
      'request_5xx_count_total',
      'Number of HTTP 5xx errors during the last minute',
      one => countStatus(one.samples, 500),
    ),
    '# HELP request_latency_ms Server-side latency per request in milliseconds',
    '# TYPE request_latency_ms histogram',
    ...served.flatMap(({ labels, samples }) =>
      histogram('request_latency_ms', labels, samples, now),
    ),
    '# EOF',
    '',
  ].join('\n');
}

function countStatus(samples: Sample[], from: number): number {
  return samples.filter(({ status }) => status >= from && status < from + 100)
    .length;
}

function histogram(
  name: string,
  labels: Record<string, string>,
  samples: Sample[],
  now: number,
): string[] {
  const atMost = (limit: number) =>
    samples.filter(({ milliseconds }) => milliseconds <= limit).length;
  const sum = samples.reduce(
    (total, { milliseconds }) => total + milliseconds,
    0,
  );
  return [
    ...BUCKETS.map(limit =>
      line(
        `${name}_bucket`,
        { labels: { ...labels, le: `${limit}.0` }, value: atMost(limit) },
        now,
      ),
    ),
    line(
      `${name}_bucket`,
      { labels: { ...labels, le: '+Inf' }, value: samples.length },
      now,
    ),
    line(`${name}_count`, { labels, value: samples.length }, now),
    line(`${name}_sum`, { labels, value: sum }, now),
  ];
}

function block(
  name: string,
  type: string,
  help: string,
  lines: Line[],
  now: number,
): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...lines.map(one => line(name, one, now)),
  ];
}

function line(name: string, { labels, value }: Line, now: number): string {
  const text = Object.entries(labels)
    .map(([label, content]) => `${label}="${content}"`)
    .join(',');
  return `${name}{${text}} ${value} ${now}`;
}
