import type { Metric } from 'backstage-plugin-modelops-common';
import {
  PlatformError,
  shownText,
  type PlatformCall,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { evaluationsSchema, type Evaluations } from './modelSchemas';
import { modelPath, type VertexVersion } from './modelVersions';

/** Google gives evaluations in no order it documents, so many are read for the newest. */
const EVALUATIONS_PER_PAGE = 20;
const MAX_PAGES = 10;
/** Metrics that are shown, and the longest name of one. */
const MAX_METRICS = 200;
const LONGEST_METRIC = 128;

/** Metrics of the newest evaluation of a version; none for one without, or whose evaluations are closed to the caller. @internal */
export async function readMetrics(
  client: VertexClient,
  call: PlatformCall,
  model: PlatformResource,
  { version }: VertexVersion,
): Promise<Metric[]> {
  try {
    const { pages } = await client.getPages(
      call,
      {
        path: `${modelPath(model, version)}/evaluations`,
        query: { pageSize: EVALUATIONS_PER_PAGE },
        target: `the evaluations of version ${version} of ${model.canonical}`,
        needs: 'aiplatform.modelEvaluations.list',
      },
      evaluationsSchema,
      { maxPages: MAX_PAGES },
    );
    return metricsOf(pages.flatMap(page => page.modelEvaluations));
  } catch (error) {
    if (
      error instanceof PlatformError &&
      (error.code === 'platform-not-found' ||
        error.code === 'platform-permission-denied')
    )
      return [];
    throw error;
  }
}

/** Numbers of the newest evaluation. Tables and curves, which some kinds of models have besides, are left out. @internal */
export function metricsOf(evaluations: Evaluations): Metric[] {
  const [newest] = [...evaluations].sort(
    (a, b) => (b.createTime?.getTime() ?? 0) - (a.createTime?.getTime() ?? 0),
  );
  const metrics = newest?.metrics;
  if (typeof metrics !== 'object' || metrics === null || Array.isArray(metrics))
    return [];
  return Object.entries(metrics)
    .flatMap(([key, value]) => {
      const name = shownText(key, LONGEST_METRIC);
      return name && typeof value === 'number' ? [{ name, value }] : [];
    })
    .slice(0, MAX_METRICS);
}
