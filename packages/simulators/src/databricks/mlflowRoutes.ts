import type { Express } from 'express';
import { readLimit, type ApiCall, type ApiRoute } from './apiRoute';
import {
  invalidParameter,
  permissionDenied,
  resourceDoesNotExist,
} from './errors';
import { maySee } from './jobAccess';
import type { MlflowRun } from './mlflowRuns';

const SCOPES = ['mlflow'];
const METRICS = ['accuracy', 'precision', 'recall', 'auc', 'loss'] as const;
const EXPERIMENT_BASE = 880_000_000_000_000n;

/** MLflow: one run, and the history of one of its metrics. Source: reference, databricks section 3.2. */
export function mlflowRoutes(app: Express, api: ApiRoute): void {
  app.get(
    '/api/2.0/mlflow/runs/get',
    api(SCOPES, call => ({ run: runView(requireMlflowRun(call)) })),
  );
  app.get('/api/2.0/mlflow/metrics/get-history', api(SCOPES, metricHistory));
}

/** Experiments lie in the folder of their job: who may view the job may read them. */
function requireMlflowRun({ workspace, principal, query }: ApiCall): MlflowRun {
  const runId = query('run_id') ?? query('run_uuid');
  if (!runId)
    throw invalidParameter("Missing value for required parameter 'run_id'.");
  const run = workspace.mlflowRuns.get(runId);
  if (!run) throw resourceDoesNotExist(`Run '${runId}' not found.`);
  const job = workspace.findJob(run.jobId);
  if (!job || !maySee(principal, job, 'CAN_VIEW')) {
    throw permissionDenied(
      `${
        principal.userName
      } does not have Read permission on experiment ${experimentOf(run)}`,
    );
  }
  return run;
}

function runView(run: MlflowRun): Record<string, unknown> {
  const last = run.history.at(-1);
  const tags = {
    'mlflow.databricks.jobID': String(run.jobId),
    'mlflow.databricks.jobRunID': String(run.jobRunId),
    'mlflow.runName': run.runName,
    'mlflow.source.type': 'JOB',
    'mlflow.user': run.user,
  };
  return {
    info: {
      run_id: run.runId,
      run_uuid: run.runId,
      run_name: run.runName,
      experiment_id: experimentOf(run),
      status: run.status,
      start_time: run.startedAt,
      ...(run.endedAt && { end_time: run.endedAt }),
      artifact_uri: `dbfs:/databricks/mlflow-tracking/${experimentOf(run)}/${
        run.runId
      }/artifacts`,
      lifecycle_stage: 'active',
      user_id: run.user,
    },
    data: {
      ...(last && { metrics: METRICS.map(key => metricView(key, last)) }),
      params: keyValues(run.parameters),
      tags: keyValues(tags),
    },
    inputs: {},
  };
}

function metricHistory(call: ApiCall): Record<string, unknown> {
  const { workspace, principal, query } = call;
  const run = requireMlflowRun(call);
  const key = METRICS.find(name => name === query('metric_key'));
  if (!query('metric_key'))
    throw invalidParameter(
      "Missing value for required parameter 'metric_key'.",
    );
  const history = key ? run.history : [];
  const limit = readLimit(query('max_results'), 'max_results', {
    default: 25_000,
    max: 25_000,
  });
  const list = `metrics ${principal.userName} ${run.runId} ${key ?? ''}`;
  const offset = workspace.pageTokens.offsetOf(list, query('page_token'));
  const page = history.slice(offset, offset + limit);
  return {
    ...(key &&
      page.length > 0 && {
        metrics: page.map(metrics => metricView(key, metrics)),
      }),
    ...(history.length > offset + limit && {
      next_page_token: workspace.pageTokens.issue(list, offset + limit),
    }),
  };
}

function metricView(
  key: (typeof METRICS)[number],
  metrics: MlflowRun['history'][number],
): Record<string, unknown> {
  return {
    key,
    value: metrics[key],
    timestamp: metrics.at,
    step: metrics.epoch,
  };
}

function experimentOf(run: MlflowRun): string {
  return String(EXPERIMENT_BASE + run.jobId);
}

function keyValues(
  record: Record<string, string>,
): Array<{ key: string; value: string }> {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}
