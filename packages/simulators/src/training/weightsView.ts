import { createHash } from 'node:crypto';
import type { WeightsSummary } from '../handles/DatabricksHandle';
import type { TrainedModel } from './trainModel';

/** What a test may know of a version's weights: enough to say whether two are the same, and to predict by hand. */
export function weightsView(trained: TrainedModel): WeightsSummary {
  return {
    bytes: trained.weightData.byteLength,
    sha256: createHash('sha256')
      .update(new Uint8Array(trained.weightData))
      .digest('hex'),
    layers: layerViews(trained),
  };
}

/** All weights are 32-bit floats, one after the other. */
function layerViews({ weightSpecs, weightData }: TrainedModel) {
  let offset = 0;
  return weightSpecs.map(({ name, shape }) => {
    const size = shape.reduce((total, length) => total * length, 1);
    const values = [...new Float32Array(weightData, offset, size)];
    offset += size * Float32Array.BYTES_PER_ELEMENT;
    return { name, shape, values };
  });
}
