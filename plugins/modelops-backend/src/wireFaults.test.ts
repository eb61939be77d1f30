import {
  type TestDatabaseId,
  TestDatabases,
} from '@backstage/backend-test-utils';
import type { ErrorCode } from 'backstage-plugin-modelops-common';
import type { WireEffect } from 'modelops-simulators';
import { newKey } from './__testUtils__/portal';
import {
  BREAKS,
  expectReadUpTo,
  FLOOD,
  soon,
  useWiredPortal,
  WIRE,
} from './__testUtils__/wiredPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const FORM = '/v1/models/resource/default/fraud-detector/actions/train';
const RUN_NOW = { method: 'POST', path: '/api/2.2/jobs/run-now' };
/** Longest answers read. */
const TOKEN_BYTES = 64 * 1024;
const ANSWER_BYTES = 4 * 1024 * 1024;

const { LOST, UNANSWERED, CUT } = BREAKS;
const TEN_MB: WireEffect = { effect: 'flood', bytes: 10 * 1024 * 1024 };

describe('A wire that breaks before a run is recorded', () => {
  const portal = useWiredPortal(databases, 'SQLITE_3');

  /** What comes of a start, and of one more when the wire is mended. */
  async function startTwice() {
    const { status, body } = await soon(portal().train('ada'));
    const { outcome, refusalCode } = (await portal().entries()).at(-1)!;
    const { databricks } = portal().simulators;
    const sent = await databricks.requests(RUN_NOW);
    portal().wire.clearFaults();
    await portal().wire.accept();
    const next = await portal().train('ada');
    expect(await databricks.runs()).toHaveLength(1);
    return {
      first: { status, code: body.error.code },
      recorded: { outcome, refusalCode },
      sent,
      next: next.body.state,
    };
  }

  const refused = (code: ErrorCode, outcome: 'refused' | 'failed') => ({
    first: { status: 503, code },
    recorded: { outcome, refusalCode: code },
    sent: [],
    next: 'submitted',
  });
  const NO_TOKEN = refused('exchange-unreachable', 'refused');
  const NO_ANSWER = refused('platform-unreachable', 'failed');

  it.each<[string, string, WireEffect, object]>([
    ['the token exchange is lost on its way', WIRE.token, LOST, NO_TOKEN],
    ['the token is cut', WIRE.token, CUT, NO_TOKEN],
    ['the who-am-I is not answered', WIRE.whoAmI, UNANSWERED, NO_ANSWER],
    ['the form is lost on its way', WIRE.job, LOST, NO_ANSWER],
    ['the form is cut', WIRE.job, CUT, NO_ANSWER],
  ])(
    '%s: 503, nothing started, and well again',
    async (_what, at, effect, expected) => {
      portal().wire.fault({ at, ...effect });
      expect(await startTwice()).toEqual(expected);
    },
  );

  it('the port is closed: 503, nothing started, and well again', async () => {
    await portal().wire.refuse();
    expect(await startTwice()).toEqual(NO_TOKEN);
  });

  const NO_TOKEN_AT_ALL = refused('exchange-response-invalid', 'refused');
  const TOO_LARGE = refused('platform-response-too-large', 'failed');
  it.each<[string, string, number, object]>([
    ['the token', WIRE.token, TOKEN_BYTES, NO_TOKEN_AT_ALL],
    ['the who-am-I', WIRE.whoAmI, ANSWER_BYTES, TOO_LARGE],
    ['the form', WIRE.job, ANSWER_BYTES, TOO_LARGE],
  ])(
    '%s has 200 MB: not read, 503, nothing started, and well again',
    async (_what, at, limit, expected) => {
      portal().wire.fault({ at, ...FLOOD });
      expect(await startTwice()).toEqual(expected);
      expectReadUpTo(portal().wire, limit);
    },
  );

  it('one lost connection for each request is not even noticed', async () => {
    for (const at of [WIRE.token, WIRE.whoAmI, WIRE.job, WIRE.run])
      portal().wire.fault({ at, ...UNANSWERED, count: 1 });
    const { body } = await portal().train('ada');
    expect(body.state).toBe('submitted');
    expect(await portal().jobsOf(body.id)).toHaveLength(1);
  });

  it.each<[string, WireEffect]>([
    ['late', { effect: 'delay', ms: 100 }],
    ['slow', { effect: 'drip', bytes: 200, everyMs: 10 }],
  ])('a wire that is only %s starts the job', async (_how, effect) => {
    portal().wire.fault(effect);
    const { body } = await soon(portal().train('ada'));
    expect(body.state).toBe('submitted');
    expect(await portal().jobsOf(body.id)).toHaveLength(1);
  });
});

