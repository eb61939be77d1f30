import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { KeptTrainings } from './KeptTrainings';
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

  constructor(private readonly kept?: KeptTrainings) {}

  /** Trains, until done or stopped; stopped is an error, too. */
  async train(order: TrainingOrder, stop?: AbortSignal): Promise<TrainedModel> {
    const known = this.kept?.find(order);
    if (known) return known;
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
    this.kept?.keep(order, answer.trained);
    return answer.trained;
  }

  private startWorker(): Worker {
    const worker = new Worker(
      // This package is private and never built: it runs from its sources, or bundled with the worker beside it.
      // eslint-disable-next-line no-restricted-syntax
      join(__dirname, `trainingWorker${extname(__filename)}`),
    );
    worker.on('message', (answer: WorkerAnswer) => {
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
    return worker;
  }
}
