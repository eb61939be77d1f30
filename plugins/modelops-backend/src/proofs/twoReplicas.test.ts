import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestDatabases } from '@backstage/backend-test-utils';
import { isTerminal, type RunState } from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import { startSimulators, type Simulators } from 'modelops-simulators';
import { bundle, type Bundle } from './__testUtils__/bundle';
import { ProcessGone } from './__testUtils__/ChildProcess';
import { type Evidence, gather } from './__testUtils__/Evidence';
import { finishJobs } from './__testUtils__/finishJobs';
import { knexConfigOf } from './__testUtils__/knexConfigOf';
import { type Answered, startMany } from './__testUtils__/replicas/Load';
import { Replica } from './__testUtils__/replicas/Replica';
import { numberFromEnv, Seeded } from './__testUtils__/seeded';
import { unlimitedConfig } from './__testUtils__/unlimitedConfig';
import { closingsByRequest, restViolations } from './__testUtils__/violations';

/** How often one of the two is killed, each time in the middle of so many starts. */
const KILLS = numberFromEnv('MODELOPS_REPLICA_KILLS', 5);
const STARTS_PER_KILL = 100;
/** When both are up again, so that each is seen to answer, however early it was killed before. */
const LAST_STARTS = 32;
const STARTS = KILLS * STARTS_PER_KILL + LAST_STARTS;
const CONCURRENCY = 32;
const SEED = numberFromEnv('MODELOPS_SEED', Date.now() % 1_000_000);
/** Longer than a lease and than every pause of the reconciler, in milliseconds. */
const TIME_STEP_MS = 125_000;

jest.setTimeout(300_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const [[databaseId] = []] = databases.eachSupportedId();
// SQLite has one replica. `npm test` brings PostgreSQL along.
const withPostgres = databaseId ? describe : describe.skip;

withPostgres('Two backends on one PostgreSQL, one of them killed', () => {
  let child: Bundle;
  let simulators: Simulators;
  let db: Knex;
  let steady: Replica;
  let dying: Replica;
  beforeAll(async () => {
    child = await bundle(join(__dirname, '__testUtils__/replicas/child.ts'));
    simulators = await startSimulators({ manualRuns: true });
    // A start that is sent twice has to be two jobs, and not one by the platform's kindness.
    await simulators.databricks.setIdempotency(false);
    db = await databases.init(databaseId!);
    const options = {
      knex: knexConfigOf(db),
      config: unlimitedConfig(simulators),
    };
    steady = new Replica(child, options);
    dying = new Replica(child, options);
    await steady.start();
    await dying.start();
  });
  afterAll(async () => {
    await steady?.kill();
    await dying?.kill();
    await simulators?.close();
    await child?.remove();
  });

  it(`start one job for each of ${STARTS} requests and write one chain`, async () => {
    const answers = await underLoad();
    await comeToRest();
    const evidence = await gather(db, simulators);
    expect({
      seed: SEED,
      violations: [
        ...restViolations(evidence),
        ...answers.flatMap(answer => answerViolations(answer, evidence)),
      ],
    }).toEqual({ seed: SEED, violations: [] });
    expect(new Set(answers.map(({ runId }) => runId)).size).toBe(STARTS);
    for (const replica of [steady, dying])
      expect(answers.some(({ by }) => by === replica)).toBe(true);
    expect(answers.some(({ attempts }) => attempts > 1)).toBe(true);
  });

  /** The load, with the scheduler's tasks on both and the deaths of one beside it. */
  async function underLoad(): Promise<Answered[]> {
    const random = new Seeded(SEED);
    let over = false;
    const working = [steady, dying].map(async replica => {
      while (!over) {
        await sleep(random.whole(100, 800));
        if (replica.isUp) await tasks(replica);
      }
    });
    const answers: Answered[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const some = startMany(simulators, [steady, dying], {
        from: kill * STARTS_PER_KILL,
        starts: STARTS_PER_KILL,
        concurrency: CONCURRENCY,
      });
      const asked = random.whole(10, 45);
      while (dying.asked < asked) await sleep(1);
      await sleep(random.whole(0, 100));
      await dying.kill();
      await dying.start();
      answers.push(...(await some));
    }
    answers.push(
      ...(await startMany(simulators, [steady, dying], {
        from: KILLS * STARTS_PER_KILL,
        starts: LAST_STARTS,
        concurrency: CONCURRENCY,
      })),
    );
    over = true;
    await Promise.all(working);
    return answers;
  }

  async function comeToRest(): Promise<void> {
    for (let shiftMs = 0; ; shiftMs += TIME_STEP_MS) {
      await Promise.all([
        simulators.idp.setClockOffset(shiftMs / 1_000),
        simulators.databricks.setClockOffset(shiftMs / 1_000),
        ...[steady, dying].map(replica =>
          replica.process.call('shiftDate', shiftMs),
        ),
      ]);
      await finishJobs(simulators);
      await Promise.all([tasks(steady), tasks(dying)]);
      const rows = await db('runs').select('state');
      if (rows.every(({ state }) => isTerminal(state as RunState))) return;
      if (shiftMs > 20 * TIME_STEP_MS) return; // what is open by then is counted
    }
  }
});

async function tasks({ process }: Replica): Promise<void> {
  try {
    await process.call('followRuns');
    await process.call('sealAudit');
  } catch (error) {
    if (!(error instanceof ProcessGone)) throw error;
  }
}

function answerViolations(
  { key, traceId, status, runId }: Answered,
  { runs, entries }: Evidence,
): string[] {
  const entry = entries.find(candidate => candidate.traceId === traceId);
  const closed = closingsByRequest(entries).get(entry?.requestId ?? '');
  const run = runs.find(row => row.run_id === runId);
  return [
    ...(status === 202 ? [] : [`${key} was answered ${status}`]),
    ...(run?.idempotency_key === key ? [] : [`${key} has no run of its own`]),
    ...(closed?.length === 1 ? [] : [`${key} was not closed once`]),
  ];
}
