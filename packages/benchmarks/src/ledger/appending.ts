import type { Knex } from 'knex';
import { AuditLedger, type NewAuditEntry } from '../backendInternals';
import { silentLogger } from '../databases';
import { loadFor, percentile, summarise } from '../measure';
import type { Settings } from '../settings';
import { figure, measuredRow, type Row } from '../table';
import { appendAlone } from './oneByOne';
import { sampleEntries } from './sampleEntries';

const CONCURRENCIES = [1, 16, 64];
/** Design aim at 64: this many times the rate of one transaction per entry. */
const AIM_TIMES = 5;

/** Entries per second of the ledger at one size, by concurrency. */
export type AppendRates = Map<number, number>;

/** Appends entries through the ledger, and one by one, in turn, so that both meet the same machine. */
export async function measureAppending(
  db: Knex,
  entries: number,
  database: string,
  settings: Settings,
): Promise<{ rows: Row[]; rates: AppendRates }> {
  const ledger = new AuditLedger({
    db,
    clock: () => new Date(),
    logger: silentLogger,
  });
  const samples = sampleEntries();
  const next = () => samples.next().value as NewAuditEntry;
  const ways = {
    'grouped, as the ledger does': () => ledger.record(next()),
    'one transaction per entry': () => appendAlone(db, next()),
  };
  const rows: Row[] = [];
  const rates: AppendRates = new Map();
  for (const concurrency of CONCURRENCIES) {
    const rounds = Object.entries(ways).map(([way, append]) => ({
      way,
      append,
      perSecond: [] as number[],
      each: [] as number[],
    }));
    for (let round = 0; round < settings.rounds; round++) {
      for (const { append, perSecond, each } of rounds) {
        const load = await loadFor(settings.appendMs, concurrency, append);
        perSecond.push((load.each.length / load.totalMs) * 1_000);
        each.push(...load.each);
      }
    }
    const [ours, alone] = rounds.map(({ perSecond }) => summarise(perSecond));
    rates.set(concurrency, ours.median);
    const times = ours.median / alone.median;
    for (const { way, perSecond, each } of rounds) {
      const first = way === rounds[0].way;
      rows.push(
        measuredRow(
          {
            benchmark: `Append to ${figure(entries)} entries`,
            case: `${concurrency} at once, ${way}`,
            database,
            aim:
              first && concurrency === 64
                ? { text: `≥ ${AIM_TIMES}×`, met: times >= AIM_TIMES }
                : undefined,
          },
          summarise(perSecond),
          'entries/s',
          `, p99 ${figure(percentile(each, 99))} ms${
            first ? `, ${figure(times)}× one per transaction` : ''
          }`,
        ),
      );
    }
  }
  return { rows, rates };
}
