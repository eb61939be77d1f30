import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { AuditVerification } from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import {
  auditConfig,
  type KeptLedger,
  newSigningKey,
  startLedger,
} from './__testUtils__/keptLedger';
import { dropTriggers, rewriteFrom } from './__testUtils__/tampering';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

/** Entry 1 names the key; 2 to 20 are sealed; 21 to 30 are not. */
const SEALED = 20;
const NEWEST = 30;

type Found = Partial<NonNullable<AuditVerification['problem']>>;
const forge = (entry: Record<string, unknown>) => {
  entry.actor = 'user:default/mallory';
};

describe.each(databases.eachSupportedId())(
  'A ledger that its database owner has changed, on %s',
  databaseId => {
    let db: Knex;
    let folder: string;
    let ledger: KeptLedger;
    const signingKey = newSigningKey();
    const config = () =>
      auditConfig({
        keys: { signingKey, trustedKeys: [] },
        sinks: [
          { id: 'disk', kind: 'file', file: join(folder, 'checkpoints.jsonl') },
        ],
      });

    beforeEach(async () => {
      db = await databases.init(databaseId);
      folder = mkdtempSync(join(tmpdir(), 'modelops-tamper-'));
      ledger = await startLedger(db, config());
      await ledger.write(SEALED - 1);
      await ledger.sealer.seal('now');
      await ledger.delivery.deliver();
      await ledger.write(NEWEST - SEALED);
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('is intact and anchored when nobody did', async () => {
      expect(await ledger.verifier.verify()).toEqual({
        intact: true,
        fromSequence: 1,
        toSequence: NEWEST,
        strength: 'anchored',
        anchoredSequence: SEALED,
        unanchoredEntries: NEWEST - SEALED,
        newestCheckpoint: {
          sequence: SEALED,
          time: expect.any(String),
          keyId: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        archivedEntries: 0,
        sinks: [{ id: 'disk', kind: 'file', deliveredSequence: SEALED }],
      });
    });

    it.each<[string, (knex: Knex) => Promise<unknown>, Found]>([
      [
        'changed content',
        knex =>
          knex('audit_entries')
            .where({ sequence: 7 })
            .update({ canonical: '{"actor":"user:default/mallory"}' }),
        { kind: 'changed', sequence: 7 },
      ],
      [
        'content and hash that fit, in one entry',
        knex =>
          rewriteFrom(knex, 7, entry =>
            entry.sequence === 7 ? forge(entry) : undefined,
          ),
        { kind: 'forked', sequence: 1, toSequence: SEALED },
      ],
      [
        'a column by which a search would miss it',
        knex =>
          knex('audit_entries')
            .where({ sequence: 9 })
            .update({ actor: 'user:default/mallory' }),
        { kind: 'changed', sequence: 9 },
      ],
      [
        'a time that is none',
        knex =>
          knex('audit_entries')
            .where({ sequence: 9 })
            .update({
              time:
                databaseId === 'SQLITE_3' ? 'never' : knex.raw("'infinity'"),
            }),
        { kind: 'changed', sequence: 9 },
      ],
      [
        'one entry deleted',
        knex => knex('audit_entries').where({ sequence: 8 }).delete(),
        { kind: 'missing', sequence: 8, toSequence: 8 },
      ],
      [
        'several entries deleted',
        knex => knex('audit_entries').whereBetween('sequence', [3, 6]).delete(),
        { kind: 'missing', sequence: 3, toSequence: 6 },
      ],
      [
        'two entries swapped',
        async knex => {
          const move = (from: number, to: number) =>
            knex('audit_entries')
              .where({ sequence: from })
              .update({ sequence: to });
          await move(5, 999);
          await move(6, 5);
          await move(999, 6);
        },
        { kind: 'reordered', sequence: 5 },
      ],
      [
        'an entry slipped in at the end',
        async knex => {
          const row = await knex('audit_entries')
            .where({ sequence: 4 })
            .first();
          await knex('audit_entries').insert({
            ...row,
            time: new Date(row.time),
            sequence: NEWEST + 1,
            previous_hash: 'f'.repeat(64),
          });
        },
        { kind: 'reordered', sequence: NEWEST + 1 },
      ],
      [
        'everything deleted',
        knex => knex('audit_entries').delete(),
        { kind: 'tail-cut', sequence: 1, toSequence: NEWEST },
      ],
      [
        'a truncated table',
        async knex => knex('audit_entries').truncate(),
        { kind: 'tail-cut', sequence: 1, toSequence: NEWEST },
      ],
      [
        'the tail cut before the checkpoint',
        knex => knex('audit_entries').where('sequence', '>', 15).delete(),
        { kind: 'tail-cut', sequence: 16, toSequence: NEWEST },
      ],
      [
        'the tail cut after the checkpoint',
        knex => knex('audit_entries').where('sequence', '>', 25).delete(),
        { kind: 'tail-cut', sequence: 26, toSequence: NEWEST },
      ],
      [
        'the whole chain rewritten',
        knex => rewriteFrom(knex, 1, forge),
        { kind: 'forked', sequence: 1, toSequence: SEALED },
      ],
      [
        'the end rewritten that no checkpoint covers yet',
        knex => rewriteFrom(knex, 25, forge),
        { kind: 'forked', sequence: SEALED + 1, toSequence: NEWEST },
      ],
    ])(
      'is found by the backend that runs: %s',
      async (_what, tamper, found) => {
        await dropTriggers(db);
        await tamper(db);
        expect(await ledger.verifier.verify()).toMatchObject({
          intact: false,
          problem: found,
        });
      },
    );

    it('misses nothing when the checkpoints in the database are gone but those outside are not', async () => {
      await dropTriggers(db);
      await db('audit_checkpoints').delete();
      expect(await ledger.verifier.verify()).toMatchObject({
        intact: true,
        strength: 'anchored',
      });
    });

    it('is found after a restart, by what is kept outside: the chain and its checkpoints made anew with another key', async () => {
      const restoreTriggers = await dropTriggers(db);
      await rewriteFrom(db, 1, forge);
      await db('audit_checkpoints').delete();
      await db('audit_keys').delete();
      await restoreTriggers();
      const forger = await startLedger(
        db,
        auditConfig({ keys: { signingKey: newSigningKey(), trustedKeys: [] } }),
      );
      await forger.sealer.seal('now');
      expect((await forger.verifier.verify()).intact).toBe(true);
      const { verifier } = await startLedger(db, config());
      expect(await verifier.verify()).toMatchObject({
        intact: false,
        strength: 'internal',
        problem: { kind: 'forked', sequence: 1, toSequence: SEALED },
      });
    });

    it('is found after a restart without a sink too, if the key is not in the database', async () => {
      const restoreTriggers = await dropTriggers(db);
      await rewriteFrom(db, 1, forge);
      await db('audit_checkpoints').delete();
      await restoreTriggers();
      const forger = await startLedger(
        db,
        auditConfig({ keys: { signingKey: newSigningKey(), trustedKeys: [] } }),
      );
      await forger.sealer.seal('now');
      const { verifier } = await startLedger(
        db,
        auditConfig({ keys: { signingKey, trustedKeys: [] } }),
      );
      expect(await verifier.verify()).toMatchObject({
        intact: false,
        problem: { kind: 'checkpoint-invalid', sequence: NEWEST + 1 },
      });
    });

    it('is found after a restart: a tail that was cut before the checkpoint, even when new entries stand there now', async () => {
      await dropTriggers(db);
      await db('audit_entries').where('sequence', '>', 15).delete();
      const restarted = await startLedger(db, config());
      await restarted.write(10);
      expect((await restarted.verifier.verify()).problem).toMatchObject({
        kind: 'forked',
        toSequence: SEALED,
      });
    });

    it('is not signed over: no checkpoint covers entries that are not what they were', async () => {
      await dropTriggers(db);
      await db('audit_entries').where({ sequence: 27 }).update({ actor: 'x' });
      await ledger.sealer.seal('now');
      expect((await ledger.store.findNewest())?.body.sequence).toBe(SEALED);
      expect(ledger.logger.error).toHaveBeenCalledWith(
        expect.stringContaining('Entry 27 was changed'),
      );
    });

    it('is not signed over: no checkpoint covers what is left of a tail that was cut', async () => {
      await dropTriggers(db);
      await db('audit_entries').where('sequence', '>', 25).delete();
      await ledger.sealer.seal('now');
      await db('audit_entries').where('sequence', '>', 15).delete();
      const restarted = await startLedger(db, config());
      await restarted.sealer.seal('now');
      expect((await ledger.store.findNewest())?.body.sequence).toBe(SEALED);
      for (const { logger } of [ledger, restarted]) {
        expect(logger.error).toHaveBeenCalledWith(
          expect.stringContaining('entries were cut off at the end'),
        );
      }
    });

    it('is signed over in full view: a checkpoint on top of one with a strange key leaves a line in the log', async () => {
      await dropTriggers(db);
      await db('audit_checkpoints').delete();
      const forger = await startLedger(
        db,
        auditConfig({ keys: { signingKey: newSigningKey(), trustedKeys: [] } }),
      );
      await forger.sealer.seal('now');
      const restarted = await startLedger(
        db,
        auditConfig({ keys: { signingKey, trustedKeys: [] } }),
      );
      await restarted.write(1);
      await restarted.sealer.seal('now');
      expect(restarted.logger.error).toHaveBeenCalledWith(
        expect.stringContaining(
          'is signed with a key that app-config does not',
        ),
      );
    });

    it('says where its triggers were off, even if they are back and the entries are as they were', async () => {
      const restoreTriggers = await dropTriggers(db);
      await ledger.sealer.seal('now');
      await restoreTriggers();
      expect(await ledger.verifier.verify()).toMatchObject({
        intact: false,
        problem: {
          kind: 'checking-off',
          sequence: SEALED + 1,
          toSequence: NEWEST,
        },
      });
    });

    it('says where a checkpoint was taken out', async () => {
      await ledger.sealer.seal('now');
      await ledger.write(5);
      await ledger.sealer.seal('now');
      await dropTriggers(db);
      await db('audit_checkpoints').where({ sequence: NEWEST }).delete();
      expect((await ledger.verifier.verify()).problem).toMatchObject({
        kind: 'checking-off',
        sequence: SEALED + 1,
        toSequence: NEWEST + 5,
      });
    });
  },
);
