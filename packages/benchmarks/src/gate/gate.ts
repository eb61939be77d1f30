import { startSimulators } from 'modelops-simulators';
import { type DatabaseUnderTest, freshDatabases } from '../databases';
import { percentile, summarise } from '../measure';
import type { Settings } from '../settings';
import { figure, measuredRow, type Row } from '../table';
import { LoadGenerator } from './LoadGenerator';
import { Portal } from './Portal';
import {
  bareCall,
  platformTokenOf,
  type Subject,
  throughGate,
  throughProxy,
} from './subjects';

const CONCURRENCIES = [1, 16, 64];
/** Requests before anything is measured: credentials, connections, and code that is compiled when it is hot. */
const WARM_UP = 400;
/** Design aim: the gate takes at most this many times the CPU of the proxy. */
const AIM_TIMES = 2;

/** All rounds of one way to start a job at one concurrency. */
interface Rounds {
  perSecond: number[];
  each: number[];
  /** Milliseconds of the backend's CPU per request; empty where no backend is on the way. */
  cpuMs: number[];
}

/** Starts through the gate, through the proxy and without either, in turn, on both databases. */
export async function benchmarkGate(settings: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  for (const database of await freshDatabases()) {
    rows.push(...(await measureOn(database, settings)));
    await database.remove();
  }
  return rows;
}

async function measureOn(
  database: DatabaseUnderTest,
  settings: Settings,
): Promise<Row[]> {
  const simulators = await startSimulators({ manualRuns: true });
  const platformToken = await platformTokenOf(simulators);
  const portal = await Portal.start(database, simulators, platformToken);
  const generator = new LoadGenerator();
  try {
    const backstageToken = await portal.signIn();
    const subjects: Record<string, Subject> = {
      platform: bareCall(simulators, platformToken),
      proxy: throughProxy(portal, backstageToken),
      gate: await throughGate(portal, backstageToken, simulators),
    };
    for (const subject of Object.values(subjects))
      await generator.send({ ...subject, concurrency: 16, count: WARM_UP });

    await portal.pauseBackground();
    const rows: Row[] = [];
    for (const concurrency of CONCURRENCIES) {
      const rounds = new Map<string, Rounds>();
      for (let round = 0; round < settings.rounds; round++) {
        for (const [name, subject] of Object.entries(subjects)) {
          await simulators.databricks.forgetRuns();
          await portal.endRuns();
          const before = await portal.usage();
          const loaded = await generator.send({
            ...subject,
            concurrency,
            ms: settings.loadSeconds * 1_000,
          });
          const after = await portal.usage();
          const of = rounds.get(name) ?? { perSecond: [], each: [], cpuMs: [] };
          rounds.set(name, of);
          of.perSecond.push((loaded.each.length / loaded.totalMs) * 1_000);
          of.each.push(...loaded.each);
          if (name !== 'platform')
            of.cpuMs.push((after.cpuMs - before.cpuMs) / loaded.each.length);
        }
      }
      rows.push(...toRows(rounds, concurrency, database.name));
    }
    return rows;
  } finally {
    generator.close();
    await portal.close();
    await simulators.close();
  }
}

const WAYS: Record<string, string> = {
  platform: 'the platform itself',
  proxy: 'through the proxy',
  gate: 'through the gate',
};

function toRows(
  rounds: Map<string, Rounds>,
  concurrency: number,
  database: string,
): Row[] {
  const cpuOf = (name: string) => summarise(rounds.get(name)!.cpuMs).median;
  const times = cpuOf('gate') / cpuOf('proxy');
  return [...rounds].map(([name, { perSecond, each, cpuMs }]) => {
    const cpu = cpuMs.length > 0 ? summarise(cpuMs) : undefined;
    return measuredRow(
      {
        benchmark: 'Start a run',
        case: `${concurrency} at once, ${WAYS[name]}`,
        database,
        aim:
          name === 'gate'
            ? { text: `CPU ≤ ${AIM_TIMES}× the proxy`, met: times <= AIM_TIMES }
            : undefined,
      },
      summarise(perSecond),
      'req/s',
      [
        `, p50 ${figure(percentile(each, 50))} ms`,
        `, p99 ${figure(percentile(each, 99))} ms`,
        cpu ? `, CPU ${figure(cpu.median)} ms` : '',
        name === 'gate' ? ` (${figure(times)}×)` : '',
      ].join(''),
    );
  });
}
