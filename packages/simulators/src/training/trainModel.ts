import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { loadDataset, seededRandom, type Rows } from './dataset';
import { readHyperparameters, type Hyperparameters } from './hyperparameters';
import { measure, type Metrics } from './metrics';

/** What was measured after one epoch, on rows the model has not learnt from. */
export interface EpochMetrics extends Metrics {
  epoch: number;
}

/** A trained model: what it is made of, and how good it is. */
export interface TrainedModel {
  history: EpochMetrics[];
  /** Keras topology, weight names and shapes, and the weights: what `tf.io.fromMemory` takes. */
  topology: unknown;
  weightSpecs: tf.io.WeightsManifestEntry[];
  weightData: ArrayBuffer;
}

/** One training job for the worker. */
export interface TrainingOrder {
  dataset: string;
  parameters: Record<string, string>;
}

const BATCH_ROWS = 64;
const HIDDEN_UNITS = 8;
const SEED = 20260504;

// Keeps tfjs from advertising its native build on the console.
tf.enableProdMode();

/** Trains on a bundled data set. The same order gives the same weights. */
export async function trainModel(
  order: TrainingOrder,
  isStopped: () => boolean = () => false,
): Promise<TrainedModel> {
  const settings = readHyperparameters(order.parameters);
  const data = loadDataset(order.dataset);
  await tf.setBackend('cpu');
  const model = buildModel(data.features, settings);
  const testInputs = tf.tensor2d(data.test.inputs);
  const random = seededRandom(SEED);
  const history: EpochMetrics[] = [];
  try {
    for (let epoch = 1; epoch <= settings.epochs; epoch += 1) {
      if (isStopped()) throw new Error('Training was stopped');
      await trainEpoch(
        model,
        shuffled(data.train, settings.classWeight, random),
      );
      const probabilities = tf.tidy(() =>
        (model.predict(testInputs) as tf.Tensor).dataSync(),
      );
      history.push({
        epoch,
        ...measure(probabilities, data.test.labels),
      });
    }
    if (!Number.isFinite(history[history.length - 1].loss))
      throw new RangeError('loss is not finite: training diverged');
    return { history, ...(await saveModel(model)) };
  } finally {
    testInputs.dispose();
    model.dispose();
  }
}

function buildModel(
  features: number,
  settings: Hyperparameters,
): layers.Sequential {
  const model = layers.sequential();
  const kernel = (seed: number) => layers.initializers.glorotUniform({ seed });
  model.add(
    layers.layers.dense({
      units: HIDDEN_UNITS,
      activation: 'tanh',
      inputShape: [features],
      kernelInitializer: kernel(SEED),
    }),
  );
  model.add(
    layers.layers.dense({
      units: 1,
      activation: 'sigmoid',
      kernelInitializer: kernel(SEED + 1),
    }),
  );
  model.compile({
    optimizer: tf.train.momentum(settings.learningRate, 0.5),
    loss: 'binaryCrossentropy',
  });
  return model;
}

async function trainEpoch(model: layers.Sequential, rows: Rows): Promise<void> {
  for (let from = 0; from < rows.labels.length; from += BATCH_ROWS) {
    const inputs = tf.tensor2d(rows.inputs.slice(from, from + BATCH_ROWS));
    const labels = tf.tensor2d(
      rows.labels.slice(from, from + BATCH_ROWS).map(label => [label]),
    );
    await model.trainOnBatch(inputs, labels);
    tf.dispose([inputs, labels]);
  }
}

/** Rows in a new order; with `balanced`, each rare row stands in it so often that both classes weigh the same. */
function shuffled(
  rows: Rows,
  classWeight: Hyperparameters['classWeight'],
  random: () => number,
): Rows {
  const rare = rows.labels.filter(label => label === 1).length;
  const copies =
    classWeight === 'balanced'
      ? Math.round((rows.labels.length - rare) / rare)
      : 1;
  const order = rows.labels.flatMap((label, row) =>
    label === 1 ? Array<number>(copies).fill(row) : [row],
  );
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return {
    inputs: order.map(row => rows.inputs[row]),
    labels: order.map(row => rows.labels[row]),
  };
}

async function saveModel(
  model: layers.Sequential,
): Promise<Omit<TrainedModel, 'history'>> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async artifacts => {
      saved = artifacts;
      return {
        modelArtifactsInfo: {
          dateSaved: new Date(),
          modelTopologyType: 'JSON',
        },
      };
    }),
  );
  return {
    topology: saved!.modelTopology,
    weightSpecs: saved!.weightSpecs!,
    weightData: tf.io.CompositeArrayBuffer.join(saved!.weightData),
  };
}
