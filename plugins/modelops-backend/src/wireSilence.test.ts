import {
  type TestDatabaseId,
  TestDatabases,
} from '@backstage/backend-test-utils';
import type { ErrorCode, RunState } from 'backstage-plugin-modelops-common';
import {
  type Simulators,
  startSimulators,
  type WireFault,
} from 'modelops-simulators';
import type { Response } from 'supertest';
import {
  expectInOrder,
  readInVain,
  startWiredPortal,
  WIRE,
  type WiredPortal,
} from './__testUtils__/wiredPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const FORM = '/v1/models/resource/default/fraud-detector/actions/train';
/** Longest that a token endpoint and any other request may take. */
const TOKEN_MS = 8_000;
const REQUEST_MS = 10_000;
/** What all the rest may take on a busy machine. */
const SLACK_MS = 6_000;

const NOT_HEARD = {
  effect: 'silence',
  after: { of: 'request', bytes: 0 },
} as const;
const HALF_HEARD = {
  effect: 'silence',
  after: { of: 'request body', bytes: 20 },
} as const;
const NOT_ANSWERED = {
  effect: 'silence',
  after: { of: 'answer', bytes: 0 },
} as const;
const HALF_ANSWERED = {
  effect: 'silence',
  after: { of: 'answer body', bytes: 1 },
} as const;
const DRIPPING = { effect: 'drip', bytes: 1, everyMs: 500 } as const;

/** One request that meets silence. */
interface Meeting {
  what: string;
  databaseId: TestDatabaseId;
  before(portal: WiredPortal): Promise<unknown>;
  fault: WireFault;
  ask(portal: WiredPortal): Promise<Response | void>;
  withinMs: number;
  /** What holds afterwards, when the wire is mended. */
  check(portal: WiredPortal, answer: Response | void): Promise<void>;
}

const readForm = (portal: WiredPortal) => portal.call('ada', 'GET', FORM);
const train = (portal: WiredPortal) => portal.train('ada');
const runIdOf = async (portal: WiredPortal): Promise<string> =>
  (await portal.db('runs').first('run_id')).run_id;
const readLog = async (portal: WiredPortal) =>
  portal.call('ada', 'GET', `/v1/runs/${await runIdOf(portal)}/logs`);

function refused(
  what: string,
  fault: WireFault,
  code: ErrorCode,
  withinMs = REQUEST_MS,
): Meeting {
  return {
    what: `${what}: 503, and no run`,
    databaseId: 'SQLITE_3',
    before: async () => {},
    fault,
    ask: train,
    withinMs,
    check: async (portal, answer) => {
      expect(answer).toMatchObject({ status: 503, body: { error: { code } } });
      expect(await portal.db('runs')).toEqual([]);
      expect((await train(portal)).body.state).toBe('submitted');
    },
  };
}

/** A start with form and credential at hand; afterwards it is looked for. */
function started(
  what: string,
  databaseId: TestDatabaseId,
  fault: WireFault,
  states: [RunState, RunState],
  jobs: number,
): Meeting {
  return {
    what: `${what}: ${states[0]}, in the end ${states[1]}, jobs: ${jobs}, on ${databaseId}`,
    databaseId,
    before: readForm,
    fault,
    ask: train,
    withinMs: REQUEST_MS,
    check: async (portal, answer) => {
      expect(answer).toMatchObject({ status: 202, body: { state: states[0] } });
      await portal.reconcile();
      const id = await runIdOf(portal);
      const run = await portal.run(id);
      expect(run.state).toBe(states[1]);
      const found = await portal.jobsOf(id);
      expect(found).toHaveLength(jobs);
      expect(run.platformRunId).toBe(found[0]?.runId);
    },
  };
}

/** Something about a run whose job was submitted. */
function open(
  what: string,
  fault: WireFault,
  rest: Pick<Meeting, 'ask' | 'check'> & { withinMs?: number },
): Meeting {
  return {
    what,
    databaseId: 'SQLITE_3',
    before: train,
    fault,
    withinMs: REQUEST_MS,
    ...rest,
  };
}

const unread = (code: ErrorCode): Pick<Meeting, 'ask' | 'check'> => ({
  ask: portal => readInVain(portal, code),
  check: async portal => {
    const run = await portal.run(await runIdOf(portal));
    expect(run.state).toBe('submitted');
    await portal.simulators.databricks.advanceRun(run.platformRunId!, {
      to: 'TERMINATED',
      code: 'CLUSTER_ERROR',
    });
    await portal.until(run.id, 'failed');
  },
});

