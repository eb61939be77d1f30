import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { scopeOf } from '../access/ruleScope';
import { AuditLedger } from '../audit/AuditLedger';
import { openDatabase } from '../database/migrate';
import { PredictionsLimitError } from '../errors';
import { countCall } from './PredictionCalls';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

const START = Date.parse('2026-11-22T08:00:00.000Z');
const counts = scopeOf({
  actions: ['predict'],
  resources: ['desk:endpoint/fraud-*'],
  environments: ['production'],
});

describe.each(databases.eachSupportedId())(
  'Calls to served models on %s',
  databaseId => {
    let db: Knex;
    let replicas: AuditLedger[];
    beforeEach(async () => {
      db = await databases.init(databaseId);
      await openDatabase(
        mockServices.database({ knex: db, migrations: { skip: false } }),
      );
      replicas = [1, 2].map(
        () =>
          new AuditLedger({
            db,
            clock: () => new Date(),
            logger: mockServices.logger.mock(),
          }),
      );
    });

    /** Asks as the service does; false if that was one too many. */
    async function ask(
      options: {
        ledger?: AuditLedger;
        who?: string;
        at?: number;
        resource?: string;
        environment?: string;
        most?: number;
      } = {},
    ): Promise<boolean> {
      const askedBy = options.who ?? 'user:default/ada';
      const { most = 5 } = options;
      const call = {
        askedBy,
        askedAt: new Date(START + (options.at ?? 0)),
        connection: 'desk',
        resource: options.resource ?? 'endpoint/fraud-detector',
        environment: options.environment ?? 'production',
      };
      try {
        await (options.ledger ?? replicas[0]).commit(
          async tx => {
            if ((await countCall(tx, call, counts)) > most)
              throw new PredictionsLimitError('tester', most);
            return { actor: askedBy, code: 'prediction.requested' };
          },
          askedBy,
          'apart',
        );
        return true;
      } catch (error) {
        if (error instanceof PredictionsLimitError) return false;
        throw error;
      }
    }

    it('are never more than allowed, however many ask at once on two replicas', async () => {
      const asked = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          ask({
            ledger: replicas[index % 2],
            who: `user:default/${index % 5 === 4 ? 'grace' : 'ada'}`,
          }),
        ),
      );
      expect(asked.filter(Boolean)).toHaveLength(10);
      const rows = await db('audit_entries').select('actor');
      expect(rows.map(row => row.actor).sort()).toEqual([
        ...Array.from({ length: 5 }, () => 'user:default/ada'),
        ...Array.from({ length: 5 }, () => 'user:default/grace'),
      ]);
      expect(await db('prediction_calls')).toHaveLength(10);
    });

    it('count for a minute, and one too many does not count', async () => {
      for (let second = 0; second < 5; second += 1)
        expect(await ask({ at: second * 1_000 })).toBe(true);
      for (let more = 0; more < 5; more += 1)
        expect(await ask({ at: 59_999 })).toBe(false);
      expect(await ask({ at: 60_000 })).toBe(true);
      expect(await ask({ at: 60_001 })).toBe(false);
      expect(await db('prediction_calls')).toHaveLength(5);
    });

    it.each([
      ['another endpoint', { resource: 'endpoint/other' }],
      ['an endpoint elsewhere', { environment: 'staging' }],
    ])('do not count where the rule does not reach: %s', async (_, other) => {
      for (let call = 0; call < 3; call += 1) await ask({ ...other, most: 99 });
      for (let call = 0; call < 5; call += 1) expect(await ask()).toBe(true);
      expect(await ask()).toBe(false);
    });
  },
);
