import { columnsOf } from '../training/columns';
import type { Trainer } from '../training/Trainer';
import { timedEpochs } from '../training/timedEpochs';
import type { TrainedModel } from '../training/trainModel';
import { newMlflowRunId, type MlflowRun } from './mlflowRuns';
import { addVersion } from './models';
import { parametersOf, type Outcome, type Run } from './runs';
import type { Workspace } from './Workspace';

/** What the code of a training job does: an MLflow run with metrics, and a new model version if all goes well. */
export async function runTrainingTask(
  run: Run,
  workspace: Workspace,
  trainer: Trainer,
  stop: AbortSignal,
): Promise<Outcome> {
  const { dataset, registersModel } = run.job.training!;
  const parameters = parametersOf(run);
  const mlflowRun: MlflowRun = {
    runId: newMlflowRunId(),
    runName: run.job.name,
    jobId: run.job.jobId,
    jobRunId: run.taskRunId,
    user: run.job.runAs,
    status: 'RUNNING',
    startedAt: workspace.clock.now(),
    parameters,
    history: [],
    columns: columnsOf(dataset),
  };
  workspace.mlflowRuns.set(mlflowRun.runId, mlflowRun);
  run.mlflowRunId = mlflowRun.runId;
  run.logs.push(
    `Training on data set '${dataset}'`,
    ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`),
  );

  let trained: TrainedModel;
  try {
    await workspace.seeded;
    trained = await trainer.train({ dataset, parameters }, stop);
  } catch (error) {
    if (run.outcome) return run.outcome;
    run.errorTrace = `${(error as Error).message}\n  at train (${
      run.job.name
    }.py)`;
    run.logs.push((error as Error).message);
    closeMlflowRun(mlflowRun, 'FAILED', workspace);
    return {
      code: 'RUN_EXECUTION_ERROR',
      message:
        'Task train failed with message: Workload failed, see run output for details.',
    };
  }
  // Canceled, or ended by a test: the process is gone, so it registers nothing.
  if (run.outcome) return run.outcome;

  mlflowRun.history = timedEpochs(
    trained,
    mlflowRun.startedAt,
    workspace.clock.now(),
  );
  mlflowRun.trained = trained;
  for (const { epoch, accuracy, loss } of trained.history) {
    run.logs.push(
      `epoch ${epoch}: loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(
        4,
      )}`,
    );
  }
  closeMlflowRun(mlflowRun, 'FINISHED', workspace);
  if (registersModel) {
    run.modelVersion = registerVersion(workspace, registersModel, mlflowRun);
    run.logs.push(`Registered ${registersModel} version ${run.modelVersion}`);
  }
  return { code: 'SUCCESS', message: '' };
}

/** Adds the next version of a model, as the identity the training ran as. A model that is gone gets none. */
export function registerVersion(
  workspace: Workspace,
  fullName: string,
  { runId, user, endedAt, trained, columns }: MlflowRun,
): number | undefined {
  const model = workspace.findModel(fullName);
  if (!model) return undefined;
  return addVersion(model, {
    mlflowRunId: runId,
    createdAt: endedAt!,
    createdBy: user,
    trained,
    columns,
  }).version;
}

function closeMlflowRun(
  mlflowRun: MlflowRun,
  status: MlflowRun['status'],
  workspace: Workspace,
): void {
  // A cancel may have closed it as KILLED already.
  if (mlflowRun.status !== 'RUNNING') return;
  mlflowRun.status = status;
  mlflowRun.endedAt = workspace.clock.now();
}
