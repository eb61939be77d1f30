/** What the training code reads from the job parameters. */
export interface Hyperparameters {
  epochs: number;
  learningRate: number;
  classWeight: 'balanced' | 'none';
}

const MAX_EPOCHS = 200;

/** Reads the parameters as the job's own code would: text in, an error that fails the run when it makes no sense. */
export function readHyperparameters(
  parameters: Record<string, string>,
): Hyperparameters {
  const epochs = Number(parameters.epochs);
  if (!Number.isInteger(epochs) || epochs < 1 || epochs > MAX_EPOCHS) {
    throw new RangeError(
      `epochs must be a whole number from 1 to ${MAX_EPOCHS}, not '${parameters.epochs}'`,
    );
  }
  const learningRate = Number(parameters.learning_rate);
  if (!(learningRate > 0 && learningRate <= 10)) {
    throw new RangeError(
      `learning_rate must be above 0 and at most 10, not '${parameters.learning_rate}'`,
    );
  }
  const classWeight = parameters.class_weight;
  if (classWeight !== 'balanced' && classWeight !== 'none') {
    throw new RangeError(
      `class_weight must be 'balanced' or 'none', not '${classWeight}'`,
    );
  }
  return { epochs, learningRate, classWeight };
}
