import { TestDatabases } from '@backstage/backend-test-utils';
import {
  newKey,
  type Portal,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const RUN_NOW = { method: 'POST', path: '/api/2.2/jobs/run-now' };

describe.each(databases.eachSupportedId())(
  'One request, one run, on %s',
  databaseId => {
    const simulators = useSimulators();
    let portal: Portal;
    beforeEach(async () => {
      portal = await startPortal({
        databases,
        databaseId,
        simulators: simulators(),
      });
    });
    afterEach(() => portal?.close());

    it.each([true, false])(
      '50 times the same key at once is one job (idempotency of the platform: %s)',
      async idempotency => {
        await portal.simulators.databricks.setIdempotency(idempotency);
        const idempotencyKey = newKey();
        const answers = await Promise.all(
          Array.from({ length: 50 }, () =>
            portal.train('ada', { idempotencyKey }),
          ),
        );
        expect(new Set(answers.map(answer => answer.status))).toEqual(
          new Set([202]),
        );
        expect(new Set(answers.map(answer => answer.body.id)).size).toBe(1);
        expect(
          await portal.simulators.databricks.requests(RUN_NOW),
        ).toHaveLength(1);
        expect(await portal.entries({ code: 'run.replayed' })).toHaveLength(49);
      },
    );

    it('50 keys at once under a limit of 2 are two jobs', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => portal.train('ada')),
      );
      expect(answers.filter(answer => answer.status === 202)).toHaveLength(2);
      const refused = answers.filter(answer => answer.status === 409);
      expect(new Set(refused.map(answer => answer.body.error.code))).toEqual(
        new Set(['concurrent-runs-limit']),
      );
      expect(await portal.simulators.databricks.requests(RUN_NOW)).toHaveLength(
        2,
      );
    });

    it("one exchange each when several people ask ten times at once, and nobody gets another one's", async () => {
      const asked = ['ada', 'grace'] as const;
      const forms = { ada: 'fraud-detector', grace: 'growth-uplift' };
      const answers = await Promise.all(
        asked.flatMap(person =>
          Array.from({ length: 10 }, () =>
            portal.call(
              person,
              'GET',
              `/v1/models/resource/default/${forms[person]}/actions/train`,
            ),
          ),
        ),
      );
      expect(new Set(answers.map(answer => answer.status))).toEqual(
        new Set([200]),
      );
      expect(
        await portal.simulators.databricks.requests({ path: '/oidc/v1/token' }),
      ).toHaveLength(2);
      const issued = await portal.entries({ code: 'credential.issued' });
      expect(
        issued.map(entry => [entry.actor, entry.principal]).sort(),
      ).toEqual(
        asked.map(person => [
          `user:default/${person}`,
          `${person}@acme.example`,
        ]),
      );
    });

    it("the same key of another person is that person's own", async () => {
      const idempotencyKey = newKey();
      const ada = await portal.train('ada', { idempotencyKey });
      const grace = await portal.train('grace', {
        idempotencyKey,
        entityRef: 'resource:default/growth-uplift',
      });
      expect(grace.status).toBe(202);
      expect(grace.body.id).not.toBe(ada.body.id);
    });

    it('a job whose answer is lost is unknown, then found by its id, never started again', async () => {
      await portal.simulators.databricks.fault({
        ...RUN_NOW,
        effect: 'drop',
        commit: true,
        count: 1,
      });
      const { status, body } = await portal.train('ada');
      expect(status).toBe(202);
      expect(body.state).toBe('unknown');
      const run = await portal.until(body.id, 'succeeded');
      const [job, ...more] = await portal.simulators.databricks.runs();
      expect(more).toEqual([]);
      expect(run.platformRunId).toBe(job.runId);
      expect(job.parameters.modelops_run_id).toBe(run.id);
      expect(await portal.simulators.databricks.requests(RUN_NOW)).toHaveLength(
        1,
      );
    });

    it('a request that is lost on its way stays unknown, and starts nothing', async () => {
      await portal.simulators.databricks.fault({
        ...RUN_NOW,
        effect: 'drop',
        count: 1,
      });
      const { body } = await portal.train('ada');
      expect(body.state).toBe('unknown');
      await portal.reconcile();
      expect(
        (await portal.call('ada', 'GET', `/v1/runs/${body.id}`)).body.state,
      ).toBe('unknown');
      expect(await portal.simulators.databricks.runs()).toEqual([]);
    });

    it('a refusal of the platform is a failed run that says why, in our words', async () => {
      await portal.simulators.databricks.fault({
        ...RUN_NOW,
        effect: 'status',
        status: 403,
        count: 1,
      });
      const { status, body } = await portal.train('ada');
      expect(status).toBe(202);
      expect(body).toMatchObject({
        state: 'failed',
        failure: { code: 'platform-permission-denied' },
      });
      expect((await portal.entries({ runId: body.id })).at(-1)).toMatchObject({
        code: 'run.failed',
        outcome: 'failed',
      });
    });

    it("a stranger's job that comes back for our id is recorded and not adopted", async () => {
      await portal.simulators.databricks.plantStrangersRun();
      const { body } = await portal.train('ada');
      expect(body).toMatchObject({
        state: 'failed',
        failure: { code: 'platform-run-not-ours' },
      });
      expect(body.platformRunId).toBeUndefined();
      expect((await portal.entries({ runId: body.id })).at(-1)).toMatchObject({
        code: 'run.not-ours',
      });
      const [strangers] = await portal.simulators.databricks.runs();
      expect(strangers.creator).toBe('mallory@acme.example');
      const cancel = await portal.call(
        'ada',
        'POST',
        `/v1/runs/${body.id}/cancel`,
      );
      expect(cancel.body.error.code).toBe('run-over');
    });

    it("a stranger's job with our id is not taken for the one whose answer was lost", async () => {
      await portal.simulators.databricks.fault({
        ...RUN_NOW,
        effect: 'drop',
        count: 1,
      });
      const { body } = await portal.train('ada');
      await portal.simulators.databricks.startStrangersRun({
        parameters: {
          epochs: '5',
          learning_rate: '0.05',
          class_weight: 'balanced',
          modelops_run_id: body.id,
        },
      });
      await portal.reconcile();
      const run = (await portal.call('ada', 'GET', `/v1/runs/${body.id}`)).body;
      expect(run.state).toBe('unknown');
      expect(run.platformRunId).toBeUndefined();
    });

    it('two clicks with two keys are two runs: the person asked twice', async () => {
      const [one, two] = await Promise.all([
        portal.train('ada'),
        portal.train('ada'),
      ]);
      expect(one.body.id).not.toBe(two.body.id);
      expect(await portal.simulators.databricks.runs()).toHaveLength(2);
    });

    it('nothing is called when the ledger cannot be written', async () => {
      await portal.call(
        'ada',
        'GET',
        '/v1/models/resource/default/fraud-detector/actions/train',
      );
      await portal.db.schema.renameTable('audit_entries', 'audit_entries_away');
      const answer = await portal.train('ada');
      expect(answer.status).toBe(503);
      expect(answer.body.error.code).toBe('audit-unavailable');
      expect(await portal.simulators.databricks.requests(RUN_NOW)).toEqual([]);
      await portal.db.schema.renameTable('audit_entries_away', 'audit_entries');
    });

    it('a lost request does not take the job of another run that looks the same', async () => {
      // A job that does not declare our parameter can be found by likeness only.
      const job = {
        settings: {
          name: 'plain-job',
          parameters: [{ name: 'epochs', default: '5' }],
        },
      };
      await portal.simulators.databricks.fault({
        path: '/api/2.2/jobs/get',
        effect: 'merge',
        json: job,
      });
      await portal.simulators.databricks.fault({
        ...RUN_NOW,
        effect: 'drop',
        count: 1,
      });
      const lost = await portal.train('ada');
      expect(lost.body.state).toBe('unknown');
      await portal.simulators.databricks.fault({
        ...RUN_NOW,
        effect: 'delay',
        commit: true,
        latencyMs: 1500,
        count: 1,
      });
      const underWay = portal.train('ada');
      while ((await portal.simulators.databricks.runs()).length === 0) {
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      await portal.reconcile();
      const { body } = await underWay;
      expect(body).toMatchObject({
        state: 'submitted',
        platformRunId: expect.any(String),
      });
      const after = await portal.call('ada', 'GET', `/v1/runs/${lost.body.id}`);
      expect(after.body.platformRunId).toBeUndefined();
    });

    it('a start that the process could not close is closed by whoever finds out', async () => {
      await portal.simulators.databricks.fault({
        ...RUN_NOW,
        effect: 'delay',
        commit: true,
        latencyMs: 3_000,
        count: 1,
      });
      const answer = portal.train('ada');
      const { id } = await untilRequested(portal);
      // Exactly what a database does that is away while the answer comes in.
      await portal.db.schema.renameTable('audit_entries', 'audit_entries_away');
      const { status, body } = await answer;
      expect(status).toBe(202);
      expect(body.state).toBe('unknown');
      await portal.db.schema.renameTable('audit_entries_away', 'audit_entries');
      await portal
        .db('runs')
        .where({ run_id: id })
        .update({ lease_owner: null, lease_expires_at: null });
      await portal.until(id, 'succeeded');
      const entries = await portal.entries({ runId: id });
      expect(entries.filter(entry => entry.outcome)).toMatchObject([
        { outcome: 'accepted', requestId: entries[0].requestId },
      ]);
    });

    it('a replica that dies while submitting leaves the run to another, which finds the one job', async () => {
      await portal.simulators.databricks.fault({
        ...RUN_NOW,
        effect: 'drop',
        commit: true,
        latencyMs: 500,
        count: 1,
      });
      const dying = portal.train('ada');
      const { id } = await untilRequested(portal);
      // What a killed process leaves behind: a row that is `requested`, and a lease that ends.
      await portal
        .db('runs')
        .where({ run_id: id })
        .update({
          lease_owner: 'a replica that died',
          lease_expires_at: new Date(0),
          next_read_at: new Date(0),
        });
      const survivor = await startPortal({
        databases,
        databaseId,
        db: portal.db,
        simulators: simulators(),
      });
      const run = await survivor.until(id, 'succeeded');
      await dying;
      const jobs = await portal.simulators.databricks.runs();
      expect(jobs.map(job => job.runId)).toEqual([run.platformRunId]);
      expect(
        (await portal.call('ada', 'GET', `/v1/runs/${id}`)).body.state,
      ).toBe('succeeded');
      await survivor.close();
    });

    it('triggering the scheduled task at any time, by anyone, on two replicas, doubles nothing', async () => {
      const other = await startPortal({
        databases,
        databaseId,
        db: portal.db,
        simulators: simulators(),
      });
      const { body } = await portal.train('ada');
      for (let round = 0; round < 10; round += 1) {
        await Promise.all([
          portal.reconcile(),
          other.reconcile(),
          portal.reconcile(),
          other.reconcile(),
        ]);
        await new Promise(resolve => setTimeout(resolve, 50));
      }
      await portal.until(body.id, 'succeeded');
      const codes = (await portal.entries({ runId: body.id })).map(
        entry => entry.code,
      );
      expect(new Set(codes).size).toBe(codes.length);
      await other.close();
    });
  },
);

/** The run of a request that is still under way, once its job exists. */
async function untilRequested(portal: Portal): Promise<{ id: string }> {
  for (;;) {
    const row = await portal.db('runs').first('run_id');
    if (row && (await portal.simulators.databricks.runs()).length > 0)
      return { id: row.run_id };
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
