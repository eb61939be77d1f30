import type { WeightsSummary } from '../handles/DatabricksHandle';

/** What the kept weights give for a row: two dense layers, tanh and sigmoid, by hand and without TensorFlow. */
export function predictByHand(
  { layers }: WeightsSummary,
  row: number[],
): number {
  const [kernel, bias, outKernel, outBias] = layers;
  const units = bias.values.length;
  const hidden = bias.values.map((start, unit) =>
    Math.tanh(
      row.reduce(
        (sum, value, feature) =>
          sum + value * kernel.values[feature * units + unit],
        start,
      ),
    ),
  );
  const sum = hidden.reduce(
    (total, value, unit) => total + value * outKernel.values[unit],
    outBias.values[0],
  );
  return 1 / (1 + Math.exp(-sum));
}
