import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
import { GET_RUN, JobReader, LIST, MINUTE_MS } from './__testUtils__/JobReader';
import { aStart, BIG_JOB, TestWorkspace } from './__testUtils__/workspace';

describe('readJobs', () => {
  let workspace: TestWorkspace;
  let reader: JobReader;
  beforeAll(async () => {
    workspace = await TestWorkspace.start({ manualRuns: true });
    reader = new JobReader(workspace);
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  describe('of a known run', () => {
    it('follows it to its end', async () => {
      const job = await reader.startKnown();
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
        const [reading] = await reader.read([job]);
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
      expect(new Set(await reader.asked())).toEqual(new Set([GET_RUN]));
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
        const job = await reader.startKnown();
        await workspace.databricks.advanceRun(job.platformRunId, {
          to: 'TERMINATED',
          code,
          message: 'TEXT OF THE JOB',
        });
        const [reading] = await reader.read([job]);
        expect(reading).toMatchObject({ kind: 'found', state });
        expect((reading as { failure?: { code: string } }).failure?.code).toBe(
          failure,
        );
        expect(JSON.stringify(reading)).not.toContain('TEXT OF THE JOB');
      },
    );

    it('reads a run whose id is above 2^53', async () => {
      const job = await reader.startKnown(aStart({ job: BIG_JOB }));
      expect((await reader.read([job]))[0]).toMatchObject({
        kind: 'found',
        platformRunId: job.platformRunId,
      });
    });

    it('does not report a run of another job', async () => {
      const stranger = await workspace.databricks.startStrangersRun({
        jobId: '8124',
      });
      const [reading] = await reader.read([
        knownJob(aStart(), { platformRunId: stranger.runId }),
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
      const job = await reader.startKnown();
      await workspace.databricks.fault({
        path: GET_RUN,
        effect: 'merge',
        json,
      });
      expect((await reader.read([job]))[0]).toMatchObject({
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
          return knownJob(aStart(), { platformRunId: runId });
        }),
      );
      const readings = await reader.read(jobs);
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
        const job = await reader.startKnown();
        await workspace.databricks.fault({ path: GET_RUN, ...effect });
        expect((await workspace.failureOf(reader.read([job]))).code).toBe(code);
      },
    );

    it('gets over a moment of throttling', async () => {
      const job = await reader.startKnown();
      await workspace.databricks.fault({
        path: GET_RUN,
        count: 1,
        effect: 'status',
        status: 429,
        retryAfterSeconds: 0,
      });
      expect((await reader.read([job]))[0].kind).toBe('found');
    });
  });

  describe('of several runs', () => {
    it('asks for those of one job in a list of that job', async () => {
      const jobs = [await reader.startKnown(), await reader.startKnown()];
      await workspace.databricks.advanceRun(jobs[1].platformRunId, {
        to: 'TERMINATED',
        code: 'SUCCESS',
      });
      const readings = await reader.read(jobs);
      expect(
        readings.map(reading => 'state' in reading && reading.state),
      ).toEqual(['submitted', 'succeeded']);
      expect(await reader.asked()).toEqual([LIST]);
      const [list] = await workspace.databricks.requests({ path: LIST });
      expect(list.query).toEqual({
        job_id: ['8123'],
        run_type: ['JOB_RUN'],
        start_time_from: [String(jobs[0].notBefore.getTime() - 10 * MINUTE_MS)],
        limit: ['24'],
      });
    });

    it('asks for those of many jobs in one list, not in one each', async () => {
      const jobs = [];
      for (let number = 1; number <= 30; number++)
        jobs.push(await reader.strangersRunOf(String(9000 + number)));
      const readings = await reader.read(jobs);
      expect(readings.map(({ kind }) => kind)).toEqual(Array(30).fill('found'));
      expect(await reader.asked()).toEqual([LIST, LIST]);
      const [list] = await workspace.databricks.requests({ path: LIST });
      expect(list.query).not.toHaveProperty('job_id');
    });

    it('stops looking through the runs of others when that takes more calls than to ask for the rest', async () => {
      const first = await reader.startKnown();
      for (let others = 0; others < 100; others++)
        await workspace.databricks.startStrangersRun();
      const second = await reader.startKnown();
      expect(
        (await reader.read([first, second])).map(({ kind }) => kind),
      ).toEqual(['found', 'found']);
      expect(await reader.asked()).toEqual([LIST, LIST, GET_RUN]);
    });

    it.each([
      ['does not show them', { effect: 'body', body: '{"has_more":false}' }],
      ['is not understood', { effect: 'body', body: '{"runs":[{}]}' }],
      [
        'is refused, because the job was deleted',
        { effect: 'status', status: 404 },
      ],
    ] as const)(
      'asks for them one by one when the list %s',
      async (_what, effect) => {
        const jobs = [await reader.startKnown(), await reader.startKnown()];
        await workspace.databricks.fault({ path: LIST, ...effect });
        expect((await reader.read(jobs)).map(({ kind }) => kind)).toEqual([
          'found',
          'found',
        ]);
        expect(
          (await reader.asked()).filter(path => path === GET_RUN),
        ).toHaveLength(2);
      },
    );

    it('stops looking through the runs of others also when more runs are left than can be read one by one', async () => {
      const jobs = Array.from({ length: 60 }, (_, at) =>
        knownJob(aStart(), { platformRunId: String(990_000 + at) }),
      );
      for (let page = 0; page < 40; page++)
        await workspace.databricks.fault({
          path: LIST,
          effect: 'body',
          body: JSON.stringify({ has_more: true, next_page_token: `p${page}` }),
          count: 1,
        });
      await reader.read(jobs);
      expect((await reader.asked()).filter(path => path === LIST)).toHaveLength(
        24,
      );
    });

    it('reads at most a page of them one by one, others each time, and says of the rest that they were not read', async () => {
      const { runId } = await workspace.databricks.startStrangersRun();
      const jobs = Array.from({ length: 60 }, () =>
        knownJob(aStart(), { platformRunId: runId }),
      );
      await workspace.databricks.fault({
        path: LIST,
        effect: 'body',
        body: '{"has_more":false}',
      });
      const turns = new Set<number>();
      const kinds = new Set<string>();
      for (let look = 0; look < 20; look++)
        (await reader.read(jobs)).forEach(({ kind }, at) => {
          kinds.add(kind);
          if (kind === 'found') turns.add(at);
        });
      expect(kinds).toEqual(new Set(['found', 'unreachable']));
      expect(turns.size).toBeGreaterThan(24);
      expect(
        await workspace.databricks.requests({ path: GET_RUN }),
      ).toHaveLength(20 * 24);
    });

    it('keeps what it read before the time was over', async () => {
      const jobs = [];
      for (let count = 0; count < 30; count++)
        jobs.push(await reader.strangersRunOf('8123'));
      await workspace.databricks.fault({
        path: LIST,
        count: 1,
        effect: 'delay',
      });
      await workspace.databricks.fault({ path: LIST, effect: 'drop' });
      const kinds = (await reader.read(jobs)).map(({ kind }) => kind);
      expect(kinds.filter(kind => kind === 'found')).toHaveLength(24);
      expect(kinds.filter(kind => kind === 'unreachable')).toHaveLength(6);
    });

    it('is not kept from reading one by others of a job that it may not see, and asks once for those', async () => {
      const jobs = [
        await reader.startKnown(),
        await reader.startKnown(),
        await reader.startKnown(aStart({ job: BIG_JOB })),
      ];
      await workspace.databricks.fault({
        path: LIST,
        effect: 'body',
        body: '{"has_more":false}',
      });
      await workspace.databricks.fault({
        path: GET_RUN,
        count: 1,
        effect: 'status',
        status: 403,
      });
      const readings = await reader.read(jobs);
      expect(readings.map(({ kind }) => kind)).toEqual([
        'unreachable',
        'unreachable',
        'found',
      ]);
      for (const reading of readings.slice(0, 2))
        expect(reading).toMatchObject({
          why: expect.stringContaining('CAN_VIEW on job/8123'),
        });
      expect(
        (await reader.asked()).filter(path => path === GET_RUN),
      ).toHaveLength(2);
    });

    it('asks nothing more of a platform that does not answer', async () => {
      const jobs = [
        await reader.startKnown(),
        knownJob(aStart()),
        knownJob(aStart({ job: BIG_JOB })),
      ];
      await workspace.databricks.fault({ path: GET_RUN, effect: 'drop' });
      expect((await workspace.failureOf(reader.read(jobs))).code).toBe(
        'platform-unreachable',
      );
      expect(new Set(await reader.asked())).toEqual(new Set([GET_RUN]));
    });
  });
});
