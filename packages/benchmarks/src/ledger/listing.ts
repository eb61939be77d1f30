import type { Knex } from 'knex';
import { AuditLedger, type AuditFilter } from '../backendInternals';
import { silentLogger } from '../databases';
import { percentile, timed } from '../measure';
import type { Settings } from '../settings';
import { figure, type Row } from '../table';
import { FIRST_TIME, PACE_MS } from './fillLedger';
import { FREQUENT, RARE } from './sampleEntries';

/** The page that the audit page of the portal asks for. */
const PAGE = 50;
/** Design aim for every list, in milliseconds. */
const AIM_MS = 20;
const DAY_MS = 24 * 60 * 60_000;

/** Every filter of `GET /audit`, and what people combine. */
async function filtersOf(
  db: Knex,
  entries: number,
): Promise<Array<{ name: string; filter: AuditFilter }>> {
  const middle = FIRST_TIME + (entries / 2) * PACE_MS;
  const { run_id: runId } = await db('audit_entries')
    .whereNotNull('run_id')
    .where('sequence', '>=', Math.floor(entries / 2))
    .orderBy('sequence')
    .first('run_id');
  const day = { from: new Date(middle), to: new Date(middle + DAY_MS) };
  const firstHalf = { to: new Date(middle) };
  return [
    { name: 'no filter', filter: {} },
    { name: 'actor with many', filter: { actor: FREQUENT.actor } },
    { name: 'actor with few', filter: { actor: RARE.actor } },
    { name: 'code of many', filter: { code: FREQUENT.code } },
    { name: 'code of few', filter: { code: RARE.code } },
    { name: 'outcome', filter: { outcome: 'refused' } },
    { name: 'entity with many', filter: { entityRef: FREQUENT.entityRef } },
    { name: 'entity with few', filter: { entityRef: RARE.entityRef } },
    { name: 'run', filter: { runId } },
    { name: 'around one entry', filter: { near: Math.floor(entries / 2) } },
    { name: 'one old day', filter: day },
    { name: 'first half of all time', filter: firstHalf },
    { name: 'second half of all time', filter: { from: firstHalf.to } },
    {
      name: 'actor and outcome',
      filter: { actor: FREQUENT.actor, outcome: 'refused' },
    },
    {
      name: 'entity and code',
      filter: { entityRef: FREQUENT.entityRef, code: 'run.submitted' },
    },
    {
      name: 'actor and one old day',
      filter: { actor: FREQUENT.actor, ...day },
    },
    {
      name: 'outcome and first half of all time',
      filter: { outcome: 'refused', ...firstHalf },
    },
    {
      name: 'actor with few and first half of all time',
      filter: { actor: RARE.actor, ...firstHalf },
    },
    {
      name: 'actor and entity that never met',
      filter: { actor: FREQUENT.actor, entityRef: RARE.entityRef },
    },
    {
      name: 'actor, entity, outcome and one old day',
      filter: {
        actor: FREQUENT.actor,
        entityRef: FREQUENT.entityRef,
        outcome: 'accepted',
        ...day,
      },
    },
  ];
}

/** How long a page takes, the first one and one from deep in the ledger. */
export async function measureListing(
  db: Knex,
  entries: number,
  database: string,
  settings: Settings,
): Promise<Row[]> {
  const ledger = new AuditLedger({
    db,
    clock: () => new Date(),
    logger: silentLogger,
  });
  const rows: Row[] = [];
  for (const { name, filter } of await filtersOf(db, entries)) {
    const times: Record<'first' | 'deep', number[]> = { first: [], deep: [] };
    for (let at = 0; at < settings.lists; at++) {
      const before = Math.floor(entries / 10) + (at % 100);
      times.first.push(await timed(() => ledger.list(filter, { limit: PAGE })));
      times.deep.push(
        await timed(() => ledger.list(filter, { limit: PAGE, before })),
      );
    }
    const [first, deep] = [times.first, times.deep].map(each =>
      percentile(each, 99),
    );
    rows.push({
      benchmark: `List p99 of ${figure(entries)} entries`,
      case: name,
      database,
      result: `${figure(first)} ms, deep page ${figure(deep)} ms`,
      aim: {
        text: `≤ ${AIM_MS} ms`,
        met: Math.max(first, deep) <= AIM_MS,
      },
    });
  }
  return rows;
}