const MEETINGS: Meeting[] = [
  refused(
    'the token endpoint hears nothing',
    { at: WIRE.token, ...NOT_HEARD },
    'exchange-unreachable',
    TOKEN_MS,
  ),
  refused(
    'the token endpoint stops in its answer',
    { at: WIRE.token, ...HALF_ANSWERED },
    'exchange-unreachable',
    TOKEN_MS,
  ),
  refused(
    'the who-am-I is not answered',
    { at: WIRE.whoAmI, ...NOT_ANSWERED },
    'platform-unreachable',
  ),
  refused(
    'the form is not answered',
    { at: WIRE.job, ...NOT_ANSWERED },
    'platform-unreachable',
  ),
  refused(
    'the form drips in',
    { at: WIRE.job, ...DRIPPING },
    'platform-unreachable',
  ),
  started(
    'the last look at the job is not answered',
    'SQLITE_3',
    { at: WIRE.job, ...NOT_ANSWERED },
    ['failed', 'failed'],
    0,
  ),
  ...databases
    .eachSupportedId()
    .flatMap(([databaseId]) => [
      started(
        'the start is not heard',
        databaseId,
        { at: WIRE.runNow, ...NOT_HEARD },
        ['unknown', 'unknown'],
        0,
      ),
      started(
        'the start is half heard',
        databaseId,
        { at: WIRE.runNow, ...HALF_HEARD },
        ['unknown', 'unknown'],
        0,
      ),
      started(
        'the start is not answered',
        databaseId,
        { at: WIRE.runNow, ...NOT_ANSWERED },
        ['unknown', 'submitted'],
        1,
      ),
      started(
        'the start is half answered',
        databaseId,
        { at: WIRE.runNow, ...HALF_ANSWERED },
        ['unknown', 'submitted'],
        1,
      ),
      started(
        'the answer to the start drips in',
        databaseId,
        { at: WIRE.runNow, ...DRIPPING },
        ['unknown', 'submitted'],
        1,
      ),
      started(
        'the look at the new run is not answered',
        databaseId,
        { at: WIRE.run, ...NOT_ANSWERED },
        ['unknown', 'submitted'],
        1,
      ),
    ]),
  open(
    'the reader gets no token: the run stays as it is, and is read later',
    { at: WIRE.token, ...NOT_HEARD },
    { ...unread('exchange-unreachable'), withinMs: TOKEN_MS },
  ),
  open(
    'the reader gets no answer: the run stays as it is, and is read later',
    { at: WIRE.run, ...NOT_ANSWERED },
    unread('platform-unreachable'),
  ),
  open(
    'the cancel is not answered: 503, and canceled when that is known',
    { at: WIRE.cancel, ...NOT_ANSWERED },
    {
      ask: async portal =>
        portal.call('ada', 'POST', `/v1/runs/${await runIdOf(portal)}/cancel`),
      check: async (portal, answer) => {
        expect(answer).toMatchObject({
          status: 503,
          body: { error: { code: 'platform-unreachable' } },
        });
        const run = await portal.run(await runIdOf(portal));
        await portal.simulators.databricks.advanceRun(run.platformRunId!, {
          to: 'TERMINATED',
        });
        await portal.until(run.id, 'canceled');
      },
    },
  ),
  open(
    'the log stops: 503, and can be read later',
    { at: WIRE.run, ...HALF_ANSWERED },
    {
      ask: readLog,
      check: async (portal, answer) => {
        expect(answer).toMatchObject({
          status: 503,
          body: { error: { code: 'platform-unreachable' } },
        });
        expect((await readLog(portal)).status).toBe(200);
      },
    },
  ),
];

describe('A platform that falls silent', () => {
  let simulators: Simulators;
  const portals: WiredPortal[] = [];
  const met = new Map<
    string,
    Promise<{ tookMs: number; check(): Promise<void> }>
  >();

  async function meet(meeting: Meeting) {
    const portal = await startWiredPortal({
      databases,
      databaseId: meeting.databaseId,
      simulators,
    });
    portals.push(portal);
    await meeting.before(portal);
    portal.wire.fault(meeting.fault);
    const began = Date.now();
    const answer = await meeting.ask(portal);
    const tookMs = Date.now() - began;
    portal.wire.clearFaults();
    return {
      tookMs,
      async check() {
        await meeting.check(portal, answer);
        await expectInOrder(portal);
      },
    };
  }

  // Each waits until a deadline is over, so all wait at the same time.
  beforeAll(async () => {
    simulators = await startSimulators({ manualRuns: true });
    for (const meeting of MEETINGS) met.set(meeting.what, meet(meeting));
    await Promise.allSettled(met.values());
  });
  afterAll(async () => {
    for (const portal of portals) await portal.close();
    await simulators?.close();
  });

  it.each(MEETINGS)('$what', async ({ what, withinMs }) => {
    const { tookMs, check } = await met.get(what)!;
    expect(tookMs).toBeLessThan(withinMs + SLACK_MS);
    await check();
  });
});
