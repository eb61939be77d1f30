import type { RunResult } from 'backstage-plugin-modelops-common';
import type {
  KnownJob,
  PlatformCall,
  PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { readRun } from './databricksJobs';
import { modelVersionLink } from './databricksLinks';
import { findMlflowRun, JOB_RUN_TAG, metricsOf } from './databricksMlflow';
import { nameOf } from './databricksResources';
import {
  modelVersionsSchema,
  type DatabricksRun,
  type MlflowRun,
  type ModelVersion,
} from './databricksSchemas';

/** Versions per page; Databricks gives up to 1000. */
const VERSIONS_PER_PAGE = 1000;
/** MLflow runs looked at, at most: a job that made more versions than this since the run began is not our case. */
const MAX_LOOKUPS = 20;
/** The version of a Unity Catalog model that a run registered, with the metrics of its MLflow run. @internal */
export async function readRunResult(
  client: DatabricksClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
  model?: PlatformResource,
): Promise<RunResult> {
  if (model?.kind !== 'model') return { metrics: [] };
  const run = await readRun(client, call, job);
  const ids = new Set([run.run_id, ...run.tasks.map(task => task.run_id)]);
  const candidates = await listVersionsSince(client, call, job, model, run);
  for (const version of candidates.slice(0, MAX_LOOKUPS)) {
    const logged = await findMlflowRun(client, call, version.run_id, job.runId);
    const tag = logged?.data?.tags.find(({ key }) => key === JOB_RUN_TAG);
    if (logged && tag?.value && ids.has(tag.value))
      return toResult(client, model, version, logged);
  }
  return { metrics: [] };
}

/**
 * Oldest first, of those that are not older than the run: its own is among the first, however many there are by now. The API
 * promises no order, and a page may be empty.
 */
async function listVersionsSince(
  client: DatabricksClient,
  call: PlatformCall,
  job: KnownJob,
  model: PlatformResource,
  run: DatabricksRun,
): Promise<ModelVersion[]> {
  const since = run.start_time?.getTime() ?? job.notBefore.getTime();
  const { pages } = await client.getPages(
    call,
    {
      path: `/api/2.1/unity-catalog/models/${encodeURIComponent(
        nameOf(model),
      )}/versions`,
      query: { max_results: VERSIONS_PER_PAGE },
      target: model.canonical,
      needs: `EXECUTE on ${model.canonical}, and USE CATALOG and USE SCHEMA above it`,
      runId: job.runId,
    },
    modelVersionsSchema,
  );
  return pages
    .flatMap(page => page.model_versions)
    .filter(version => version.run_id && createdAt(version) >= since)
    .sort((a, b) => createdAt(a) - createdAt(b));
}

function createdAt(version: ModelVersion): number {
  return version.created_at?.getTime() ?? 0;
}

function toResult(
  client: DatabricksClient,
  model: PlatformResource,
  version: ModelVersion,
  logged: MlflowRun,
): RunResult {
  return {
    modelVersion: {
      model: nameOf(model),
      version: String(version.version),
      status: shownStatus(version.status),
      url: modelVersionLink(client.settings, model, version.version),
    },
    metrics: metricsOf(logged),
  };
}

/** Only what looks like a word of the enum: it is shown as it is. @internal */
export function shownStatus(status: string | undefined): string {
  return status && /^[A-Z_]{1,40}$/.test(status) ? status : 'UNKNOWN';
}
