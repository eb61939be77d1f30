import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { TrainedModel, TrainingOrder } from './trainModel';

/**
 * Trainings in a folder, so that of many processes that are asked for the same only one trains: the same order gives the same
 * weights. A folder knows nothing of the code that trained: whoever changes that code has to empty it.
 */
export class KeptTrainings {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  find(order: TrainingOrder): TrainedModel | undefined {
    try {
      return deserialize(readFileSync(this.fileOf(order)));
    } catch {
      return undefined;
    }
  }

  /** Whole or not at all: others may be reading. */
  keep(order: TrainingOrder, trained: TrainedModel): void {
    const file = this.fileOf(order);
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, serialize(trained));
    renameSync(unfinished, file);
  }

  private fileOf({ dataset, parameters }: TrainingOrder): string {
    const order = JSON.stringify([dataset, Object.entries(parameters).sort()]);
    return join(this.folder, createHash('sha256').update(order).digest('hex'));
  }
}
