import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import {
  auditConfig,
  type KeptLedger,
  newSigningKey,
  startLedger,
} from './__testUtils__/keptLedger';
import { dropTriggers } from './__testUtils__/tampering';
import { canonicalJson, hashOf } from './auditEntry';
import type { Segment } from './checkpoints/statements';
import { SigningKey } from './checkpoints/SigningKey';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const DAY_MS = 24 * 60 * 60_000;

/** Entry 1 names the key; 2 to 10 are sealed; 11 and 12 are not. */
const SEALED = 10;
const NEWEST = 12;

const REFUSED = { message: expect.stringContaining('append-only') };

describe.each(databases.eachSupportedId())(
  'Whoever has the rights of the application, triggers in place, on %s',
  databaseId => {
    let db: Knex;
    let folder: string;
    let ledger: KeptLedger;
    const time = { now: 0 };

    beforeEach(async () => {
      db = await databases.init(databaseId);
      folder = mkdtempSync(join(tmpdir(), 'modelops-attack-'));
      time.now = Date.parse('2026-01-01T00:00:00Z');
      ledger = await startLedger(
        db,
        auditConfig({
          keys: { signingKey: newSigningKey(), trustedKeys: [] },
          sinks: [
            { id: 'disk', kind: 'file', file: join(folder, 'kept.jsonl') },
          ],
          retention: { keepMs: 30 * DAY_MS, folder },
        }),
        () => new Date(time.now),
      );
      await ledger.write(SEALED - 1);
      await ledger.sealer.seal('now');
      await ledger.delivery.deliver();
      time.now += 20 * DAY_MS;
      await ledger.write(NEWEST - SEALED);
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** A row that is good in itself. */
    const putEntry = async (sequence: number) => {
      const row = await db('audit_entries').orderBy('sequence', 'desc').first();
      const previousHash = 'e'.repeat(64);
      const canonical = canonicalJson({
        ...JSON.parse(row.canonical),
        actor: 'user:default/innocent',
        sequence,
        previousHash,
      });
      await db('audit_entries').insert({
        ...row,
        sequence,
        time: new Date(row.time),
        actor: 'user:default/innocent',
        canonical,
        previous_hash: previousHash,
        hash: hashOf(canonical),
      });
    };
    /** SQLite refuses it, so there only the owner can. PostgreSQL takes it. */
    const slipIn = async (sequence: number) => {
      if (databaseId !== 'SQLITE_3') {
        await putEntry(sequence);
        return;
      }
      await expect(putEntry(sequence)).rejects.toMatchObject(REFUSED);
      const restoreTriggers = await dropTriggers(db);
      await putEntry(sequence);
      await restoreTriggers();
    };
    const putKey = async (key: SigningKey) =>
      db('audit_keys').insert({
        key_id: key.publicKey.id,
        public_key: key.publicKey.toBase64(),
        origin: 'configured',
        created_at: new Date(),
      });
    const putStub = async (lastSequence: number, key: SigningKey) => {
      const stub = key.sign<Segment>({
        type: 'modelops-segment',
        firstSequence: 1,
        lastSequence,
        previousHash: '0'.repeat(64),
        lastHash: (
          await db('audit_entries').where({ sequence: lastSequence }).first()
        ).hash,
        file: `audit-1-${lastSequence}.jsonl`,
        fileSha256: 'a'.repeat(64),
        time: new Date(time.now).toISOString(),
        keyId: key.publicKey.id,
      });
      await db('audit_segments').insert({
        first_sequence: 1,
        last_sequence: lastSequence,
        body: canonicalJson(stub.body),
        signature: stub.signature,
        key_id: stub.body.keyId,
      });
    };
    const putCheckpoint = (sequence: number, body: string) =>
      db('audit_checkpoints').insert({
        sequence,
        body,
        signature: 'AAAA',
        key_id: 'x',
        previous: 'd'.repeat(64),
        time: new Date(time.now),
      });

    it('cannot slip an entry in before the first', async () => {
      await slipIn(-1);
      expect(await ledger.verifier.verify()).toMatchObject({
        intact: false,
        problem: { kind: 'reordered', sequence: -1 },
      });
    });

    it('cannot slip an entry in where others were archived', async () => {
      time.now += 15 * DAY_MS;
      await ledger.archive!.archive();
      expect((await ledger.verifier.verify()).archivedEntries).toBe(SEALED);
      await slipIn(5);
      expect(await ledger.verifier.verify()).toMatchObject({
        intact: false,
        problem: { kind: 'forked', sequence: 5, toSequence: SEALED },
      });
    });

    it('cannot be rid of entries with a key and a stub of their own', async () => {
      const key = new SigningKey(newSigningKey());
      await putKey(key);
      await putStub(NEWEST - 1, key);
      await db('audit_entries').where('sequence', '<', NEWEST).delete();
      expect(await ledger.verifier.verify()).toMatchObject({
        intact: false,
        strength: 'internal',
        problem: {
          kind: 'checkpoint-invalid',
          sequence: 1,
          toSequence: NEWEST - 1,
        },
      });
    });

    it('cannot make the portal remove entries for them', async () => {
      const key = new SigningKey(newSigningKey());
      await putKey(key);
      await putStub(NEWEST - 1, key);
      await ledger.archive!.archive();
      expect(await db('audit_entries')).toHaveLength(NEWEST);
      expect(ledger.logger.error).toHaveBeenCalledWith(
        expect.stringContaining('is not signed with a trusted key'),
      );
    });

    it('stops nothing with what is no key', async () => {
      await db('audit_keys').insert({
        key_id: 'x',
        public_key: 'no key',
        origin: 'configured',
        created_at: new Date(),
      });
      await ledger.sealer.seal('now');
      await ledger.delivery.deliver();
      expect(await ledger.verifier.verify()).toMatchObject({
        intact: true,
        anchoredSequence: NEWEST,
      });
    });

    it.each<[string, (sealed: object) => unknown]>([
      ['no statement', () => null],
      ['unsigned', sealed => ({ ...sealed, sequence: 1_000 })],
      ['for another place', sealed => sealed],
    ])(
      'does not pass for somebody who saw entries cut off: a checkpoint that is %s',
      async (_what, forge) => {
        const { body } = (await ledger.store.findNewest())!;
        await putCheckpoint(1_000, JSON.stringify(forge(body)));
        expect(await ledger.verifier.verify()).toMatchObject({
          intact: false,
          strength: 'anchored',
          anchoredSequence: SEALED,
          problem: { kind: 'checkpoint-invalid', sequence: 1_000 },
        });
        await ledger.sealer.seal('now');
        expect(ledger.logger.error).toHaveBeenCalledWith(
          expect.stringContaining('not signed with a key of ours'),
        );
        expect(readdirSync(folder)).toContain('kept.jsonl');
      },
    );
  },
);
