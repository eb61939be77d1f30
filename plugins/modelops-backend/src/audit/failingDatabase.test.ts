import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import knexFactory, { type Knex } from 'knex';
import { openDatabase } from '../database/migrate';
import { dropTriggers } from './__testUtils__/tampering';
import type { NewAuditEntry } from './auditEntry';
import { AuditLedger } from './AuditLedger';

jest.setTimeout(60_000);
const postgres = TestDatabases.create({ ids: ['POSTGRES_18'] });
const REFUSAL: NewAuditEntry = {
  actor: 'user:default/ada',
  code: 'run.refused',
  outcome: 'refused',
};
const UNAVAILABLE = { code: 'audit-unavailable' };

function ledgerOn(db: Knex) {
  const logger = mockServices.logger.mock();
  const ledger = new AuditLedger({ db, clock: () => new Date(), logger });
  return { ledger, logger };
}

function insertKey(name: string, value: string) {
  return async (tx: Knex.Transaction) => {
    await tx('keys').insert({ name, value, created_at: new Date() });
    return { ...REFUSAL, reason: name };
  };
}

describe('On a file of SQLite', () => {
  let folder: string;
  let db: Knex;
  const openFile = () =>
    knexFactory({
      client: 'better-sqlite3',
      connection: { filename: join(folder, 'ledger.sqlite') },
      useNullAsDefault: true,
    });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'modelops-sqlite-'));
    db = openFile();
    await openDatabase(
      mockServices.database({ knex: db, migrations: { skip: false } }),
    );
  });
  afterEach(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true });
  });

  it('a disk that is full in the middle of a group undoes the group, and prints nothing of it', async () => {
    const { ledger, logger } = ledgerOn(db);
    const [{ page_count: pages }] = await db.raw('PRAGMA page_count');
    await db.raw(`PRAGMA max_page_count = ${pages + 4}`);
    await ledger.record(REFUSAL);
    const group = await Promise.allSettled([
      ledger.commit(insertKey('before', 'v')),
      ledger.commit(insertKey('too-large', 'not-to-be-printed'.repeat(4_000))),
      ledger.commit(insertKey('after', 'v')),
      ledger.record(REFUSAL),
    ]);
    expect(group).toMatchObject(
      group.map(() => ({ status: 'rejected', reason: UNAVAILABLE })),
    );
    expect(await db('keys')).toEqual([]);
    expect(await db('audit_entries')).toHaveLength(1);
    const [[logged]] = logger.error.mock.calls;
    expect(logged).toMatch(/database or disk is full/);
    expect(logged).not.toContain('not-to-be-printed');
    expect((await ledger.record(REFUSAL)).sequence).toBe(2);
  });

  it('a COMMIT that another process is in the way of does not stay half done', async () => {
    const { ledger } = ledgerOn(db);
    const outside = openFile();
    const reading = await outside.transaction();
    await reading('audit_entries');
    await expect(ledger.commit(insertKey('lost', 'v'))).rejects.toMatchObject(
      UNAVAILABLE,
    );
    await reading.commit();
    // What is written now is neither part of it nor lost with it.
    await db('keys').insert({ name: 'k', value: 'v', created_at: new Date() });
    await ledger.record(REFUSAL);
    expect(await outside('keys').select('name')).toEqual([{ name: 'k' }]);
    expect(await outside('audit_entries')).toHaveLength(1);
    await outside.destroy();
  });
});

it('a group waits once for a database that gives no answer, not each of its commits', async () => {
  const sockets: Socket[] = [];
  const silent = createServer(socket => sockets.push(socket));
  silent.listen(0, '127.0.0.1');
  await new Promise(listening => silent.once('listening', listening));
  const db = knexFactory({
    client: 'pg',
    connection: {
      host: '127.0.0.1',
      port: (silent.address() as AddressInfo).port,
      user: 'nobody',
    },
    acquireConnectionTimeout: 500,
  });
  const { ledger } = ledgerOn(db);
  const began = Date.now();
  const results = await Promise.allSettled(
    Array.from({ length: 40 }, () => ledger.record(REFUSAL)),
  );
  expect(Date.now() - began).toBeLessThan(10_000); // one by one: 20 s
  expect(results).toMatchObject(
    results.map(() => ({ status: 'rejected', reason: UNAVAILABLE })),
  );
  silent.close();
  sockets.forEach(socket => socket.destroy()); // or knex waits for them
  await db.destroy();
});

