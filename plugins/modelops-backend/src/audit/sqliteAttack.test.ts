import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { isAppendOnly } from '../database/appendOnly';
import { openDatabase } from '../database/migrate';
import { type KeptLedger, startLedger } from './__testUtils__/keptLedger';
import { canonicalJson, hashOf } from './auditEntry';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

/** Entry 1 names the key. */
const NEWEST = 6;

/** Nobody signed it. */
const STUB = {
  first_sequence: 90,
  last_sequence: 99,
  body: '{}',
  signature: 'AAAA',
  key_id: 'x',
};

type Row = Record<string, any>;

/** The statement by which SQLite takes rows away without a DELETE: those with the same value in a unique column. */
async function replaceWith(db: Knex, table: string, row: Row): Promise<void> {
  const names = Object.keys(row);
  await db.raw(
    `INSERT OR REPLACE INTO ${table} (${names}) VALUES (${names.map(
      () => '?',
    )})`,
    Object.values(row),
  );
}

describe('What SQLite lets whoever has the rights of the application insert', () => {
  let db: Knex;
  let ledger: KeptLedger;
  beforeEach(async () => {
    db = await databases.init('SQLITE_3');
    ledger = await startLedger(db);
    await ledger.write(NEWEST - 2);
    await ledger.sealer.seal('now');
    await ledger.write(1);
  });

  /** An entry that is good in itself, at this place and after that entry. */
  const entryAt = async (sequence: unknown, after: number): Promise<Row> => {
    const rows = await db('audit_entries').orderBy('sequence');
    const newest = rows[NEWEST - 1];
    const previousHash = rows[after - 1].hash;
    const canonical = canonicalJson({
      ...JSON.parse(newest.canonical),
      sequence,
      previousHash,
    });
    const hash = hashOf(canonical);
    return {
      ...newest,
      sequence,
      canonical,
      previous_hash: previousHash,
      hash,
    };
  };

  it('is the entry that follows the newest', async () => {
    await db('audit_entries').insert(await entryAt(NEWEST + 1, NEWEST));
    expect((await ledger.verifier.verify()).toSequence).toBe(NEWEST + 1);
  });

  it.each<[string, unknown, number]>([
    ['a second one after an entry in the middle', NEWEST + 1, 3],
    ['a second one after the entry before the newest', NEWEST + 1, NEWEST - 1],
    ['one that leaves a gap', NEWEST + 2, NEWEST],
    ['one before the first', 0, NEWEST],
    ['one far before the first', -1, NEWEST],
    ['one between two places', NEWEST + 0.5, NEWEST],
    ['one without a place', null, NEWEST],
    ['one at no number', 'x', NEWEST],
    ['another newest', NEWEST, NEWEST - 1],
    ['another in the middle', 3, 2],
  ])('is no other entry: not %s', async (_what, sequence, after) => {
    const before = await db('audit_entries').orderBy('sequence');
    const row = await entryAt(sequence, after);
    await expect(db('audit_entries').insert(row)).rejects.toThrow();
    await expect(replaceWith(db, 'audit_entries', row)).rejects.toThrow();
    expect(await db('audit_entries').orderBy('sequence')).toEqual(before);
  });

  it('is no entry after one of the same statement that it does not follow', async () => {
    const row = await entryAt(NEWEST + 1, NEWEST);
    await expect(
      db('audit_entries').insert([row, { ...row, sequence: NEWEST + 2 }]),
    ).rejects.toThrow('append-only');
    expect(await db('audit_entries')).toHaveLength(NEWEST);
  });

  it('is no first entry that begins no chain', async () => {
    const empty = await databases.init('SQLITE_3');
    await openDatabase(
      mockServices.database({ knex: empty, migrations: { skip: false } }),
    );
    const first = await db('audit_entries').where({ sequence: 1 }).first();
    for (const change of [{ previous_hash: 'e'.repeat(64) }, { sequence: 2 }]) {
      await expect(
        empty('audit_entries').insert({ ...first, ...change }),
      ).rejects.toThrow('append-only');
    }
    await empty('audit_entries').insert(first);
  });

  it('is a first entry again where all were archived: the ledger goes on', async () => {
    await db('audit_segments').insert({ ...STUB, first_sequence: 1 });
    await db('audit_entries').delete();
    expect(await db('audit_entries')).toEqual([]);
    await ledger.write(2);
    expect((await ledger.ledger.findNewest())?.sequence).toBe(2);
    expect((await ledger.verifier.verify()).intact).toBe(false);
  });

  it.each(['rowid', 'oid', '_rowid_'])(
    'is nothing in the place of what is there, by its %s',
    async rowid => {
      await db('audit_segments').insert(STUB);
      const next: Record<string, Row> = {
        audit_entries: await entryAt(NEWEST + 1, NEWEST),
        audit_checkpoints: { sequence: 99, previous: 'd'.repeat(64) },
        audit_keys: { key_id: 'other' },
        audit_segments: { first_sequence: 100, last_sequence: 109 },
      };
      for (const [table, row] of Object.entries(next)) {
        const before = await db(table);
        for (let place = 1; place <= before.length; place += 1) {
          await replaceWith(db, table, {
            ...before[0],
            ...row,
            [rowid]: place,
          }).catch(() => {}); // or it goes where nothing is
        }
        expect(await db(table)).toEqual(expect.arrayContaining(before));
      }
    },
  );

  it.each([
    ['audit_checkpoints', 'previous', { sequence: 99 }],
    ['audit_segments', 'first_sequence', { last_sequence: 109 }],
  ])(
    'is nothing in the place of a row of %s, by its %s',
    async (table, _column, change) => {
      await db('audit_segments').insert(STUB);
      const before = await db(table);
      expect(before).toHaveLength(1);
      await expect(
        replaceWith(db, table, { ...before[0], ...change }),
      ).rejects.toThrow('append-only');
      expect(await db(table)).toEqual(before);
    },
  );

  it('is the same in a database from before, whose entries stay as they were', async () => {
    const directory = resolvePackagePath(
      'backstage-plugin-modelops-backend',
      'migrations',
    );
    const before = await db('audit_entries').orderBy('sequence');
    await db.migrate.down({
      directory,
      name: '20261122000500_links_on_sqlite.js',
    });
    expect(await db('audit_entries').orderBy('sequence')).toEqual(before);
    const updated = await startLedger(db);
    expect(await isAppendOnly(db)).toBe(true);
    expect(await db('audit_entries').orderBy('sequence')).toEqual(before);
    await updated.write(1);
    expect(await updated.verifier.verify()).toMatchObject({
      intact: true,
      toSequence: NEWEST + 1,
    });
  });
});
