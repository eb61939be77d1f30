import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainedModel } from './trainModel';

type Loaded = (rows: number[][]) => number[];

/**
 * Gives the true predictions of kept weights. TensorFlow.js is loaded at the first question: most tests ask none, and a
 * start should not wait for it.
 */
export class Predictor {
  private readonly loaded = new WeakMap<TrainedModel, Promise<Loaded>>();

  /** One number per row: the probability of the rare class. */
  async predict(trained: TrainedModel, rows: number[][]): Promise<number[]> {
    const loading = this.loaded.get(trained) ?? load(trained);
    this.loaded.set(trained, loading);
    return (await loading)(rows);
  }
}

async function load(trained: TrainedModel): Promise<Loaded> {
  await import('@tensorflow/tfjs-backend-cpu');
  const tf = await import('@tensorflow/tfjs-core');
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const model: LayersModel = await loadLayersModel(
    tf.io.fromMemory({
      modelTopology: trained.topology as {},
      weightSpecs: trained.weightSpecs,
      weightData: trained.weightData,
    }),
  );
  return rows =>
    tf.tidy(() => [
      ...(
        model.predict(tf.tensor2d(rows)) as ReturnType<typeof tf.tensor2d>
      ).dataSync(),
    ]);
}
