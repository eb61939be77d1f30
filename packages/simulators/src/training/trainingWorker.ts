import { parentPort } from 'node:worker_threads';
import { trainModel, type TrainingOrder } from './trainModel';

/** A question to the worker, and its answer. */
export interface WorkerOrder extends TrainingOrder {
  id: number;
  /** Shared with the server; 1 when nobody wants the result any more. */
  stopped: Int32Array;
}
export type WorkerAnswer =
  | { id: number; trained: Awaited<ReturnType<typeof trainModel>> }
  | { id: number; error: string };

// One at a time: the orders would only slow each other down on one thread, and tfjs has one global engine.
let queue: Promise<void> = Promise.resolve();

parentPort!.on('message', ({ id, stopped, ...order }: WorkerOrder) => {
  queue = queue.then(async () => {
    const answer = await trainModel(
      order,
      () => Atomics.load(stopped, 0) === 1,
    ).then(
      (trained): WorkerAnswer => ({ id, trained }),
      (error: Error): WorkerAnswer => ({
        id,
        error: `${error.name}: ${error.message}`,
      }),
    );
    parentPort!.postMessage(answer);
  });
});
