import type { EpochMetrics, TrainedModel } from './trainModel';

/** What was measured after one epoch, and when in epoch milliseconds. */
export interface TimedEpoch extends EpochMetrics {
  at: number;
}

/** The epochs of a training between two moments, as if each had taken as long as the others. */
export function timedEpochs(
  { history }: TrainedModel,
  startedAt: number,
  endedAt: number,
): TimedEpoch[] {
  const each = (endedAt - startedAt) / history.length;
  return history.map(metrics => ({
    ...metrics,
    at: Math.round(startedAt + each * metrics.epoch),
  }));
}
