import type { Metric } from 'backstage-plugin-modelops-common';
import {
  PlatformError,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { mlflowRunSchema, type MlflowRun } from './databricksSchemas';

/** Tag that MLflow puts on what a job logs: the id of the run or of one of its tasks. @internal */
export const JOB_RUN_TAG = 'mlflow.databricks.jobRunID';
/** Tag with the id of that job. @internal */
export const JOB_TAG = 'mlflow.databricks.jobID';

/** Most metrics and parameters of a run that are shown; a training logs tens. */
const MAX_VALUES = 500;

/** An experiment run; undefined for one that is gone, of another workspace, or not the caller's to read. @internal */
export async function findMlflowRun(
  client: DatabricksClient,
  call: PlatformCall,
  mlflowRunId: string | undefined,
  runId?: string,
): Promise<MlflowRun | undefined> {
  if (!mlflowRunId) return undefined;
  try {
    const { run } = await client.get(
      call,
      {
        path: '/api/2.0/mlflow/runs/get',
        query: { run_id: mlflowRunId },
        target: 'the MLflow run of the version',
        needs: 'Can Read on its experiment',
        runId,
      },
      mlflowRunSchema,
    );
    return run;
  } catch (error) {
    if (
      error instanceof PlatformError &&
      (error.code === 'platform-not-found' ||
        error.code === 'platform-permission-denied')
    )
      return undefined;
    throw error;
  }
}

/** Last value of each metric. @internal */
export function metricsOf(run: MlflowRun | undefined): Metric[] {
  return (run?.data?.metrics ?? [])
    .slice(0, MAX_VALUES)
    .map(({ key, value }) => ({ name: key, value }));
}

/** What it was trained with. @internal */
export function parametersOf(
  run: MlflowRun | undefined,
): Record<string, string> {
  const params = (run?.data?.params ?? []).slice(0, MAX_VALUES);
  return Object.fromEntries(params.map(({ key, value }) => [key, value ?? '']));
}

/** Value of a tag. @internal */
export function tagOf(
  run: MlflowRun | undefined,
  name: string,
): string | undefined {
  return run?.data?.tags.find(({ key }) => key === name)?.value;
}
