import type { ModelVersion } from 'backstage-plugin-modelops-common';

/** One metric over versions, oldest first; null where a version has no number for it. */
export interface MetricSeries {
  name: string;
  points: ReadonlyArray<{ version: string; value: number | null }>;
}

type Measured = Pick<ModelVersion, 'version' | 'metrics' | 'createdAt'>;

/** The metrics that at least two of the versions have a number for. */
export function metricSeries(versions: readonly Measured[]): MetricSeries[] {
  const inOrder = [...versions].sort(
    (a, b) =>
      (a.createdAt ?? '').localeCompare(b.createdAt ?? '') ||
      a.version.localeCompare(b.version, undefined, { numeric: true }),
  );
  const names = new Set(
    inOrder.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
  );
  return [...names]
    .map(name => ({
      name,
      points: inOrder.map(({ metrics, version }) => ({
        version,
        value: metrics.find(metric => metric.name === name)?.value ?? null,
      })),
    }))
    .filter(
      ({ points }) => points.filter(({ value }) => value !== null).length > 1,
    );
}