if (postgres.eachSupportedId().length > 0) {
  describe('On PostgreSQL', () => {
    let db: Knex;
    beforeEach(async () => {
      db = await postgres.init('POSTGRES_18');
      await openDatabase(
        mockServices.database({ knex: db, migrations: { skip: false } }),
      );
    });

    it('a group waits as long for the end of the chain as somebody may be stuck with it', async () => {
      const stuck = await db.transaction();
      await stuck.raw('SELECT pg_advisory_xact_lock(?)', [0x6d6f6465]);
      const letGo = setTimeout(() => stuck.rollback(), 7_000);
      const { ledger } = ledgerOn(db);
      const entries = await Promise.all(
        Array.from({ length: 10 }, () => ledger.record(REFUSAL)),
      );
      clearTimeout(letGo);
      expect(entries.map(entry => entry.sequence)).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
      ]);
    });

    it('replicas share one chain whatever isolation the database gives by default', async () => {
      const { current_database: name } = (
        await db.raw('SELECT current_database()')
      ).rows[0];
      await db.raw(
        `ALTER DATABASE "${name}" SET default_transaction_isolation = 'repeatable read'`,
      );
      const replicas = [0, 1].map(() =>
        knexFactory({
          client: 'pg',
          connection: db.client.config.connection,
        }),
      );
      const commits = replicas.flatMap(replica => {
        const { ledger } = ledgerOn(replica);
        return Array.from({ length: 100 }, (_, index) =>
          ledger.commit(async tx => {
            await tx('keys').first(); // takes the snapshot
            return { ...REFUSAL, count: index };
          }),
        );
      });
      const sequences = (await Promise.all(commits)).map(e => e.sequence);
      expect(new Set(sequences).size).toBe(200);
      await Promise.all(replicas.map(replica => replica.destroy()));
    });
  });
}

describe.each(
  TestDatabases.create({
    ids: ['SQLITE_3', 'POSTGRES_18'],
  }).eachSupportedId(),
)('On %s', databaseId => {
  const databases = TestDatabases.create({ ids: [databaseId] });
  let db: Knex;
  beforeEach(async () => {
    db = await databases.init(databaseId);
    await openDatabase(
      mockServices.database({ knex: db, migrations: { skip: false } }),
    );
  });

  it('a chain that takes no more entries is no row that was there already', async () => {
    const { ledger } = ledgerOn(db);
    await ledger.record(REFUSAL);
    const restoreTriggers = await dropTriggers(db);
    // The number after it is the same to JavaScript.
    await db('audit_entries').insert({
      ...(await db('audit_entries').first()),
      sequence: 2 ** 53,
      time: new Date(),
      previous_hash: 'e'.repeat(64),
    });
    await restoreTriggers();
    await expect(ledger.record(REFUSAL)).rejects.toMatchObject(UNAVAILABLE);
  });

  it('who is told of entries cannot stop the ledger', async () => {
    const ledger = new AuditLedger({
      db,
      clock: () => new Date(),
      logger: mockServices.logger.mock(),
      onCommitted: () => {
        throw new Error('does not listen');
      },
    });
    await ledger.record(REFUSAL);
    expect((await ledger.record(REFUSAL)).sequence).toBe(2);
  });

  it('takes text that no UTF-8 can hold', async () => {
    const { ledger } = ledgerOn(db);
    const { hash } = await ledger.record({
      ...REFUSAL,
      reason: 'half \ud83d, whole \u{1f600}, escaped \\ud83d',
      parameters: { '\udc00': 1 },
    });
    const [entry] = (await ledger.list({}, { limit: 1 })).items;
    expect(entry).toMatchObject({
      hash,
      reason: 'half \ufffd, whole \u{1f600}, escaped \\ud83d',
      parameters: { '\ufffd': 1 },
    });
  });
});
