import { timedEpochs } from '../../training/timedEpochs';
import type { Trainer } from '../../training/Trainer';
import type { GoogleCloud } from '../GoogleCloud';
import { rpcStatus } from '../googleErrors';
import { logEpochs, logJob } from '../logging/jobLog';
import {
  FORECAST_DATASET,
  registerTrainedVersion,
} from '../models/registerTrainedVersion';
import { isFinished, type TrainingJob } from './jobs';
import type { JobEnd } from './JobScheduler';
import { readTrainingOrder } from './trainingOrder';

/** What the training code of a job does: it trains, and uploads a version when all goes well. */
export async function runTraining(
  job: TrainingJob,
  cloud: GoogleCloud,
  trainer: Trainer,
  stop: AbortSignal,
): Promise<JobEnd> {
  const order = readTrainingOrder(job.kind, job.asked);
  if ('problem' in order) return exited(job, cloud, order.problem);
  const { model, runId, hyperparameters } = order;
  for (const [name, value] of Object.entries(hyperparameters))
    logJob(cloud, job, `${name}=${value}`);
  try {
    await cloud.seeded;
    const startedAt = cloud.now();
    const trained = await trainer.train(
      {
        dataset: FORECAST_DATASET,
        // The rare class is what a forecast must not miss.
        parameters: { ...hyperparameters, class_weight: 'balanced' },
      },
      stop,
    );
    // Cancelled, deleted, or ended by a test: the process is gone, so it uploads nothing.
    if (stop.aborted || isFinished(job)) return {};
    logEpochs(cloud, job, timedEpochs(trained, startedAt, cloud.now()));
    if (job.willFail) return { error: job.willFail };
    job.version = registerTrainedVersion(cloud, {
      model,
      trained,
      runId,
      ...(job.kind === 'pipelineJobs' && { pipelineJob: job.name }),
      hyperparameters,
      serviceAccount: job.serviceAccount,
    });
    logJob(cloud, job, `Uploaded ${job.version.name}`);
    return {};
  } catch (error) {
    if (stop.aborted) return {};
    return exited(job, cloud, (error as Error).message);
  }
}

/** The code ended with an error. Texts recalled; the code of the pipeline's is from its documentation. */
function exited(job: TrainingJob, cloud: GoogleCloud, reason: string): JobEnd {
  logJob(cloud, job, reason, 'ERROR');
  if (job.willFail) return { error: job.willFail };
  return {
    error:
      job.kind === 'customJobs'
        ? rpcStatus(
            'INVALID_ARGUMENT',
            'The replica workerpool0-0 exited with a non-zero status of 1. To find out more about why your job exited please check the logs.',
          )
        : rpcStatus(
            'FAILED_PRECONDITION',
            'The DAG failed because some tasks failed. The failed tasks are: [train].',
          ),
  };
}
