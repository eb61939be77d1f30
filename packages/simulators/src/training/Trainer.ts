import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { TrainedModel, TrainingOrder } from './trainModel';
import type { WorkerAnswer } from './trainingWorker';

/** The training code said no; its message is what a person finds in the run's output. */
export class TrainingError extends Error {}

/**
 * Trains in a worker thread. Measured: the awaits inside tfjs never leave the current turn of the event loop, so ten
 * epochs in the server's own thread (0.3 s, on a busy machine 1.3 s) let no timer run and no request be answered.
 */
export class Trainer {
  /** Started by the first training: a simulator that no test asks anything costs no thread. */
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, (answer: WorkerAnswer) => void>();
  private lastId = 0;

  /** Trains, until done or stopped; stopped is an error, too. */
  async train(order: TrainingOrder, stop?: AbortSignal): Promise<TrainedModel> {
    this.lastId += 1;
    const id = this.lastId;
    // Shared memory, because a message would wait in the queue of a worker that is busy training.
    const stopped = new Int32Array(
      new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    );
    stop?.addEventListener('abort', () => Atomics.store(stopped, 0, 1));
    const answer = await new Promise<WorkerAnswer>(resolve => {
      this.waiting.set(id, resolve);
      this.worker ??= this.startWorker();
      this.worker.postMessage({ id, stopped, ...order });
    });
    if ('error' in answer) throw new TrainingError(answer.error);
    return answer.trained;
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private startWorker(): Worker {
    // This package is private and never built: it always runs from its sources.
    // eslint-disable-next-line no-restricted-syntax
    const worker = new Worker(join(__dirname, 'trainingWorker.ts'));
    worker.on('message', (answer: WorkerAnswer) => {
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
    return worker;
  }
}
