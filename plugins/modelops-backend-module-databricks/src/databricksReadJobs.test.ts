import type { JobReading, KnownJob } from 'backstage-plugin-modelops-node';
import {
  aStart,
  BIG_JOB,
  known,
  PARAMETERS,
  TestWorkspace,
} from './__testUtils__/workspace';

const RUN_NOW = '/api/2.2/jobs/run-now';
const LIST = '/api/2.2/jobs/runs/list';
const GET_RUN = '/api/2.2/jobs/runs/get';
const GET_JOB = '/api/2.2/jobs/get';
/** No job declares it: runs have to be found without our id. */
const UNDECLARED = { runIdParameter: 'portal_run' };

describe('readJobs', () => {
  let workspace: TestWorkspace;
  beforeAll(async () => {
    workspace = await TestWorkspace.start({ manualRuns: true });
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  async function read(jobs: KnownJob[], settings = {}): Promise<JobReading[]> {
    const readings = await workspace
      .open(settings)
      .readJobs(await workspace.callAsReader(), jobs);
    expect([...readings.keys()].sort()).toEqual(
      jobs.map(({ runId }) => runId).sort(),
    );
    return jobs.map(({ runId }) => readings.get(runId)!);
  }

  /** A start that the platform took, known by its platform run id. */
  async function startKnown(
    job = aStart(),
    settings = {},
  ): Promise<KnownJob & { platformRunId: string }> {
    const { platformRunId } = await workspace
      .open(settings)
      .start(await workspace.callAs('ada'), job);
    return { ...known(job), platformRunId };
  }

  /** A start that the platform took and whose answer was lost. */
  async function startLost(job = aStart(), settings = {}): Promise<KnownJob> {
    await workspace.databricks.fault({
      path: RUN_NOW,
      count: 1,
      effect: 'drop',
      commit: true,
    });
    const error = await workspace.failureOf(
      workspace.open(settings).start(await workspace.callAs('ada'), job),
    );
    expect(error.refused).toBe(false);
    return known(job);
  }

  /** What was asked about jobs since the last start was made sure of. */
  async function asked() {
    const paths = (await workspace.databricks.requests())
      .map(({ path }) => path)
      .filter(path => path.includes('/jobs/'));
    return paths.slice(paths.lastIndexOf(RUN_NOW) + 2);
  }

  describe('of a known run', () => {
    it('follows it to its end', async () => {
      const job = await startKnown();
      const seen = [];
      for (const to of [
        'PENDING',
        'RUNNING',
        'TERMINATING',
        'TERMINATED',
      ] as const) {
        if (to !== 'PENDING')
          await workspace.databricks.advanceRun(job.platformRunId, {
            to,
            code: 'SUCCESS',
          });
        const [reading] = await read([job]);
        seen.push(reading);
      }
      expect(seen.map(reading => 'state' in reading && reading.state)).toEqual([
        'submitted',
        'running',
        'running',
        'succeeded',
      ]);
      expect(seen[3]).toMatchObject({
        startedAt: expect.any(Date),
        endedAt: expect.any(Date),
      });
      expect(seen[0]).toMatchObject({
        startedAt: undefined,
        endedAt: undefined,
      });
      expect(new Set(await asked())).toEqual(new Set([GET_RUN]));
    });

    it.each([
      ['RUN_EXECUTION_ERROR', 'failed', 'job-failed'],
      ['CLUSTER_ERROR', 'failed', 'job-failed'],
      ['INTERNAL_ERROR', 'failed', 'job-failed'],
      ['MAX_CONCURRENT_RUNS_EXCEEDED', 'failed', 'job-skipped'],
      ['USER_CANCELED', 'canceled', undefined],
    ] as const)(
      'reads an end with %s as %s %s',
      async (code, state, failure) => {
        const job = await startKnown();
        await workspace.databricks.advanceRun(job.platformRunId, {
          to: 'TERMINATED',
          code,
          message: 'TEXT OF THE JOB',
        });
        const [reading] = await read([job]);
        expect(reading).toMatchObject({ kind: 'found', state });
        expect((reading as { failure?: { code: string } }).failure?.code).toBe(
          failure,
        );
        expect(JSON.stringify(reading)).not.toContain('TEXT OF THE JOB');
      },
    );

    it('reads a run whose id is above 2^53', async () => {
      const job = await startKnown(aStart({ job: BIG_JOB }));
      expect((await read([job]))[0]).toMatchObject({
        kind: 'found',
        platformRunId: job.platformRunId,
      });
    });

    it('says that a forgotten run is missing', async () => {
      const job = await startKnown();
      await workspace.databricks.forgetRun(job.platformRunId);
      expect(await read([job])).toEqual([{ kind: 'missing' }]);
    });

    it('does not report a run of another job', async () => {
      const stranger = await workspace.databricks.startStrangersRun({
        jobId: '8124',
      });
      const [reading] = await read([
        known(aStart(), { platformRunId: stranger.runId }),
      ]);
      expect(reading).toMatchObject({
        kind: 'not-ours',
        platformRunId: stranger.runId,
      });
    });

    it.each([
      [
        'whose creator was renamed',
        { creator_user_name: 'a.king@acme.example' },
      ],
      ['whose creator was deleted', { creator_user_name: null }],
      [
        'that was repaired with other parameters',
        { job_parameters: [{ name: 'epochs', default: '5', value: '50' }] },
      ],
    ])('goes on reporting one %s', async (_what, json) => {
      const job = await startKnown();
      await workspace.databricks.fault({
        path: GET_RUN,
        effect: 'merge',
        json,
      });
      expect((await read([job]))[0]).toMatchObject({
        kind: 'found',
        platformRunId: job.platformRunId,
        state: 'submitted',
      });
    });

    it('goes on reporting changed ones among several', async () => {
      const jobs = await Promise.all(
        ['10', '20'].map(async epochs => {
          const { runId } = await workspace.databricks.startStrangersRun({
            parameters: { epochs },
          });
          return known(aStart(), { platformRunId: runId });
        }),
      );
      const readings = await read(jobs);
      expect(readings.map(({ kind }) => kind)).toEqual(['found', 'found']);
      expect(
        await workspace.databricks.requests({ path: GET_RUN }),
      ).toHaveLength(0);
    });

    it.each([
      [
        'a proxy that finds nothing',
        { effect: 'html', status: 404 },
        'platform-response-invalid',
      ],
      [
        'an outage',
        { effect: 'status', status: 503, retryAfterSeconds: 0 },
        'platform-failed',
      ],
      [
        'throttling',
        { effect: 'status', status: 429, retryAfterSeconds: 0 },
        'platform-throttled',
      ],
      ['a lost connection', { effect: 'drop' }, 'platform-unreachable'],
      ['a sign-in page', { effect: 'html' }, 'platform-response-invalid'],
      ['10 MB', { effect: 'huge' }, 'platform-response-too-large'],
      [
        'a missing right',
        { effect: 'status', status: 403 },
        'platform-permission-denied',
      ],
      [
        'an unknown state',
        { effect: 'merge', json: { status: { state: 'DREAMING' } } },
        'platform-response-invalid',
      ],
    ] as const)(
      'does not say that it is missing after %s',
      async (_what, effect, code) => {
        const job = await startKnown();
        await workspace.databricks.fault({ path: GET_RUN, ...effect });
        expect((await workspace.failureOf(read([job]))).code).toBe(code);
      },
    );

    it('gets over a moment of throttling', async () => {
      const job = await startKnown();
      await workspace.databricks.fault({
        path: GET_RUN,
        count: 1,
        effect: 'status',
        status: 429,
        retryAfterSeconds: 0,
      });
      expect((await read([job]))[0].kind).toBe('found');
    });
  });

  describe('of several runs', () => {
    it('asks once per job', async () => {
      const jobs = [
        await startKnown(),
        await startKnown(),
        await startKnown(),
        await startKnown(aStart({ job: BIG_JOB })),
      ];
      await workspace.databricks.advanceRun(jobs[1].platformRunId, {
        to: 'TERMINATED',
        code: 'SUCCESS',
      });
      const readings = await read(jobs);
      expect(
        readings.map(reading => 'state' in reading && reading.state),
      ).toEqual(['submitted', 'succeeded', 'submitted', 'submitted']);
      expect(await asked()).toEqual([LIST, GET_RUN]);
    });

    it('reads on over pages, 24 runs at a time', async () => {
      const first = await startKnown();
      for (let others = 0; others < 30; others++)
        await workspace.databricks.startStrangersRun();
      const second = await startKnown();
      expect((await read([first, second])).map(({ kind }) => kind)).toEqual([
        'found',
        'found',
      ]);
      const lists = await workspace.databricks.requests({ path: LIST });
      expect(lists.map(({ query }) => query.limit)).toEqual([['24'], ['24']]);
    });

    it('looks for those that the list does not show', async () => {
      const jobs = [await startKnown(), await startKnown()];
      await workspace.databricks.fault({
        path: LIST,
        effect: 'body',
        body: '{"has_more":false}',
      });
      expect((await read(jobs)).map(({ kind }) => kind)).toEqual([
        'found',
        'found',
      ]);
      expect(await asked()).toEqual([LIST, GET_RUN, GET_RUN]);
    });

    it('is not kept from reading one by another that cannot be read', async () => {
      const jobs = [
        await startKnown(),
        await startKnown(aStart({ job: BIG_JOB })),
      ];
      await workspace.databricks.fault({
        path: GET_RUN,
        count: 1,
        effect: 'status',
        status: 403,
      });
      const readings = await read(jobs);
      expect(readings.map(({ kind }) => kind)).toEqual(['unclear', 'found']);
      expect(readings[0]).toMatchObject({
        why: expect.stringContaining('CAN_VIEW on job/8123'),
      });
    });

    it('gives up after the first of many that nobody answers for', async () => {
      const jobs = [
        await startKnown(),
        await startKnown(aStart({ job: BIG_JOB })),
      ];
      await workspace.databricks.fault({ path: GET_RUN, effect: 'drop' });
      expect((await workspace.failureOf(read(jobs))).code).toBe(
        'platform-unreachable',
      );
      const refused = (
        await workspace.databricks.requests({ path: GET_RUN })
      ).filter(({ fault }) => fault);
      expect(new Set(refused.map(({ query }) => query.run_id[0]))).toEqual(
        new Set([jobs[0].platformRunId]),
      );
    });

    it('answers for nothing when asked for nothing', async () => {
      expect(await read([])).toEqual([]);
    });
  });

  describe('of a start whose answer was lost', () => {
    it('finds the run by our id, without sending anything', async () => {
      const job = await startLost();
      const [run] = await workspace.databricks.runs();
      expect((await read([job]))[0]).toMatchObject({
        kind: 'found',
        platformRunId: run.runId,
        state: 'submitted',
      });
      expect((await read([job]))[0]).not.toHaveProperty('likeness');
      expect(
        await workspace.databricks.requests({ method: 'POST', path: RUN_NOW }),
      ).toHaveLength(1);
    });

    it('finds it among many, whatever the clock of the workspace says', async () => {
      await workspace.databricks.setClockOffset(-300);
      const job = await startLost();
      for (let others = 0; others < 30; others++)
        await workspace.databricks.startStrangersRun();
      expect((await read([job]))[0].kind).toBe('found');
    });

    it('finds it on a workspace that ignores the key', async () => {
      await workspace.databricks.setIdempotency(false);
      const job = await startLost();
      expect((await read([job]))[0].kind).toBe('found');
    });

    it('says that there is none when the request was lost, too', async () => {
      await workspace.databricks.startStrangersRun({
        creator: 'ada@acme.example',
        parameters: PARAMETERS,
      });
      expect(await read([known(aStart())])).toEqual([{ kind: 'missing' }]);
    });

    it("does not adopt a stranger's run with our id", async () => {
      const job = known(aStart());
      const { runId } = await workspace.databricks.startStrangersRun({
        parameters: { ...PARAMETERS, modelops_run_id: job.runId },
      });
      expect((await read([job]))[0]).toMatchObject({
        kind: 'not-ours',
        platformRunId: runId,
      });
    });

    it('does not adopt a run with our id and other parameters', async () => {
      const job = known(aStart());
      await workspace.databricks.startStrangersRun({
        creator: 'ada@acme.example',
        parameters: { ...PARAMETERS, epochs: '50', modelops_run_id: job.runId },
      });
      expect((await read([job]))[0].kind).toBe('not-ours');
    });

    it('is not kept from ours by a planted one', async () => {
      const job = await startLost();
      await workspace.databricks.startStrangersRun({
        parameters: { ...PARAMETERS, modelops_run_id: job.runId },
      });
      expect((await read([job]))[0].kind).toBe('found');
    });

    it('does not say that there is none to a reader who may not look', async () => {
      const job = await startLost();
      // Databricks lists what the reader may view: nothing.
      await workspace.databricks.fault({
        path: LIST,
        effect: 'body',
        body: '{"has_more":false}',
      });
      await workspace.databricks.fault({
        path: GET_JOB,
        effect: 'status',
        status: 403,
      });
      const error = await workspace.failureOf(read([job]));
      expect(error.code).toBe('platform-permission-denied');
      expect(error.message).toContain('CAN_VIEW');
    });

    it.each([
      ['pages that never end', { next_page_token: 'again' }],
      [
        'a page on another host',
        { next_page_token: 'https://evil.example/next' },
      ],
    ])('does not say that there is none after %s', async (_what, json) => {
      const job = known(aStart());
      await workspace.databricks.fault({ path: LIST, effect: 'merge', json });
      const [reading] = await read([job]).catch(error => [error]);
      expect(reading).not.toMatchObject({ kind: 'missing' });
      expect(
        (await workspace.databricks.requests({ path: LIST })).length,
      ).toBeLessThanOrEqual(20);
    });
  });

  describe('of a lost start of a job that does not declare our parameter', () => {
    const start = () =>
      aStart({ parameters: { ...PARAMETERS, modelops_run_id: 'x' } });

    it('finds the only run of the same person with the same parameters at that time', async () => {
      const job = await startLost(start(), UNDECLARED);
      await workspace.databricks.startStrangersRun({
        parameters: { ...PARAMETERS, modelops_run_id: 'x' },
      });
      await workspace.databricks.startStrangersRun({
        creator: 'ada@acme.example',
      });
      const [reading] = await read([job], UNDECLARED);
      const [run] = await workspace.databricks.runs({
        creator: 'ada@acme.example',
      });
      expect(reading).toMatchObject({
        kind: 'found',
        platformRunId: run.runId,
        likeness: true,
      });
    });

    it('does not choose between two', async () => {
      const job = await startLost(start(), UNDECLARED);
      await startKnown(start(), UNDECLARED);
      expect((await read([job], UNDECLARED))[0].kind).toBe('unclear');
    });

    it('finds ours when the other belongs to another run of ours', async () => {
      const job = await startLost(start(), UNDECLARED);
      const other = await startKnown(start(), UNDECLARED);
      const [reading] = await read(
        [{ ...job, claimed: new Set([other.platformRunId]) }],
        UNDECLARED,
      );
      expect(reading).toMatchObject({ kind: 'found' });
      expect(reading).not.toMatchObject({ platformRunId: other.platformRunId });
    });

    it('gives one run to neither of two lost starts', async () => {
      const one = await startLost(start(), UNDECLARED);
      const other = known(start());
      expect(
        (await read([one, other], UNDECLARED)).map(({ kind }) => kind),
      ).toEqual(['unclear', 'unclear']);
    });

    it('does not take a run from before', async () => {
      const job = await startLost(start(), UNDECLARED);
      const later = {
        ...job,
        notBefore: new Date(Date.now() + 60_000),
        notAfter: new Date(Date.now() + 90_000),
      };
      expect(await read([later], UNDECLARED)).toEqual([{ kind: 'missing' }]);
    });
  });

  describe('of a lost start of a busy job', () => {
    const MINUTE_MS = 60_000;
    const HOUR_MS = 60 * MINUTE_MS;
    const PLAIN = { ...PARAMETERS, modelops_run_id: 'x' };

    /** More runs than are looked through, an hour later. */
    async function manyRunsLater() {
      await workspace.databricks.setClockOffset(3600);
      await Promise.all(
        Array.from({ length: 490 }, () =>
          workspace.databricks.startStrangersRun(),
        ),
      );
      await workspace.databricks.setClockOffset(0);
    }

    async function listedSpans() {
      const lists = await workspace.databricks.requests({ path: LIST });
      return lists.map(({ query }) => ({
        from: Number(query.start_time_from?.[0]),
        to: query.start_time_to && Number(query.start_time_to[0]),
      }));
    }

    it('finds the run by our id, however many came later', async () => {
      const job = await startLost();
      await manyRunsLater();
      expect((await read([job]))[0].kind).toBe('found');
      expect(await listedSpans()).toEqual([
        {
          from: job.notBefore.getTime() - 10 * MINUTE_MS,
          to: job.notAfter!.getTime() + 11 * MINUTE_MS,
        },
      ]);
    });

    it('neither says that there is none nor adopts one, while a queued one may be among those not looked at', async () => {
      const lost = await startLost(aStart({ parameters: PLAIN }), UNDECLARED);
      await manyRunsLater();
      expect((await read([known(aStart())]))[0].kind).toBe('unclear');
      expect((await read([lost], UNDECLARED))[0].kind).toBe('unclear');
    });

    it.each([
      ['by our id', {}, PARAMETERS, undefined],
      ['by likeness', UNDECLARED, PLAIN, true],
    ])(
      'finds a run %s that began after hours in the queue',
      async (_how, settings, parameters, likeness) => {
        const { runId: first } = await workspace.databricks.startStrangersRun({
          jobId: BIG_JOB.slice('job/'.length),
        });
        const job = await startLost(
          aStart({ job: BIG_JOB, parameters }),
          settings,
        );
        await workspace.databricks.setClockOffset(5 * 3600);
        await workspace.databricks.advanceRun(first, {
          to: 'TERMINATED',
          code: 'SUCCESS',
        });
        await workspace.databricks.setClockOffset(0);
        const [reading] = await read([job], settings);
        const [run] = await workspace.databricks.runs({
          creator: 'ada@acme.example',
        });
        expect(run.state).toBe('PENDING');
        expect(reading).toMatchObject({
          kind: 'found',
          platformRunId: run.runId,
        });
        expect('likeness' in reading ? reading.likeness : undefined).toBe(
          likeness,
        );
        expect((await listedSpans()).map(({ to }) => to)).toEqual([
          job.notAfter!.getTime() + 11 * MINUTE_MS,
          job.notAfter!.getTime() + 11 * MINUTE_MS + 48 * HOUR_MS,
        ]);
      },
    );

    it('looks near each of several, once where they are close to each other', async () => {
      const job = known(aStart());
      const [now, later] = [job.notBefore.getTime(), 20 * HOUR_MS];
      const at = (ms: number) =>
        known(aStart(), {
          notBefore: new Date(now - later + ms),
          notAfter: new Date(now - later + ms + MINUTE_MS),
        });
      const readings = await read([job, at(0), at(5 * MINUTE_MS)]);
      expect(readings.map(({ kind }) => kind)).toEqual(
        Array(3).fill('missing'),
      );
      const [one, other, all] = await listedSpans();
      expect(one).toEqual({
        from: now - later - 10 * MINUTE_MS,
        to: now - later + 17 * MINUTE_MS,
      });
      expect(other.from).toBe(now - 10 * MINUTE_MS);
      expect(all).toEqual({ from: one.from, to: other.to! + 48 * HOUR_MS });
    });

    it('sees no end to the time of a start that may be under way', async () => {
      await read([known(aStart(), { notAfter: undefined })]);
      expect((await listedSpans()).map(({ to }) => to)).toEqual([undefined]);
    });
  });
});
