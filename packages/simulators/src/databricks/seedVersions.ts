import { columnsOf } from '../training/columns';
import { timedEpochs } from '../training/timedEpochs';
import type { Trainer } from '../training/Trainer';
import type { TrainedModel } from '../training/trainModel';
import { newMlflowRunId } from './mlflowRuns';
import { SEED_VERSIONS } from './demoModels';
import { registerVersion } from './trainingTask';
import type { Workspace } from './Workspace';

const DAY_MS = 24 * 3600 * 1000;

/** Trains the versions that exist before the first run, so that their metrics are as true as any. Equal orders once. */
export function trainSeedVersions(trainer: Trainer): Promise<TrainedModel[]> {
  const started = new Map<string, Promise<TrainedModel>>();
  return Promise.all(
    SEED_VERSIONS.map(({ dataset, parameters }) => {
      const order = { dataset, parameters };
      const key = JSON.stringify(order);
      const training = started.get(key) ?? trainer.train(order);
      started.set(key, training);
      return training;
    }),
  );
}

/** Registers them in a new workspace. */
export function addSeedVersions(
  workspace: Workspace,
  trained: TrainedModel[],
): void {
  SEED_VERSIONS.forEach((seed, index) => {
    const startedAt = Date.now() - seed.ageDays * DAY_MS;
    const endedAt = startedAt + 60_000;
    const mlflowRun = {
      runId: newMlflowRunId(),
      runName: seed.fullName,
      jobId: seed.jobId,
      jobRunId: 370_000_000_000_001n + BigInt(index),
      user: seed.createdBy,
      status: 'FINISHED' as const,
      startedAt,
      endedAt,
      parameters: seed.parameters,
      history: timedEpochs(trained[index], startedAt, endedAt),
      trained: trained[index],
      columns: columnsOf(seed.dataset),
    };
    workspace.mlflowRuns.set(mlflowRun.runId, mlflowRun);
    registerVersion(workspace, seed.fullName, mlflowRun);
  });
}
