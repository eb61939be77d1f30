import { createHash } from 'node:crypto';
import type { WeightsSummary } from '../handles/DatabricksHandle';
import type { TrainedModel } from '../training/trainModel';

/** What a test may know of a version's weights: that they are there, and whether two are the same. */
export function weightsView(trained: TrainedModel): WeightsSummary {
  return {
    bytes: trained.weightData.byteLength,
    sha256: createHash('sha256')
      .update(new Uint8Array(trained.weightData))
      .digest('hex'),
    layers: trained.weightSpecs.map(({ name, shape }) => ({ name, shape })),
  };
}
