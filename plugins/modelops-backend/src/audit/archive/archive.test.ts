import { createHash } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { verifyFiles } from '../../commands/verifyFiles';
import {
  auditConfig,
  type KeptLedger,
  newSigningKey,
  startLedger,
} from '../__testUtils__/keptLedger';
import { dropTriggers } from '../__testUtils__/tampering';
import { SigningKey } from '../checkpoints/SigningKey';
import { exportLines } from '../export/exportLines';
import { writeArchive } from './writeArchive';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const DAY_MS = 24 * 60 * 60_000;

describe.each(databases.eachSupportedId())('Retention on %s', databaseId => {
  let db: Knex;
  let folder: string;
  let ledger: KeptLedger;
  const time = { now: 0 };
  const signingKey = newSigningKey();
  const start = () =>
    startLedger(
      db,
      auditConfig({
        keys: { signingKey, trustedKeys: [] },
        retention: { keepMs: 30 * DAY_MS, folder },
      }),
      () => new Date(time.now),
    );

  beforeEach(async () => {
    db = await databases.init(databaseId);
    folder = mkdtempSync(join(tmpdir(), 'modelops-archive-'));
    time.now = Date.parse('2026-01-01T00:00:00Z');
    ledger = await start();
    await ledger.write(9);
    await ledger.sealer.seal('now'); // on entry 10
    time.now += 20 * DAY_MS;
    await ledger.write(5);
    await ledger.sealer.seal('now'); // on entry 15
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const sequences = async () =>
    (await db('audit_entries').orderBy('sequence')).map(row =>
      Number(row.sequence),
    );

  const exportAll = () =>
    exportLines(
      { ledger: ledger.ledger, store: ledger.store },
      { filter: {}, asked: {}, to: 16, at: new Date(time.now) },
    );

  it('keeps everything until it is old enough', async () => {
    await ledger.archive!.archive();
    expect(await sequences()).toHaveLength(15);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('moves old entries up to a checkpoint to a file, and what is left verifies', async () => {
    time.now += 11 * DAY_MS;
    await ledger.archive!.archive();
    expect(await sequences()).toEqual([11, 12, 13, 14, 15, 16]);
    expect(readdirSync(folder)).toEqual(['audit-1-10.jsonl']);
    expect(await ledger.verifier.verify()).toMatchObject({
      intact: true,
      fromSequence: 11,
      toSequence: 16,
      archivedEntries: 10,
    });
    const { items } = await ledger.ledger.list({}, { limit: 1 });
    expect(items).toMatchObject([{ code: 'audit.archived', count: 10 }]);
    // Nothing more is old enough, and nothing is archived twice.
    await ledger.archive!.archive();
    expect(readdirSync(folder)).toHaveLength(1);
    time.now += 30 * DAY_MS;
    await ledger.archive!.archive();
    expect(await sequences()).toEqual([16, 17]);
    expect((await ledger.verifier.verify()).intact).toBe(true);
  });

  it('leaves files that verify without the database, together with an export and without', async () => {
    time.now += 11 * DAY_MS;
    await ledger.archive!.archive();
    const exported = join(folder, 'export.jsonl');
    const lines: string[] = [];
    for await (const line of exportAll()) lines.push(line);
    writeFileSync(exported, `${lines.join('\n')}\n`);
    const archive = join(folder, 'audit-1-10.jsonl');
    const { publicKey } = new SigningKey(signingKey);
    const verify = (...files: string[]) =>
      verifyFiles({ files, checkpointFiles: [], trustedKeys: [publicKey] });
    expect(await verify(archive, exported)).toMatchObject({
      intact: true,
      fromSequence: 1,
      toSequence: 16,
    });
    expect(await verify(exported)).toMatchObject({
      intact: true,
      fromSequence: 11,
      archivedEntries: 10,
    });
  });

  it('ends what a crash between file, stub and removal left, whichever replica comes next', async () => {
    time.now += 11 * DAY_MS;
    // Killed while writing.
    writeFileSync(join(folder, 'audit-1-10.jsonl.partial'), 'half a li');
    const restarted = await start();
    await Promise.all([
      restarted.archive!.archive(),
      ledger.archive!.archive(),
    ]);
    expect((await sequences())[0]).toBe(11);
    expect(await db('audit_segments')).toHaveLength(1);
    // Killed after the stub, before all rows were gone.
    const [row] = await db('audit_entries').where({ sequence: 11 });
    const restore = await dropTriggers(db);
    await db('audit_entries').insert({
      ...row,
      time: new Date(row.time),
      sequence: 10,
      previous_hash: 'e'.repeat(64),
    });
    await restore();
    await restarted.archive!.archive();
    expect((await sequences())[0]).toBe(11);
    expect((await restarted.verifier.verify()).intact).toBe(true);
  });

  it('goes by the age of the entries too: the clock of a replica may have been behind when it sealed', async () => {
    time.now += 11 * DAY_MS;
    await ledger.write(1);
    time.now -= 300 * DAY_MS;
    await ledger.sealer.seal('now');
    time.now += 300 * DAY_MS;
    await ledger.archive!.archive();
    expect((await sequences())[0]).toBe(11);
  });

  it('leaves no hole in what is exported meanwhile: that export fails', async () => {
    time.now += 11 * DAY_MS;
    const lines = exportAll();
    let line = await lines.next();
    while (!line.value.startsWith('{"hash"')) line = await lines.next();
    await ledger.archive!.archive();
    const rest = async () => {
      while (!line.done) line = await lines.next();
    };
    await expect(rest()).rejects.toThrow('archived while they were read');
  });

  it('raises no false alarm when entries are archived while they are verified', async () => {
    time.now += 11 * DAY_MS;
    const archiving = await start();
    // At the worst moment: the stubs have been read, and the entries have not.
    const { listSegments } = ledger.store;
    jest
      .spyOn(ledger.store, 'listSegments')
      .mockImplementationOnce(async () => {
        const stubs = await listSegments.call(ledger.store);
        await archiving.archive!.archive();
        return stubs;
      });
    expect(await ledger.verifier.verify()).toMatchObject({
      intact: true,
      fromSequence: 11,
      archivedEntries: 10,
    });
  });

  it('verifies what a crash left of archived entries, in the database and without it', async () => {
    const rows = await db('audit_entries').whereIn('sequence', [8, 9, 10]);
    time.now += 11 * DAY_MS;
    await ledger.archive!.archive();
    const restore = await dropTriggers(db);
    await db('audit_entries').insert(
      rows.map(row => ({ ...row, time: new Date(row.time) })),
    );
    await restore();
    expect(await ledger.verifier.verify()).toMatchObject({
      intact: true,
      fromSequence: 8,
      toSequence: 16,
    });
    const file = join(folder, 'export.jsonl');
    let text = '';
    for await (const line of exportAll()) text += `${line}\n`;
    writeFileSync(file, text);
    expect(
      await verifyFiles({
        files: [file],
        checkpointFiles: [],
        trustedKeys: [new SigningKey(signingKey).publicKey],
      }),
    ).toMatchObject({ intact: true, fromSequence: 8, toSequence: 16 });
  });

  it('archives nothing that is not what was sealed', async () => {
    time.now += 11 * DAY_MS;
    await dropTriggers(db);
    await db('audit_entries').where({ sequence: 4 }).update({ actor: 'x' });
    await ledger.archive!.archive();
    expect(await sequences()).toHaveLength(15);
    expect(await db('audit_segments')).toEqual([]);
    expect(ledger.logger.error).toHaveBeenCalledWith(
      expect.stringContaining('Entry 4 was changed'),
    );
  });

  it('keeps the entries when the folder cannot be written', async () => {
    time.now += 11 * DAY_MS;
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file where the folder should be');
    await ledger.archive!.archive();
    expect(await sequences()).toHaveLength(15);
    expect(ledger.logger.error).toHaveBeenCalledWith(
      expect.stringContaining('could not be archived, so they stay'),
    );
  });

  it('finds a stub that an application wrote to be rid of entries', async () => {
    await db('audit_segments').insert({
      first_sequence: 1,
      last_sequence: 12,
      body: JSON.stringify({
        ...(await ledger.store.findNewest())!.body,
        type: 'modelops-segment',
        firstSequence: 1,
        lastSequence: 12,
        previousHash: '0'.repeat(64),
        lastHash: (
          await db('audit_entries').where({ sequence: 12 }).first()
        ).hash,
        file: 'audit-1-12.jsonl',
      }),
      signature: 'AAAA',
      key_id: 'x',
    });
    await db('audit_entries').where('sequence', '<=', 12).delete();
    expect((await ledger.verifier.verify()).problem).toMatchObject({
      kind: 'checkpoint-invalid',
      sequence: 1,
      toSequence: 12,
    });
  });
});

describe.each(databases.eachSupportedId())(
  'What vouches for the ledger, on %s',
  databaseId => {
    it.each(['audit_checkpoints', 'audit_keys'])(
      'cannot be changed or taken out of %s by the application',
      async table => {
        const db = await databases.init(databaseId);
        const ledger = await startLedger(db);
        await ledger.sealer.seal('now');
        const before = await db(table);
        expect(before).toHaveLength(1);
        await expect(db(table).delete()).rejects.toMatchObject({
          message: expect.stringContaining('append-only'),
        });
        await expect(db(table).update({ key_id: 'x' })).rejects.toMatchObject({
          message: expect.stringContaining('append-only'),
        });
        expect(await db(table)).toEqual(before);
      },
    );
  },
);

it('A file that a slower replica is still writing is not the file of the faster one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelops-archive-'));
  const file = join(folder, 'audit-1-2.jsonl');
  const slower: { fails?: Promise<unknown> } = {};
  async function* breaksOff() {
    yield 'half';
    throw new Error('entries are gone');
  }
  async function* lines() {
    yield 'first'.repeat(100_000); // on the disk by now
    slower.fails = writeArchive(file, breaksOff()).catch(error => error);
    await slower.fails;
    yield 'second';
  }
  const sha256 = await writeArchive(file, lines());
  expect(await slower.fails).toMatchObject({ message: 'entries are gone' });
  expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(
    sha256,
  );
  expect(readdirSync(folder)).toEqual(['audit-1-2.jsonl']);
  rmSync(folder, { recursive: true });
});
