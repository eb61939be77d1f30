import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { TrainedModel, TrainingOrder } from './trainModel';
import type { WorkerAnswer } from './trainingWorker';

/** The training code said no; its message is what a person finds in the run's output. */
export class TrainingError extends Error {}

/**
 * Trains in a worker thread. Measured on two cores: a batch of 64 rows takes 1.5 ms and an epoch 15 ms, so training in
 * the server's own thread would hold back each answer by up to an epoch.
 */
export class Trainer {
  private readonly worker = new Worker(join(__dirname, 'trainingWorker.ts'));
  private readonly waiting = new Map<number, (answer: WorkerAnswer) => void>();
  private lastId = 0;

  constructor() {
    this.worker.on('message', (answer: WorkerAnswer) => {
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
  }

  async train(order: TrainingOrder): Promise<TrainedModel> {
    this.lastId += 1;
    const id = this.lastId;
    const answer = await new Promise<WorkerAnswer>(resolve => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ id, ...order });
    });
    if ('error' in answer) throw new TrainingError(answer.error);
    return answer.trained;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
