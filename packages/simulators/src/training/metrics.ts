/** The metrics of a binary classifier. */
export interface Metrics {
  accuracy: number;
  precision: number;
  recall: number;
  auc: number;
  loss: number;
}

const THRESHOLD = 0.5;
/** Keeps the logarithm finite when the model is certain. */
const EPSILON = 1e-7;

/** Measures predicted probabilities against the true labels. */
export function measure(
  probabilities: ArrayLike<number>,
  labels: number[],
): Metrics {
  let truePositives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  let correct = 0;
  let loss = 0;
  labels.forEach((label, row) => {
    const probability = Math.min(
      Math.max(probabilities[row], EPSILON),
      1 - EPSILON,
    );
    const predicted = probability >= THRESHOLD ? 1 : 0;
    if (predicted === label) correct += 1;
    if (predicted === 1 && label === 1) truePositives += 1;
    if (predicted === 1 && label === 0) falsePositives += 1;
    if (predicted === 0 && label === 1) falseNegatives += 1;
    loss -= label === 1 ? Math.log(probability) : Math.log(1 - probability);
  });
  return {
    accuracy: correct / labels.length,
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    auc: areaUnderCurve(probabilities, labels),
    loss: loss / labels.length,
  };
}

/** The share of (rare, common) pairs the model puts in the right order; ties count half. */
function areaUnderCurve(
  probabilities: ArrayLike<number>,
  labels: number[],
): number {
  const rare = labels.flatMap((label, row) =>
    label === 1 ? [probabilities[row]] : [],
  );
  const common = labels.flatMap((label, row) =>
    label === 0 ? [probabilities[row]] : [],
  );
  let ordered = 0;
  for (const high of rare) {
    for (const low of common) {
      if (high > low) ordered += 1;
      else if (high === low) ordered += 0.5;
    }
  }
  return ratio(ordered, rare.length * common.length);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
