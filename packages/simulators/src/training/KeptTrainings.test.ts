import {
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulators } from '../startSimulators';
import { KeptTrainings } from './KeptTrainings';
import type { TrainedModel } from './trainModel';

const ORDER = {
  dataset: 'fraud',
  parameters: { epochs: '2', learning_rate: '0.05' },
};
const TRAINED: TrainedModel = {
  history: [
    {
      epoch: 1,
      loss: 0.5,
      accuracy: 0.9,
      precision: 0.7,
      recall: 0.6,
      auc: 0.8,
    },
  ],
  topology: { layers: 2 },
  weightSpecs: [{ name: 'kernel', shape: [2], dtype: 'float32' }],
  weightData: new Float32Array([0.25, -1.5]).buffer,
};

describe('KeptTrainings', () => {
  let folder: string;
  let kept: KeptTrainings;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'modelops-trainings-'));
    kept = new KeptTrainings(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives another process what was trained, weights and all', () => {
    kept.keep(ORDER, TRAINED);
    const { dataset, parameters } = ORDER;
    const { learning_rate, epochs } = parameters;
    expect(
      new KeptTrainings(folder).find({
        dataset,
        parameters: { learning_rate, epochs },
      }),
    ).toEqual(TRAINED);
  });

  it('knows only what was asked for in just that way', () => {
    kept.keep(ORDER, TRAINED);
    expect(kept.find({ ...ORDER, dataset: 'growth' })).toBeUndefined();
    expect(
      kept.find({ ...ORDER, parameters: { ...ORDER.parameters, epochs: '3' } }),
    ).toBeUndefined();
  });

  it('takes half a file for none', () => {
    kept.keep(ORDER, TRAINED);
    const [file] = readdirSync(folder);
    truncateSync(join(folder, file), 40);
    expect(kept.find(ORDER)).toBeUndefined();
  });

  it('keeps a second process from training what the first one has', async () => {
    // A training that is done anew is a new file.
    const files = () =>
      readdirSync(folder).map(name => [name, statSync(join(folder, name)).ino]);
    const first = await startSimulators({ trainings: folder });
    const models = await first.google.models();
    await first.close();
    const trained = files();
    expect(trained).not.toEqual([]);

    const second = await startSimulators({ trainings: folder });
    expect(await second.google.models()).toHaveLength(models.length);
    await second.close();
    expect(files()).toEqual(expect.arrayContaining(trained));
  });
});
