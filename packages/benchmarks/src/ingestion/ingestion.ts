import { startSimulators, type Simulators } from 'modelops-simulators';
import { type DatabaseUnderTest, freshDatabases } from '../databases';
import { Portal } from '../gate/Portal';
import { platformTokenOf } from '../gate/subjects';
import { summarise } from '../measure';
import type { Settings } from '../settings';
import { figure, measuredRow, type Row } from '../table';
import {
  CATALOG_SETTINGS,
  SyncedCatalog,
  type SyncUsage,
} from './SyncedCatalog';

const MIB = 1024 * 1024;
const ENTITY_TYPE = 'ai-model';
/** Models of the demo that its own catalog declares with the same type. */
const DECLARED = 3;
/** Unity Catalog models of the demo that the reader may see: listed like the others, and left out by the catalog. */
const LISTED_BESIDE = 4;
/** To exchange the portal's token, and to ask who the credential is. Once in an hour. */
const EXCHANGE_CALLS = 2;
/** Issue 4: a sync that finds nothing new takes at most this share of the CPU of the first. */
const AIM_SHARE = 0.05;
/** Models that change before the last sync. */
const CHANGED = 10;

/** Syncs of many models: the first, those that find nothing new, and one that finds a few changed. */
export async function benchmarkIngestion(settings: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  for (const database of await freshDatabases()) {
    const simulators = await startSimulators();
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
  const count = settings.ingestedModels;
  await simulators.databricks.seedModels(count);
  const portal = await Portal.start(
    database,
    simulators,
    await platformTokenOf(simulators),
    CATALOG_SETTINGS,
  );
  try {
    const catalog = new SyncedCatalog(
      portal,
      simulators,
      await portal.signIn(),
    );
    await catalog.untilShown(ENTITY_TYPE, DECLARED);
    const idle = await portal.usage();
    const first = await catalog.sync();
    const peak = await portal.usage();
    await catalog.untilShown(ENTITY_TYPE, DECLARED + count);
    const shown = await portal.usage();
    const again: SyncUsage[] = [];
    for (let round = 0; round < settings.rounds; round++)
      again.push(await catalog.sync());
    // The names of the simulator's many models sort before those of the demo, and are those of their entities.
    for (const name of await catalog.names(ENTITY_TYPE, CHANGED))
      await simulators.databricks.changeModel(name, { comment: 'Changed' });
    const changed = await catalog.sync();
    const after = await portal.usage();

    const cpu = summarise(again.map(({ cpuMs }) => cpuMs));
    const row = (name: string) => ({
      benchmark: 'Ingestion',
      case: `${figure(count)} models, ${name}`,
      database: database.name,
    });
    const mib = (bytes: number) => `${figure(Math.round(bytes / MIB))} MiB`;
    // A sync is over when the catalog shows what it was given; one that finds nothing new gives it nothing.
    const wholeMs = first.cpuMs + shown.cpuMs - peak.cpuMs;
    const share = (ms: number) => `${figure((cpu.median / ms) * 100)} %`;
    return [
      {
        ...row('first sync'),
        result: `${figure(
          wholeMs / 1_000,
        )} s CPU until the catalog shows them, ${figure(
          first.cpuMs / 1_000,
        )} of them the sync itself: ${describe(first)}; peak RSS ${mib(
          peak.peakRss,
        )}, ${mib(idle.rss)} before`,
        aim: {
          text: 'calls ≤ pages + models',
          met:
            first.calls <= first.pages + count + LISTED_BESIDE + EXCHANGE_CALLS,
        },
      },
      measuredRow(
        {
          ...row('nothing new'),
          aim: {
            text: `≤ ${
              AIM_SHARE * 100
            } % of the CPU of the first, calls ≤ pages`,
            met:
              cpu.median <= wholeMs * AIM_SHARE &&
              again.every(({ calls, pages }) => calls <= pages),
          },
        },
        cpu,
        'ms CPU',
        `: ${share(wholeMs)} of the first, ${share(
          first.cpuMs,
        )} of the sync itself; ${describe(again[0])}; peak RSS ${mib(
          after.peakRss,
        )}`,
      ),
      {
        ...row(`${CHANGED} changed`),
        result: `${figure(changed.cpuMs)} ms CPU, ${describe(changed)}`,
        aim: {
          text: 'calls ≤ pages + changed models',
          met: changed.calls <= changed.pages + CHANGED,
        },
      },
    ];
  } finally {
    await portal.close();
  }
}

function describe({ seconds, calls, pages }: SyncUsage): string {
  return `${figure(seconds)} s, ${figure(calls)} calls, ${figure(pages)} pages`;
}
