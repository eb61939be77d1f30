import type { KnownJob } from 'backstage-plugin-modelops-node';
import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
import { aStart, BIG_JOB, TestWorkspace } from './__testUtils__/workspace';

const MODEL = { kind: 'model', canonical: 'model/main.fraud.detector' };
const GET_RUN = '/api/2.2/jobs/runs/get';
const OUTPUT = '/api/2.2/jobs/runs/get-output';
const VERSIONS = '/api/2.1/unity-catalog/models/main.fraud.detector/versions';
const MLFLOW_RUN = '/api/2.0/mlflow/runs/get';
const MAX_BYTES = 256 * 1024;

describe('A job that was started', () => {
  let workspace: TestWorkspace;
  beforeAll(async () => {
    workspace = await TestWorkspace.start();
    await workspace.databricks.endpoints(); // once its first models are trained
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  async function start(
    job = aStart(),
  ): Promise<KnownJob & { platformRunId: string }> {
    const { platformRunId } = await workspace
      .open()
      .start(await workspace.callAs('ada'), job);
    return { ...knownJob(job), platformRunId };
  }

  async function trained() {
    const job = await start();
    await workspace.untilOver(job.platformRunId);
    return job;
  }

  async function result(
    job: KnownJob & { platformRunId: string },
    model: typeof MODEL | undefined = MODEL,
  ) {
    return workspace
      .open()
      .readResult(await workspace.callAs('ada'), job, model);
  }

  async function logs(
    job: KnownJob & { platformRunId: string },
    maxBytes = MAX_BYTES,
  ) {
    return workspace
      .open()
      .readLogs(await workspace.callAs('ada'), job, maxBytes);
  }

  describe('readResult', () => {
    it('is the version that the run registered, with its metrics', async () => {
      const job = await trained();
      const [run] = await workspace.databricks.runs();
      const made = await result(job);
      expect(made.modelVersion).toEqual({
        model: 'main.fraud.detector',
        version: String(run.modelVersion),
        status: 'READY',
        url: `${workspace.databricks.host}/explore/data/models/main/fraud/detector/version/${run.modelVersion}`,
      });
      expect(made.metrics.map(({ name }) => name)).toEqual([
        'accuracy',
        'precision',
        'recall',
        'auc',
        'loss',
      ]);
      for (const { value } of made.metrics)
        expect(value).toEqual(expect.any(Number));
    });

    it('does not look at versions from before the run', async () => {
      const job = await trained();
      await result(job);
      expect(
        await workspace.databricks.requests({ path: MLFLOW_RUN }),
      ).toHaveLength(1);
    });

    it('does not take the version of another run', async () => {
      const [first, second] = [await trained(), await trained()];
      const [one, other] = [await result(first), await result(second)];
      expect(one.modelVersion?.version).not.toBe(other.modelVersion?.version);
    });

    it('is that of the run also when many versions were made since', async () => {
      const job = await trained();
      const { credential } = await workspace.callAs('ada');
      const answer = await fetch(`${workspace.databricks.host}${VERSIONS}`, {
        headers: { authorization: `Bearer ${credential.accessToken.reveal()}` },
      });
      const { model_versions: versions } = await answer.json();
      const [newest] = [...versions].sort((a, b) => b.version - a.version);
      const since = Array.from({ length: 30 }, (_, at) => ({
        ...newest,
        version: newest.version + at + 1,
        run_id: `of-another-run-${at}`,
        created_at: newest.created_at + at + 1,
      }));
      await workspace.databricks.fault({
        path: VERSIONS,
        effect: 'body',
        body: JSON.stringify({ model_versions: [...versions, ...since] }),
      });
      const made = await result(job);
      expect(made.modelVersion?.version).toBe(String(newest.version));
    });

    it('reads on after an empty page', async () => {
      const job = await trained();
      await workspace.databricks.fault({
        path: VERSIONS,
        count: 1,
        effect: 'body',
        body: '{"next_page_token":""}',
      });
      expect((await result(job)).modelVersion).toBeUndefined();
      await workspace.databricks.fault({
        path: VERSIONS,
        count: 1,
        effect: 'merge',
        json: { model_versions: null, next_page_token: 'p2' },
      });
      await workspace.databricks.fault({
        path: VERSIONS,
        count: 1,
        effect: 'status',
        status: 503,
        retryAfterSeconds: 0,
      });
      const error = await workspace.failureOf(result(job));
      // The simulator does not know our token; that it was asked is what counts.
      expect(error.code).toBe('platform-rejected-request');
      const asked = await workspace.databricks.requests({ path: VERSIONS });
      expect(asked.at(-1)?.query.page_token).toEqual(['p2']);
    });

    it('makes null of metrics that are no numbers', async () => {
      const job = await trained();
      const [run] = await workspace.databricks.runs();
      await workspace.databricks.fault({
        path: MLFLOW_RUN,
        effect: 'body',
        body: `{"run":{"data":{"metrics":[{"key":"loss","value":NaN},{"key":"auc","value":"Infinity"},{"key":"f1","value":0.5}],
          "tags":[{"key":"mlflow.databricks.jobRunID","value":"${run.taskRunId}"}]}}}`,
      });
      expect((await result(job)).metrics).toEqual([
        { name: 'loss', value: null },
        { name: 'auc', value: null },
        { name: 'f1', value: 0.5 },
      ]);
    });

    it('is nothing for a job that registered nothing, and for a model of another kind', async () => {
      const job = await start(aStart({ job: BIG_JOB }));
      await workspace.untilOver(job.platformRunId);
      expect(await result(job)).toEqual({ metrics: [] });
      expect(
        await result(job, {
          kind: 'registered-model',
          canonical: 'registered-model/x',
        }),
      ).toEqual({ metrics: [] });
      expect(
        await workspace.open().readResult(await workspace.callAs('ada'), job),
      ).toEqual({ metrics: [] });
    });

    it('leaves out versions whose MLflow run is gone or closed to the person', async () => {
      const job = await trained();
      for (const status of [404, 403]) {
        await workspace.databricks.fault({
          path: MLFLOW_RUN,
          count: 1,
          effect: 'status',
          status,
        });
        expect(await result(job)).toEqual({ metrics: [] });
      }
    });

    it('is read with the rights of the person', async () => {
      const job = await trained();
      const error = await workspace.failureOf(
        workspace
          .open()
          .readResult(await workspace.callAs('grace'), job, MODEL),
      );
      expect(error.code).toBe('platform-permission-denied');
      expect(
        await workspace.databricks.requests({ path: VERSIONS }),
      ).toHaveLength(0);
    });

    it('looks at a limited number of versions', async () => {
      const job = await trained();
      const now = Date.now() + 60_000;
      const versions = Array.from({ length: 500 }, (_, index) => ({
        version: 1000 + index,
        run_id: `r${index}`,
        created_at: now + index,
      }));
      await workspace.databricks.fault({
        path: VERSIONS,
        effect: 'merge',
        json: { model_versions: versions },
      });
      expect(await result(job)).toEqual({ metrics: [] });
      const asked = await workspace.databricks.requests({ path: MLFLOW_RUN });
      expect(asked).toHaveLength(20);
      expect(asked[0].query.run_id).toEqual(['r0']);
    });
  });

  describe('readLogs', () => {
    it('is the log of the one task', async () => {
      const job = await trained();
      const text = await logs(job);
      expect(text).toMatch(/epoch/i);
      expect(text).not.toContain('──');
      const [output] = await workspace.databricks.requests({ path: OUTPUT });
      expect(output.query.run_id).not.toEqual([job.platformRunId]);
    });

    it('is no longer than asked for', async () => {
      const job = await trained();
      const whole = await logs(job);
      const tail = await logs(job, 100);
      expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(100);
      expect(whole.endsWith(tail)).toBe(true);
    });

    it('shows each task under its name, in the order they began', async () => {
      const job = await trained();
      const [{ taskRunId }] = await workspace.databricks.runs();
      const task = (task_key: string, start_time: number, attempt_number = 0) =>
        `{"run_id":${taskRunId},"task_key":"${task_key}","start_time":${start_time},"attempt_number":${attempt_number}}`;
      await workspace.databricks.fault({
        path: GET_RUN,
        effect: 'body',
        body: `{"run_id":${job.platformRunId},"tasks":[${task(
          'train',
          3,
        )},${task('prepare', 1)},${task('prepare', 2, 1)},
          {"run_id":1,"task_key":"publish"}]}`,
      });
      const text = await logs(job);
      expect(text.match(/── .* ──/g)).toEqual([
        '── prepare ──',
        '── prepare (attempt 2) ──',
        '── train ──',
      ]);
    });

    it('shows the error of a task that failed', async () => {
      const job = await trained();
      await workspace.databricks.fault({
        path: OUTPUT,
        effect: 'body',
        body: '{"logs":"loading\\n","error":"ValueError: no","error_trace":"ValueError: no\\n  at line 7"}',
      });
      expect(await logs(job)).toBe('loading\n\nValueError: no\n  at line 7');
    });

    it.each([
      [
        'has none yet',
        { effect: 'status', status: 400 },
        'no log of this task yet',
      ],
      ['is too large', { effect: 'huge', megabytes: 20 }, 'too large'],
    ] as const)('says so when a task %s', async (_what, effect, note) => {
      const job = await trained();
      await workspace.databricks.fault({ path: OUTPUT, ...effect });
      expect(await logs(job)).toContain(note);
    });

    it('takes an output of 10 MB', async () => {
      const job = await trained();
      await workspace.databricks.fault({
        path: OUTPUT,
        effect: 'huge',
        megabytes: 10,
      });
      expect(await logs(job)).toBe('');
    });

    it('is read with the rights of the person', async () => {
      const job = await trained();
      const error = await workspace.failureOf(
        workspace
          .open()
          .readLogs(await workspace.callAs('grace'), job, MAX_BYTES),
      );
      expect(error.code).toBe('platform-permission-denied');
    });

    it('does not go round in circles', async () => {
      const job = await trained();
      await workspace.databricks.fault({
        path: GET_RUN,
        effect: 'merge',
        json: { next_page_token: 'again' },
      });
      await logs(job);
      const asked = (
        await workspace.databricks.requests({ path: GET_RUN })
      ).filter(({ fault }) => fault);
      expect(asked).toHaveLength(2);
    });
  });
});
