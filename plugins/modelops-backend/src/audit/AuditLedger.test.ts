import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { isUniqueViolation } from '../database/databaseErrors';
import { openDatabase } from '../database/migrate';
import { StateConflictError } from '../errors';
import { canonicalJson, hashOf, type NewAuditEntry } from './auditEntry';
import { AuditLedger } from './AuditLedger';
import { CHAIN_START, ChainCheck } from './verifyChain';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const REFUSAL: NewAuditEntry = {
  actor: 'user:default/ada',
  code: 'run.refused',
  outcome: 'refused',
};

describe.each(databases.eachSupportedId())('The ledger on %s', databaseId => {
  let db: Knex;
  let ledger: AuditLedger;
  beforeEach(async () => {
    db = await databases.init(databaseId);
    await openDatabase(
      mockServices.database({ knex: db, migrations: { skip: false } }),
    );
    ledger = new AuditLedger({
      db,
      clock: () => new Date(),
      logger: mockServices.logger.mock(),
    });
  });

  it('numbers entries without a gap and links each to the one before, however many write at once', async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        ledger.record({ ...REFUSAL, actor: `user:default/u${index}` }),
      ),
    );
    const rows = await db('audit_entries').orderBy('sequence');
    expect(rows.map(row => Number(row.sequence))).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
    rows.forEach((row, index) => {
      expect(row.previous_hash).toBe(
        index === 0 ? '0'.repeat(64) : rows[index - 1].hash,
      );
      expect(row.hash).toBe(hashOf(row.canonical));
      expect(row.canonical).toBe(canonicalJson(JSON.parse(row.canonical)));
    });
  });

  it('commits a group although some of its changes fail, and undoes only those', async () => {
    const insertKey = (name: string) => async (tx: Knex.Transaction) => {
      await tx('keys').insert({ name, value: 'v', created_at: new Date() });
      return { ...REFUSAL, reason: name };
    };
    const results = await Promise.allSettled([
      ledger.commit(insertKey('a')),
      ledger.commit(insertKey('b')),
      ledger.commit(insertKey('b')), // violates the primary key
      ledger.record({ ...REFUSAL, code: 'no.such.code' as 'run.refused' }),
      ledger.commit(async tx => {
        await insertKey('c')(tx);
        throw new StateConflictError('run-state-conflict', 'changed meanwhile');
      }),
      ledger.commit(insertKey('d')),
      ledger.record({ ...REFUSAL, reason: 'e' }),
    ]);
    expect(results.map(result => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    const rejected = results.flatMap(result =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    expect(isUniqueViolation(rejected[0])).toBe(true);
    expect(rejected.slice(1)).toMatchObject([
      { code: 'audit-unavailable' },
      { code: 'run-state-conflict' },
    ]);
    expect((await db('keys').orderBy('name')).map(row => row.name)).toEqual([
      'a',
      'b',
      'd',
    ]);
    const { items } = await ledger.list({}, { limit: 10 });
    expect(items.map(entry => entry.reason)).toEqual(['e', 'd', 'b', 'a']);
  });

  it('writes many waiting entries in few transactions', async () => {
    let transactions = 0;
    db.on('query', ({ sql }: { sql: string }) => {
      if (/^BEGIN/i.test(sql)) transactions += 1;
    });
    await Promise.all(
      Array.from({ length: 200 }, () => ledger.record(REFUSAL)),
    );
    expect(transactions).toBeLessThanOrEqual(5);
  });

  it('does not let a flood of refusals hold up a start', async () => {
    const order: string[] = [];
    const flood = Array.from({ length: 200 }, () =>
      ledger.record(REFUSAL, 'apart').then(() => order.push('refusal')),
    );
    const start = ledger
      .commit(async () => ({ ...REFUSAL, code: 'run.requested' }))
      .then(() => order.push('start'));
    await Promise.all([...flood, start]);
    expect(order.indexOf('start')).toBeLessThan(40);
  });

  it('keeps one chain when two replicas commit the same rows in opposite order', async () => {
    const other = new AuditLedger({
      db,
      clock: () => new Date(),
      logger: mockServices.logger.mock(),
    });
    await db('keys').insert(
      ['x', 'y'].map(name => ({ name, value: '0', created_at: new Date() })),
    );
    const touch = (from: AuditLedger, name: string) =>
      from.commit(async tx => {
        await tx('keys').where({ name }).update({ created_at: new Date() });
        return REFUSAL;
      });
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => [
        touch(ledger, index % 2 ? 'x' : 'y'),
        touch(other, index % 2 ? 'y' : 'x'),
      ]).flat(),
    );
    const rows = await db('audit_entries').orderBy('sequence');
    expect(rows).toHaveLength(40);
    const check = new ChainCheck(CHAIN_START, []);
    for await (const entry of ledger.read({ after: 0, to: 40 })) {
      expect(check.next(entry)).toBeUndefined();
    }
  });

  it('lets two replicas lock what their commits name without waiting for each other', async () => {
    const replicas = [ledger, ledger].map(
      () =>
        new AuditLedger({
          db,
          clock: () => new Date(),
          logger: mockServices.logger.mock(),
        }),
    );
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    await db('keys').insert(
      names.map(name => ({ name, value: '0', created_at: new Date() })),
    );
    const began = Date.now();
    await Promise.all(
      replicas.flatMap((replica, offset) =>
        Array.from({ length: 120 }, (_, index) => {
          // One forwards, one backwards: in this order PostgreSQL finds a deadlock a second in nearly every group.
          const at = offset === 0 ? index : 119 - index;
          const name = names[at % names.length];
          return replica.commit(async tx => {
            await tx('keys')
              .where({ name })
              .update({ value: String(index) });
            return REFUSAL;
          }, name);
        }),
      ),
    );
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(await db('audit_entries')).toHaveLength(240);
  });

  it('undoes the change when the entry cannot be written, and the entry when the change fails', async () => {
    const insertKey = (tx: Knex.Transaction) =>
      tx('keys').insert({ name: 'k', value: 'v', created_at: new Date() });
    await expect(
      ledger.commit(async tx => {
        await insertKey(tx);
        return { ...REFUSAL, code: 'no.such.code' as 'run.refused' };
      }),
    ).rejects.toMatchObject({ code: 'audit-unavailable' });
    expect(await db('keys')).toEqual([]);
    await expect(
      ledger.commit(async tx => {
        await insertKey(tx);
        throw new StateConflictError('run-state-conflict', 'changed meanwhile');
      }),
    ).rejects.toMatchObject({ code: 'run-state-conflict' });
    expect(await db('keys')).toEqual([]);
    expect(await db('audit_entries')).toEqual([]);
  });

  it.each<[string, (table: Knex) => Promise<unknown>]>([
    [
      'a changed row',
      knex =>
        knex('audit_entries')
          .where({ sequence: 1 })
          .update({ actor: 'user:default/mallory' }),
    ],
    [
      'a deleted row',
      knex => knex('audit_entries').where({ sequence: 1 }).delete(),
    ],
    ['all rows deleted', knex => knex('audit_entries').delete()],
    ['a truncated table', async knex => knex('audit_entries').truncate()],
    [
      'a row over an existing one',
      async knex => {
        const row = await knex('audit_entries').first();
        const text = { ...row, actor: 'user:default/mallory' };
        const verb =
          knex.client.config.client === 'pg' ? 'INSERT' : 'INSERT OR REPLACE';
        const names = Object.keys(text);
        return knex.raw(
          `${verb} INTO audit_entries (${names.join(', ')}) VALUES (${names
            .map(() => '?')
            .join(', ')})`,
          Object.values(text) as string[],
        );
      },
    ],
    [
      'a second row after the same one',
      async knex =>
        knex('audit_entries').insert({
          ...(await knex('audit_entries').first()),
          sequence: 99,
        }),
    ],
  ])('refuses %s', async (_what, tamper) => {
    await ledger.record(REFUSAL);
    await ledger.record(REFUSAL);
    const before = await db('audit_entries').orderBy('sequence');
    await expect(tamper(db)).rejects.toMatchObject({
      message: expect.stringMatching(/append-only|unique|duplicate/i),
    });
    expect(await db('audit_entries').orderBy('sequence')).toEqual(before);
  });

  it('lists what matches, newest first, page by page', async () => {
    for (let index = 0; index < 5; index += 1)
      await ledger.record({ ...REFUSAL, reason: `r${index}` });
    await ledger.record({ ...REFUSAL, actor: 'user:default/grace' });
    const first = await ledger.list(
      { actor: 'user:default/ada' },
      { limit: 3 },
    );
    expect(first.items.map(entry => entry.reason)).toEqual(['r4', 'r3', 'r2']);
    const second = await ledger.list(
      { actor: 'user:default/ada' },
      { limit: 3, before: Number(first.nextCursor) },
    );
    expect(second.items.map(entry => entry.reason)).toEqual(['r1', 'r0']);
    expect(second.nextCursor).toBeUndefined();
    expect(
      (await ledger.list({ from: new Date(Date.now() + 60_000) }, { limit: 3 }))
        .items,
    ).toEqual([]);
    expect(
      (await ledger.list({ to: new Date(Date.now() + 60_000) }, { limit: 10 }))
        .items,
    ).toHaveLength(6);
  });

  it('lists an entry among its neighbours', async () => {
    for (let index = 0; index < 40; index += 1) await ledger.record(REFUSAL);
    const around = async (near: number) => {
      const { items } = await ledger.list({ near }, { limit: 100 });
      const sequences = items.map(entry => entry.sequence);
      return { from: sequences.at(-1), to: sequences[0] };
    };
    expect(await around(20)).toEqual({ from: 8, to: 32 });
    expect(await around(1)).toEqual({ from: 1, to: 13 });
    expect(await around(50)).toEqual({ from: 38, to: 40 });
    expect(await around(60)).toEqual({});
  });

  it('lists a stretch of time page by page, although the clock of one replica is behind', async () => {
    const minutes = [0, 1, 2, 2, 5, 3, 4, 6]; // of each entry, in the order of the chain
    const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 10, minute));
    const times = minutes.map(at);
    const replicas = new AuditLedger({
      db,
      clock: () => times.shift()!,
      logger: mockServices.logger.mock(),
    });
    for (const _ of minutes) await replicas.record(REFUSAL);

    for (const actor of [undefined, REFUSAL.actor]) {
      const seen: number[] = [];
      let before: number | undefined;
      do {
        const page = await ledger.list(
          { actor, from: at(1), to: at(5) },
          { limit: 2, before },
        );
        seen.push(...page.items.map(entry => entry.sequence));
        before = page.nextCursor ? Number(page.nextCursor) : undefined;
      } while (before);
      expect(seen).toEqual([5, 7, 6, 4, 3, 2]);
    }
    const beyond = await ledger.list({ to: at(5) }, { limit: 2, before: 8 });
    expect(beyond.items.map(entry => entry.sequence)).toEqual([5, 7]);
  });
});
