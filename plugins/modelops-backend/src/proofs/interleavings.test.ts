import { TestDatabases } from '@backstage/backend-test-utils';
import fc from 'fast-check';
import { startSimulators, type Simulators } from 'modelops-simulators';
import { counterexample } from './__testUtils__/counterexample';
import { Bench } from './__testUtils__/model/Bench';
import { COMMANDS } from './__testUtils__/model/commands';
import { Model } from './__testUtils__/model/Model';
import { numberFromEnv } from './__testUtils__/seeded';
import { shiftDate } from './__testUtils__/shiftedDate';
import { unlimitedConfig } from './__testUtils__/unlimitedConfig';

const SEED = numberFromEnv('MODELOPS_SEED', 20261122);
/** Interleavings on SQLite; on PostgreSQL a quarter of them. */
const RUNS = numberFromEnv('MODELOPS_INTERLEAVINGS', 40);
const MAX_COMMANDS = 25;

jest.setTimeout(60_000 + RUNS * 10_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())(
  `Any order of events on %s (MODELOPS_SEED=${SEED})`,
  databaseId => {
    let simulators: Simulators;
    beforeAll(async () => {
      simulators = await startSimulators({ manualRuns: true });
    });
    afterEach(() => shiftDate(0));
    afterAll(() => simulators?.close());

    it('leaves one job per run, an entry before each job, ended runs alone and one chain', async () => {
      const numRuns = databaseId === 'SQLITE_3' ? RUNS : Math.ceil(RUNS / 4);
      const found = await fc.check(
        fc.asyncProperty(
          fc.commands(COMMANDS, { maxCommands: MAX_COMMANDS, size: 'max' }),
          async commands => {
            const bench = await Bench.open(
              simulators,
              await databases.init(databaseId),
              unlimitedConfig(simulators),
            );
            const model = new Model();
            await fc.asyncModelRun(() => ({ model, real: bench }), commands);
            await bench.comeToRest();
          },
        ),
        { numRuns, seed: SEED },
      );
      expect(counterexample(found)).toBeUndefined();
    });
  },
);
