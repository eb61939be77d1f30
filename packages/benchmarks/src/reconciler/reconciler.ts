import { randomBytes, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { type Simulators, startSimulators } from 'modelops-simulators';
import { BarePortal, unlimitedConfig } from '../backendInternals';
import {
  type DatabaseUnderTest,
  freshDatabases,
  openModelops,
  silentLogger,
} from '../databases';
import { cpuOf, summarise } from '../measure';
import type { Settings } from '../settings';
import { figure, measuredRow, type Row } from '../table';

const LONG_AGO = new Date(0);

/** Starts under way at once while the runs are made. */
const STARTERS = 16;
/** Most runs on a page of Databricks' list, and of those read alone. Source: databricksRunList.ts, databricksKnownRuns.ts. */
const RUNS_PER_PAGE = 24;

/** Ticks of the reconciler over runs that go on, and what they ask the platform. */
export async function benchmarkReconciler(settings: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  for (const database of await freshDatabases()) {
    const simulators = await startSimulators({ manualRuns: true });
    try {
      rows.push(...(await measureOn(database, simulators, settings)));
    } finally {
      await simulators.close();
      await database.remove();
    }
  }
  return rows;
}

async function measureOn(
  database: DatabaseUnderTest,
  simulators: Simulators,
  settings: Settings,
): Promise<Row[]> {
  const knex = await openModelops(database);
  const portal = await BarePortal.open({
    knex,
    config: unlimitedConfig(simulators),
    logger: silentLogger,
  });
  const rows: Row[] = [];
  let open = 0;
  for (const wanted of settings.openRuns) {
    await startRuns(portal, simulators, wanted - open);
    open = wanted;
    // The first look at a run writes what the platform says of it.
    await makeDue(knex);
    await portal.tick();
    const rounds = [];
    for (let round = 0; round < settings.rounds; round++)
      rounds.push(await measureTick(portal, knex, simulators));
    const cpu = summarise(rounds.map(({ cpuMs }) => cpuMs));
    const [{ calls, read }] = rounds;
    const pages = Math.ceil(open / RUNS_PER_PAGE);
    rows.push(
      measuredRow(
        {
          benchmark: 'Reconciler',
          case: `a tick with ${figure(open)} open runs`,
          database: database.name,
          aim: {
            text: 'calls ≤ pages + 1',
            met: rounds.every(round => round.calls <= pages + 1),
          },
        },
        cpu,
        'ms CPU',
        `, ${figure(cpu.median / read)} ms for each of ${figure(
          read,
        )} runs looked at, ${figure(calls)} calls, ${figure(pages)} pages`,
      ),
    );
  }
  await knex.destroy();
  return rows;
}

async function startRuns(
  portal: BarePortal,
  simulators: Simulators,
  count: number,
): Promise<void> {
  const idToken = await simulators.idp.signIdToken('ada');
  let left = count;
  await Promise.all(
    Array.from({ length: STARTERS }, async () => {
      while (left > 0) {
        left -= 1;
        const answer = await portal.start(
          { person: 'ada', idToken, traceId: randomBytes(16).toString('hex') },
          randomUUID(),
          {
            entityRef: 'resource:default/fraud-detector',
            action: 'train',
            operation: 'start',
            parameters: {},
          },
        );
        if (answer.status !== 202 || answer.state !== 'submitted')
          throw new Error(`A run did not start: ${JSON.stringify(answer)}`);
      }
    }),
  );
}

async function measureTick(
  portal: BarePortal,
  knex: Knex,
  simulators: Simulators,
): Promise<{ cpuMs: number; calls: number; read: number }> {
  await makeDue(knex);
  const since = new Date();
  const { cpuMs } = await cpuOf(() => portal.tick());
  const requests = await simulators.databricks.requests();
  const [{ left }] = await knex('runs')
    .where({ next_read_at: LONG_AGO })
    .count({ left: '*' });
  const [{ open }] = await knex('runs').count({ open: '*' });
  return {
    cpuMs,
    calls: requests.filter(({ time }) => new Date(time) >= since).length,
    read: Number(open) - Number(left),
  };
}

/** As if the pause between two looks were over for every run. */
async function makeDue(knex: Knex): Promise<void> {
  await knex('runs').update({ next_read_at: LONG_AGO });
}
