import { freshDatabases, openModelops } from '../databases';
import type { Settings } from '../settings';
import { figure, type Row } from '../table';
import { type AppendRates, measureAppending } from './appending';
import { fillLedgers } from './fillLedger';
import { measureListing } from './listing';
import { measureVerifying } from './verifying';

/** An append may cost this much more with a full ledger; two runs of the same differ by less than that. */
const FLAT = 1.25;

/** The ledger on both databases, empty and full. */
export async function benchmarkLedger(settings: Settings): Promise<Row[]> {
  const used = [...(await freshDatabases()), ...(await freshDatabases())];
  const [emptySqlite, emptyPostgres, ...full] = used;
  const dbs = await Promise.all(full.map(openModelops));
  const rows: Row[] = [];
  try {
    await fillLedgers(dbs, settings.fullLedger);
    for (const [at, empty] of [emptySqlite, emptyPostgres].entries()) {
      const { name } = empty;
      const size = settings.fullLedger;
      const small = await openModelops(empty);
      const before = await measureAppending(small, 0, name, settings);
      const after = await measureAppending(dbs[at], size, name, settings);
      rows.push(
        ...before.rows,
        ...after.rows,
        flatness(before.rates, after.rates, size, name),
        ...(await measureVerifying(dbs[at], name, settings)),
        ...(await measureListing(dbs[at], size, name, settings)),
      );
    }
    return rows;
  } finally {
    await Promise.all(used.map(database => database.remove()));
  }
}

/** What an entry costs in the full ledger over what it costs in the empty one, at the concurrency where that is most. */
function flatness(
  empty: AppendRates,
  full: AppendRates,
  entries: number,
  database: string,
): Row {
  const ratios = [...empty].map(([at, rate]) => rate / full.get(at)!);
  const worst = Math.max(...ratios);
  return {
    benchmark: 'Append, cost when full',
    case: `${figure(entries)} entries over none`,
    database,
    result: `${ratios.map(figure).join(', ')} × at 1, 16, 64`,
    aim: { text: 'flat', met: worst <= FLAT },
  };
}