/** A portal that has read the form and holds the credential: what breaks is the start alone. */
function useReadyPortal(databaseId: TestDatabaseId) {
  const portal = useWiredPortal(databases, databaseId);
  beforeEach(() => portal().call('ada', 'GET', FORM));

  const sent = () => portal().simulators.databricks.requests(RUN_NOW);
  /** Starts a run, mends the wire and asks again with the same key: the same run, and nothing more is sent. */
  const start = async () => {
    const idempotencyKey = newKey();
    const { status, body } = await soon(
      portal().train('ada', { idempotencyKey }),
    );
    expect(status).toBe(202);
    const before = await sent();
    portal().wire.clearFaults();
    const again = await portal().train('ada', { idempotencyKey });
    expect(again.body.id).toBe(body.id);
    expect(await sent()).toEqual(before);
    return body;
  };
  return { portal, sent, start };
}

describe('A wire that breaks before the job is started', () => {
  const { portal, sent, start } = useReadyPortal('SQLITE_3');
  const FAILED = { state: 'failed', failure: { code: 'platform-unreachable' } };

  it('the last look at the job is cut: failed, and nothing was sent', async () => {
    portal().wire.fault({ at: WIRE.job, ...CUT });
    expect(await start()).toMatchObject(FAILED);
    expect(await sent()).toEqual([]);
  });

  it('the port is closed: failed, and nothing was sent', async () => {
    await portal().wire.refuse();
    expect(await start()).toMatchObject(FAILED);
    expect(await sent()).toEqual([]);
  });
});

describe.each(databases.eachSupportedId())(
  'A wire that breaks while the job is started, on %s',
  databaseId => {
    const { portal, sent, start } = useReadyPortal(databaseId);

    it.each<[string, WireEffect]>([
      [
        'lost before its first byte',
        { effect: 'reset', after: { of: 'request', bytes: 0 } },
      ],
      [
        'cut in its body',
        { effect: 'reset', after: { of: 'request body', bytes: 20 } },
      ],
    ])(
      'the start is %s: unknown, as there is no job, and closed as never sent in the end',
      async (_how, effect) => {
        portal().wire.fault({ at: WIRE.runNow, ...effect });
        const { id, state } = await start();
        expect(state).toBe('unknown');
        await portal().reconcile();
        expect((await portal().run(id)).state).toBe('unknown');
        // As if the window of a start had passed.
        await portal()
          .db('runs')
          .where({ run_id: id })
          .update({ requested_at: new Date(Date.now() - 301_000) });
        expect(await portal().until(id, 'failed')).toMatchObject({
          failure: { code: 'never-sent' },
        });
        expect(await portal().simulators.databricks.runs()).toEqual([]);
      },
    );

    const NONE = 'platform-unreachable';
    const TOO_LARGE = 'platform-response-too-large';
    it.each<[string, string, WireEffect, ErrorCode]>([
      ['the answer to the start is lost', WIRE.runNow, UNANSWERED, NONE],
      ['the answer to the start is cut', WIRE.runNow, CUT, NONE],
      ['the answer to the start has 10 MB', WIRE.runNow, TEN_MB, TOO_LARGE],
      ['the answer to the start has 200 MB', WIRE.runNow, FLOOD, TOO_LARGE],
      ['the look at the new run is cut', WIRE.run, CUT, NONE],
      ['the look at the new run has 200 MB', WIRE.run, FLOOD, TOO_LARGE],
    ])(
      '%s: unknown, then found, one job',
      async (_what, at, effect, refusalCode) => {
        portal().wire.fault({ at, ...effect });
        const { id, state } = await start();
        expect(state).toBe('unknown');
        expect(
          await portal().entries({ runId: id, code: 'run.unknown' }),
        ).toMatchObject([{ outcome: 'accepted', refusalCode }]);
        expectReadUpTo(portal().wire, ANSWER_BYTES);
        const run = await portal().until(id, 'succeeded');
        const jobs = await portal().simulators.databricks.runs();
        expect(jobs.map(job => job.runId)).toEqual([run.platformRunId]);
        expect(jobs[0].parameters.modelops_run_id).toBe(id);
        expect(await sent()).toHaveLength(1);
      },
    );
  },
);
