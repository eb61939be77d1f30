import type { Knex } from 'knex';
import { AuditLedger, type NewAuditEntry } from '../backendInternals';
import { silentLogger } from '../databases';
import { loadFor, type Measured, percentile, summarise } from '../measure';
import type { Settings } from '../settings';
import { figure, measuredRow, type Row } from '../table';
import { appendAlone } from './oneByOne';
import { sampleEntries } from './sampleEntries';

const CONCURRENCIES = [1, 16, 64];
/** Design aim at 64: this many times the rate of one transaction per entry. */
const AIM_TIMES = 5;
/** An append may cost this much more in a full ledger; two runs of the same differ by less than that. */
const FLAT = 1.25;

/** A ledger of some size. */
export interface SizedLedger {
  db: Knex;
  entries: number;
}

/** One way to append to one ledger, and what its rounds gave. */
interface Case {
  entries: number;
  grouped: boolean;
  append: () => Promise<unknown>;
  perSecond: number[];
  each: number[];
}

/** Appends through the ledger and one by one, to an empty ledger and a full one, in turn, so that all meet the same machine. */
export async function measureAppending(
  ledgers: { empty: SizedLedger; full: SizedLedger },
  database: string,
  settings: Settings,
): Promise<Row[]> {
  const rows: Row[] = [];
  const costs: number[] = [];
  for (const concurrency of CONCURRENCIES) {
    const cases = [ledgers.empty, ledgers.full].flatMap(toCases);
    for (let round = 0; round < settings.rounds; round++) {
      for (const { append, perSecond, each } of cases) {
        const load = await loadFor(settings.appendMs, concurrency, append);
        perSecond.push((load.each.length / load.totalMs) * 1_000);
        each.push(...load.each);
      }
    }
    const rates = cases.map(({ perSecond }) => summarise(perSecond));
    cases.forEach((one, at) =>
      rows.push(
        toRow(one, concurrency, database, rates[at], rates[at + 1]?.median),
      ),
    );
    costs.push(rates[0].median / rates[2].median);
  }
  rows.push({
    benchmark: 'Append, cost when full',
    case: `${figure(ledgers.full.entries)} entries over none`,
    database,
    result: `${costs.map(figure).join(', ')} × at ${CONCURRENCIES.join(', ')}`,
    aim: { text: `flat (≤ ${FLAT}×)`, met: Math.max(...costs) <= FLAT },
  });
  return rows;
}

function toCases({ db, entries }: SizedLedger): Case[] {
  const ledger = new AuditLedger({
    db,
    clock: () => new Date(),
    logger: silentLogger,
  });
  const samples = sampleEntries();
  const next = () => samples.next().value as NewAuditEntry;
  const unmeasured = () => ({ perSecond: [], each: [] });
  return [
    {
      ...unmeasured(),
      entries,
      grouped: true,
      append: () => ledger.record(next()),
    },
    {
      ...unmeasured(),
      entries,
      grouped: false,
      append: () => appendAlone(db, next()),
    },
  ];
}

/** `alone`: entries per second of the other way, for the ledger's own. */
function toRow(
  { entries, grouped, each }: Case,
  concurrency: number,
  database: string,
  rate: Measured,
  alone: number,
): Row {
  const times = rate.median / alone;
  return measuredRow(
    {
      benchmark: `Append to ${figure(entries)} entries`,
      case: `${concurrency} at once, ${
        grouped ? 'grouped, as the ledger does' : 'one transaction per entry'
      }`,
      database,
      aim:
        grouped && concurrency === 64
          ? { text: `≥ ${AIM_TIMES}×`, met: times >= AIM_TIMES }
          : undefined,
    },
    rate,
    'entries/s',
    `, p99 ${figure(percentile(each, 99))} ms${
      grouped ? `, ${figure(times)}× one per transaction` : ''
    }`,
  );
}
