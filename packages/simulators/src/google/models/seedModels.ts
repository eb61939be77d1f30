import { columnsOf } from '../../training/columns';
import type { Trainer } from '../../training/Trainer';
import type { TrainedModel } from '../../training/trainModel';
import type { GoogleCloud } from '../GoogleCloud';
import {
  evaluationOf,
  FORECAST_DATASET,
  modelFiles,
} from './registerTrainedVersion';
import { addVersion, newModel } from './vertexModels';

const DAY_MS = 24 * 3600 * 1000;
const CREATED_AT = Date.UTC(2026, 4, 4, 10, 0);

interface SeedVersion {
  model: string;
  dataset: string;
  parameters: Record<string, string>;
  ageDays: number;
  aliases: string[];
}

/** Versions that exist before the first run. */
const SEEDS: SeedVersion[] = [
  seed('demand-forecast', FORECAST_DATASET, ['4', '0.05'], 40, ['champion']),
  seed('demand-forecast', FORECAST_DATASET, ['12', '0.1'], 12),
  seed('churn-score', 'growth', ['8', '0.1'], 25),
  seed('fraud-detector-eu', 'fraud', ['5', '0.05'], 30, ['champion']),
  seed('fraud-detector-eu', 'fraud', ['10', '0.1'], 9),
];

function seed(
  model: string,
  dataset: string,
  [epochs, learningRate]: [string, string],
  ageDays: number,
  aliases: string[] = [],
): SeedVersion {
  return {
    model,
    dataset,
    parameters: {
      epochs,
      learning_rate: learningRate,
      class_weight: 'balanced',
    },
    ageDays,
    aliases,
  };
}

/** Trains them for real when the simulator starts, so that their metrics are as true as any. */
export function trainSeedModels(trainer: Trainer): Promise<TrainedModel[]> {
  return Promise.all(
    SEEDS.map(({ dataset, parameters }) =>
      trainer.train({ dataset, parameters }),
    ),
  );
}

/** Registers the models of the demo with their versions in a new project. */
export function addSeedModels(
  cloud: GoogleCloud,
  trained: TrainedModel[],
): void {
  const add = (id: string, displayName: string, team: string) =>
    cloud.models.set(
      id,
      newModel({
        id,
        displayName,
        labels: new Map([['team', team]]),
        createdAt: CREATED_AT,
      }),
    );
  add('demand-forecast', 'Demand forecast', 'supply');
  add('churn-score', 'Churn score', 'growth');
  add('fraud-detector-eu', 'Fraud detector (EU)', 'fraud');
  SEEDS.forEach(
    ({ model: id, dataset, parameters, ageDays, aliases }, index) => {
      const model = cloud.models.get(id)!;
      const createdAt = Date.now() - ageDays * DAY_MS;
      addVersion(
        model,
        {
          createdAt,
          description: `epochs=${parameters.epochs}, learning_rate=${parameters.learning_rate}`,
          further: modelFiles(model),
          columns: columnsOf(dataset),
          trained: trained[index],
          evaluations: [evaluationOf(trained[index], createdAt)],
        },
        aliases,
      );
    },
  );
}
