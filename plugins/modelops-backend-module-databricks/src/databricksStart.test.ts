import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
import { aStart, BIG_JOB, TestWorkspace } from './__testUtils__/workspace';

const RUN_NOW = '/api/2.2/jobs/run-now';
const GET_RUN = '/api/2.2/jobs/runs/get';
const GET_JOB = '/api/2.2/jobs/get';
const START_FORM = {
  resource: aStart().resource,
  operation: 'start',
} as const;

describe('Starting a job', () => {
  let workspace: TestWorkspace;
  beforeAll(async () => {
    workspace = await TestWorkspace.start({ manualRuns: true });
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  describe('readForm', () => {
    it('shows name, link, identity and parameters of the job, without the one that carries our id', async () => {
      const { host } = workspace.databricks;
      const form = await workspace
        .open({ workspaceId: '1234567890123456' })
        .readForm(await workspace.callAs('ada'), START_FORM);
      expect(form).toEqual({
        title: 'fraud-detector-training',
        url: `${host}/?o=1234567890123456#job/8123`,
        jobRunsAs: '33333333-3333-4333-8333-333333333333',
        parameters: [
          {
            name: 'epochs',
            field: { type: 'string' },
            default: '5',
            required: false,
          },
          {
            name: 'learning_rate',
            field: { type: 'string' },
            default: '0.05',
            required: false,
          },
          {
            name: 'class_weight',
            field: { type: 'string' },
            default: 'balanced',
            required: false,
          },
        ],
      });
    });

    it('shows modelops_run_id as any other parameter when another one carries our id', async () => {
      const form = await workspace
        .open({ runIdParameter: 'portal_run' })
        .readForm(await workspace.callAs('ada'), START_FORM);
      expect(form.parameters.map(({ name }) => name)).toContain(
        'modelops_run_id',
      );
    });

    it('leaves out parameters that Databricks computes, and those without a default are required', async () => {
      await workspace.databricks.fault({
        path: GET_JOB,
        effect: 'merge',
        json: {
          settings: {
            parameters: [
              { name: 'day', default: '{{job.start_time.iso_date}}' },
              { name: 'free' },
            ],
          },
        },
      });
      const form = await workspace
        .open()
        .readForm(await workspace.callAs('ada'), START_FORM);
      expect(form).toMatchObject({
        title: 'job/8123',
        parameters: [{ name: 'free', required: true }],
      });
      expect(form.parameters).toHaveLength(1);
    });

    it('reads a job whose id is above 2^53', async () => {
      const { resource } = aStart({ job: BIG_JOB });
      const form = await workspace
        .open()
        .readForm(await workspace.callAs('ada'), {
          resource,
          operation: 'start',
        });
      expect(form.title).toBe('fraud-experiments');
      const [request] = await workspace.databricks.requests({ path: GET_JOB });
      expect(request.query.job_id).toEqual(['708062954842468123']);
    });

    it('shows no link when the console is elsewhere than it should be', async () => {
      const form = await workspace
        .open({ consoleHost: 'http://evil.example' })
        .readForm(await workspace.callAs('ada'), START_FORM);
      expect(form.url).toBeUndefined();
    });

    it('reads the parameters of all pages', async () => {
      await workspace.databricks.fault({
        path: GET_JOB,
        count: 1,
        effect: 'merge',
        json: {
          settings: {
            name: 'big',
            parameters: [{ name: 'first', default: '1' }],
          },
          next_page_token: 'p2',
        },
      });
      const form = await workspace
        .open()
        .readForm(await workspace.callAs('ada'), START_FORM);
      expect(form.parameters.map(({ name }) => name)).toEqual([
        'first',
        'epochs',
        'learning_rate',
        'class_weight',
      ]);
      const requests = await workspace.databricks.requests({ path: GET_JOB });
      expect(requests.map(({ query }) => query.page_token)).toEqual([
        undefined,
        ['p2'],
      ]);
    });

    it.each([
      ['the same token again and again', { next_page_token: 'again' }],
      [
        'the next page on another host',
        { next_page_token: 'http://evil.example/?page=2' },
      ],
    ])('stops when a hostile answer gives %s', async (_what, json) => {
      await workspace.databricks.fault({
        path: GET_JOB,
        effect: 'merge',
        json,
      });
      const call = await workspace.callAs('ada');
      const error = await workspace.failureOf(
        workspace.open().readForm(call, START_FORM),
      );
      expect(error.code).toBe('platform-response-invalid');
      expect(
        await workspace.databricks.requests({ path: GET_JOB }),
      ).toHaveLength(2);
    });

    it.each([
      [
        'grace may not see the job',
        'grace',
        'job/8123',
        'platform-permission-denied',
      ],
      [
        'nobody but an admin learns that a job does not exist',
        'ada',
        'job/777',
        'platform-permission-denied',
      ],
      ['an admin learns it', 'alan', 'job/777', 'platform-not-found'],
    ] as const)('%s', async (_rule, person, job, code) => {
      const call = await workspace.callAs(person);
      const error = await workspace.failureOf(
        workspace.open().readForm(call, {
          ...START_FORM,
          resource: aStart({ job }).resource,
        }),
      );
      expect(error.code).toBe(code);
      expect(error.message).toContain(job);
    });

    it.each([
      ['deploy', 'job/8123'],
      ['start', 'model/main.fraud.detector'],
      ['start', 'endpoint/fraud'],
    ] as const)('calls nothing for %s on %s', async (operation, canonical) => {
      const call = await workspace.callAs('ada');
      const resource = { kind: canonical.split('/')[0], canonical };
      const error = await workspace.failureOf(
        workspace.open().readForm(call, { resource, operation }),
      );
      expect(error).toMatchObject({
        code: 'operation-unsupported',
        refused: true,
      });
      expect(
        await workspace.databricks.requests({ path: GET_JOB }),
      ).toHaveLength(0);
    });
  });

  describe('start', () => {
    it('starts one run as the person, with our id as its key, and makes sure that it is ours', async () => {
      const job = aStart({
        parameters: { epochs: 2, learning_rate: 0.05, class_weight: 'none' },
      });
      const started = await workspace
        .open()
        .start(await workspace.callAs('ada'), job);
      const [run] = await workspace.databricks.runs();
      expect(started).toMatchObject({
        kind: 'found',
        platformRunId: run.runId,
        state: 'submitted',
        url: `${workspace.databricks.host}/?o=1234567890123456#job/8123/run/${run.runId}`,
      });
      expect(run).toMatchObject({
        creator: 'ada@acme.example',
        jobId: '8123',
        idempotencyToken: job.runId,
      });
      const [sent] = await workspace.databricks.requests({ path: RUN_NOW });
      expect(sent.headers['user-agent']).toBe(
        `backstage-modelops run/${job.runId}`,
      );
      expect(sent.principal).toBe('ada@acme.example');
      expect(JSON.parse(sent.body)).toEqual({
        job_id: 8123,
        idempotency_token: job.runId,
        queue: { enabled: true },
        job_parameters: {
          epochs: '2',
          learning_rate: '0.05',
          class_weight: 'none',
          modelops_run_id: job.runId,
        },
      });
    });

    it('sends no parameter that the job does not declare', async () => {
      const job = aStart({
        job: 'job/9001',
        parameters: {},
        principal: 'alan@acme.example',
      });
      await workspace.open().start(await workspace.callAs('alan'), job);
      const [sent] = await workspace.databricks.requests({ path: RUN_NOW });
      expect(JSON.parse(sent.body)).not.toHaveProperty('job_parameters');
    });

    it('keeps all digits of ids above 2^53, there and back', async () => {
      const started = await workspace
        .open()
        .start(await workspace.callAs('ada'), aStart({ job: BIG_JOB }));
      const [sent] = await workspace.databricks.requests({ path: RUN_NOW });
      expect(sent.body).toContain('"job_id":708062954842468123,');
      const [run] = await workspace.databricks.runs();
      expect(started.platformRunId).toBe(run.runId);
      expect(BigInt(run.runId)).toBeGreaterThan(
        BigInt(Number.MAX_SAFE_INTEGER),
      );
    });

    it("takes no stranger's run for ours, and knows that nothing was started", async () => {
      await workspace.databricks.plantStrangersRun();
      const error = await workspace.failureOf(
        workspace.open().start(await workspace.callAs('ada'), aStart()),
      );
      expect(error).toMatchObject({
        code: 'platform-run-not-ours',
        refused: true,
      });
      expect(
        (await workspace.databricks.runs()).map(({ creator }) => creator),
      ).toEqual(['mallory@acme.example']);
    });

    describe('after the form was read', () => {
      const nobody = { run_as_user_name: null };
      it.each([
        [
          'somebody else',
          aStart(),
          { run_as_user_name: 'mallory@acme.example' },
        ],
        ['nobody any more', aStart(), nobody],
        ['somebody, and nobody before', aStart({ jobRunsAs: undefined }), {}],
        [
          'somebody whose name only looks the same',
          aStart({ job: BIG_JOB, jobRunsAs: 'ada@ac\u217Fe.example' }),
          {},
        ],
      ])('starts nothing that runs as %s', async (_who, job, json) => {
        await workspace.databricks.fault({
          path: GET_JOB,
          effect: 'merge',
          json,
        });
        const error = await workspace.failureOf(
          workspace.open().start(await workspace.callAs('ada'), job),
        );
        expect(error).toMatchObject({
          code: 'platform-conflict',
          refused: true,
        });
        expect(error.message).toMatch(
          /run_as .* changed.* Open the form again/,
        );
        expect(
          await workspace.databricks.requests({ path: RUN_NOW }),
        ).toHaveLength(0);
      });

      it.each([
        [
          'the same, spelt otherwise',
          aStart({ job: BIG_JOB, jobRunsAs: 'ADA@Acme.example' }),
          {},
        ],
        ['nobody, as before', aStart({ jobRunsAs: undefined }), nobody],
      ])('starts what runs as %s', async (_who, job, json) => {
        await workspace.databricks.fault({
          path: GET_JOB,
          effect: 'merge',
          json,
        });
        const started = await workspace
          .open()
          .start(await workspace.callAs('ada'), job);
        expect(started.kind).toBe('found');
      });
    });

    it("takes no stranger's run of another job for ours", async () => {
      await workspace.databricks.plantStrangersRun({
        creator: 'ada@acme.example',
        jobId: '8124',
      });
      // Ada may not even see it, so nobody can say what came back.
      const error = await workspace.failureOf(
        workspace.open().start(await workspace.callAs('ada'), aStart()),
      );
      expect(error).toMatchObject({
        code: 'platform-permission-denied',
        refused: false,
      });
    });

    it('leaves it open when the run that came back has other parameters', async () => {
      await workspace.databricks.plantStrangersRun({
        creator: 'ada@acme.example',
        parameters: { epochs: '50' },
      });
      const error = await workspace.failureOf(
        workspace.open().start(await workspace.callAs('ada'), aStart()),
      );
      expect(error).toMatchObject({
        code: 'platform-run-not-ours',
        refused: false,
      });
    });

    it('starts exactly one run on a workspace that ignores the key', async () => {
      await workspace.databricks.setIdempotency(false);
      await workspace.databricks.fault({
        path: RUN_NOW,
        effect: 'status',
        status: 503,
        commit: true,
        retryAfterSeconds: 0,
      });
      const error = await workspace.failureOf(
        workspace.open().start(await workspace.callAs('ada'), aStart()),
      );
      expect(error).toMatchObject({ code: 'platform-failed', refused: false });
      expect(await workspace.databricks.runs()).toHaveLength(1);
    });

    it.each([
      [
        'a parameter the job does not have',
        { epochs: '2', more: '1' },
        "'more'",
      ],
      [
        'a value that Databricks would replace',
        { epochs: '{{job.id}}' },
        "'epochs'",
      ],
    ])('sends nothing with %s', async (_what, parameters, named) => {
      const error = await workspace.failureOf(
        workspace
          .open()
          .start(await workspace.callAs('ada'), aStart({ parameters })),
      );
      expect(error).toMatchObject({
        code: 'platform-rejected-request',
        refused: true,
      });
      expect(error.message).toContain(named);
      expect(
        await workspace.databricks.requests({ path: RUN_NOW }),
      ).toHaveLength(0);
    });

    it('is refused to katherine, who may only look', async () => {
      const error = await workspace.failureOf(
        workspace.open().start(await workspace.callAs('katherine'), aStart()),
      );
      expect(error).toMatchObject({
        code: 'platform-permission-denied',
        refused: true,
      });
      expect(await workspace.databricks.runs()).toHaveLength(0);
    });

    it('tells a revoked credential from a missing right', async () => {
      const call = await workspace.callAs('ada');
      await workspace.databricks.revokePrincipal('ada@acme.example');
      const error = await workspace.failureOf(
        workspace.open().start(call, aStart()),
      );
      expect(error).toMatchObject({
        code: 'platform-refused-credential',
        refused: true,
      });
    });

    it.each([
      [
        'throttling by the front door is certain',
        RUN_NOW,
        { effect: 'status', status: 429, numericErrorCode: true },
        'platform-throttled',
        true,
      ],
      [
        'a refused credential is certain',
        RUN_NOW,
        { effect: 'status', status: 403, numericErrorCode: true },
        'platform-refused-credential',
        true,
      ],
      [
        'a sign-in page that forbids leaves it open',
        RUN_NOW,
        { effect: 'html', status: 403 },
        'platform-response-invalid',
        false,
      ],
      [
        'no run id leaves it open',
        RUN_NOW,
        { effect: 'merge', json: { run_id: null } },
        'platform-response-invalid',
        false,
      ],
      [
        'a run id that is none leaves it open',
        RUN_NOW,
        { effect: 'merge', json: { run_id: '../../x' } },
        'platform-response-invalid',
        false,
      ],
      [
        'a run that cannot be read leaves it open',
        GET_RUN,
        { effect: 'status', status: 403 },
        'platform-permission-denied',
        false,
      ],
      [
        'an outage after the start leaves it open',
        GET_RUN,
        { effect: 'drop' },
        'platform-unreachable',
        false,
      ],
      [
        'another run than the one asked about leaves it open',
        GET_RUN,
        { effect: 'merge', json: { run_id: 1 } },
        'platform-response-invalid',
        false,
      ],
      [
        'an unknown state leaves it open',
        GET_RUN,
        { effect: 'merge', json: { status: { state: 'DREAMING' } } },
        'platform-response-invalid',
        false,
      ],
      [
        'a run without a creator leaves it open',
        GET_RUN,
        { effect: 'merge', json: { creator_user_name: null } },
        'platform-response-invalid',
        false,
      ],
      [
        'an outage before the start is certain',
        GET_JOB,
        { effect: 'drop' },
        'platform-unreachable',
        true,
      ],
      [
        'a sign-in page before the start is certain',
        GET_JOB,
        { effect: 'html' },
        'platform-response-invalid',
        true,
      ],
      [
        '10 MB before the start are certain',
        GET_JOB,
        { effect: 'huge' },
        'platform-response-too-large',
        true,
      ],
      [
        'another job than the one asked about is certain',
        GET_JOB,
        { effect: 'merge', json: { job_id: 8124 } },
        'platform-response-invalid',
        true,
      ],
    ] as const)('%s', async (_rule, path, effect, code, refused) => {
      await workspace.databricks.fault({ path, ...effect });
      const error = await workspace.failureOf(
        workspace.open().start(await workspace.callAs('ada'), aStart()),
      );
      expect(error).toMatchObject({ code, refused });
      const sent = await workspace.databricks.requests({ path: RUN_NOW });
      expect(sent).toHaveLength(path === GET_JOB ? 0 : 1);
    });

    it('drops a link that leads elsewhere', async () => {
      await workspace.databricks.fault({
        path: GET_RUN,
        effect: 'merge',
        json: { run_page_url: 'https://evil.example/' },
      });
      const started = await workspace
        .open()
        .start(await workspace.callAs('ada'), aStart());
      expect(started.url).toBeUndefined();
    });

    it('says that a key of a deleted run cannot be used again', async () => {
      const call = await workspace.callAs('ada');
      const job = aStart();
      const { platformRunId } = await workspace.open().start(call, job);
      await workspace.databricks.forgetRun(platformRunId);
      const error = await workspace.failureOf(
        workspace.open().start(call, job),
      );
      expect(error).toMatchObject({
        code: 'platform-rejected-request',
        refused: true,
      });
      const readings = await workspace
        .open()
        .readJobs(await workspace.callAsReader(), [knownJob(job)]);
      expect(readings.get(job.runId)).toEqual({ kind: 'missing' });
    });
  });
});
