import { startSimulators } from 'modelops-simulators';
import { freshDatabases } from '../databases';
import type { Settings } from '../settings';
import { figure, type Row } from '../table';
import { LoadGenerator } from './LoadGenerator';
import { Portal } from './Portal';
import { platformTokenOf, throughGate } from './subjects';

const WARM_UP = 500;
/** Starts between two times that all runs end. */
const BATCH = 500;
const MIB = 1024 * 1024;

/** How much bigger the backend is after many starts. */
export async function benchmarkMemory(settings: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  for (const database of await freshDatabases()) {
    const simulators = await startSimulators({ manualRuns: true });
    const portal = await Portal.start(
      database,
      simulators,
      await platformTokenOf(simulators),
    );
    const generator = new LoadGenerator();
    try {
      const gate = await throughGate(portal, await portal.signIn(), simulators);
      const start = async (count: number) => {
        for (let left = count; left > 0; left -= BATCH) {
          await generator.send({
            ...gate,
            concurrency: 16,
            count: Math.min(left, BATCH),
          });
          await simulators.databricks.forgetRuns();
          await portal.endRuns();
        }
      };
      await start(WARM_UP);
      const before = await portal.usage({ collectGarbage: true });
      await start(settings.memoryStarts);
      const after = await portal.usage({ collectGarbage: true });
      const grown = (of: 'rss' | 'heapUsed') => {
        const more = (after[of] - before[of]) / MIB;
        return `${more < 0 ? '-' : '+'}${figure(Math.abs(more))} MiB (${figure(
          before[of] / MIB,
        )} before)`;
      };
      rows.push({
        benchmark: 'Memory of the backend',
        case: `after ${figure(settings.memoryStarts)} starts`,
        database: database.name,
        result: `RSS ${grown('rss')}, heap ${grown('heapUsed')}`,
      });
    } finally {
      generator.close();
      await portal.close();
      await simulators.close();
      await database.remove();
    }
  }
  return rows;
}
