import { join } from 'node:path';
import {
  type TestDatabaseId,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { startSimulators } from 'modelops-simulators';
import { bundle, type Bundle } from './__testUtils__/bundle';
import { KillProof } from './__testUtils__/killed/KillProof';
import { CHANGES, TRAININGS } from './__testUtils__/killed/scenarios';
import { Worlds } from './__testUtils__/killed/Worlds';
import { numberFromEnv, Seeded } from './__testUtils__/seeded';

/** Kills at random times on each database, beside those at every step. `npm run test:kill` asks for more. */
const RANDOM_KILLS = numberFromEnv('MODELOPS_KILLS', 10);
/** How often a portal that comes by a step several times is killed there, each time at the next of them. */
const TIMES = numberFromEnv('MODELOPS_KILL_TIMES', 1);
const SEED = numberFromEnv('MODELOPS_SEED', Date.now() % 1_000_000);
const DATABASES = process.env.MODELOPS_KILL_DATABASES ?? 'SQLITE_3,POSTGRES_18';
/** Steps there are, roughly, and the longest a kill may take with all that follows, in milliseconds; it takes half a second. */
const STEPS = 175;
const KILL_MS = 5_000;

const databases = TestDatabases.create({
  ids: DATABASES.split(',') as TestDatabaseId[],
});

describe('A process that is killed starts one job, or makes one change, per request and loses no entry', () => {
  let child: Bundle;
  let worlds: Worlds;
  beforeAll(async () => {
    child = await bundle(join(__dirname, '__testUtils__/killed/child.ts'));
    worlds = await Worlds.prepare(databases);
  }, 60_000);
  afterAll(async () => {
    await worlds?.remove();
    await child?.remove();
  });

  // At the same time: each of them mostly waits for a process that starts.
  it.concurrent.each(databases.eachSupportedId())(
    'at every step, and at random times, on %s',
    async databaseId => {
      const simulators = await startSimulators({ manualRuns: true });
      const proof = new KillProof(simulators, child, worlds.of(databaseId));
      try {
        const points = await proof.killAtEveryStep(TIMES);
        await proof.killAtRandom(RANDOM_KILLS, new Seeded(SEED));
        // Were the steps not found, nothing would have been killed.
        const scenarios = new Set(points.map(({ scenario }) => scenario));
        expect(scenarios).toEqual(new Set([...TRAININGS, ...CHANGES]));
        expect(proof.kills).toBeGreaterThan(points.length + RANDOM_KILLS);
      } finally {
        await proof.end();
        await simulators.close();
      }
    },
    (STEPS + RANDOM_KILLS) * KILL_MS,
  );
});
