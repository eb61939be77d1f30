import type { KnownJob } from 'backstage-plugin-modelops-node';
import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
import { aStart, BIG_JOB, TestWorkspace } from './__testUtils__/workspace';

const GET_RUN = '/api/2.2/jobs/runs/get';
const CANCEL = '/api/2.2/jobs/runs/cancel';

describe('cancel', () => {
  let workspace: TestWorkspace;
  beforeAll(async () => {
    workspace = await TestWorkspace.start({ manualRuns: true });
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  type StartedJob = KnownJob & { platformRunId: string };

  async function start(job = aStart()): Promise<StartedJob> {
    const { platformRunId } = await workspace
      .open()
      .start(await workspace.callAs('ada'), job);
    return { ...knownJob(job), platformRunId };
  }

  async function cancel(job: StartedJob, person: 'ada' | 'katherine' = 'ada') {
    await workspace.open().cancel(await workspace.callAs(person), job);
  }

  async function stateOf(job: StartedJob) {
    const readings = await workspace
      .open()
      .readJobs(await workspace.callAsReader(), [job]);
    const reading = readings.get(job.runId);
    return reading?.kind === 'found' ? reading.state : reading?.kind;
  }

  it('cancels the run, in the name of the person', async () => {
    const job = await start(aStart({ job: BIG_JOB }));
    await workspace.databricks.advanceRun(job.platformRunId, { to: 'RUNNING' });
    await cancel(job);
    await workspace.databricks.advanceRun(job.platformRunId, {
      to: 'TERMINATED',
    });
    expect(await stateOf(job)).toBe('canceled');
    const [sent] = await workspace.databricks.requests({ path: CANCEL });
    expect(sent.body).toBe(`{"run_id":${job.platformRunId}}`);
    expect(sent.principal).toBe('ada@acme.example');
  });

  it.each([400, 409])(
    'is no error when the platform answers %s because the run is over',
    async status => {
      const job = await start();
      await workspace.databricks.advanceRun(job.platformRunId, {
        to: 'TERMINATED',
        code: 'SUCCESS',
      });
      await workspace.databricks.fault({
        path: CANCEL,
        effect: 'status',
        status,
      });
      await expect(cancel(job)).resolves.toBeUndefined();
    },
  );

  it('is an error when the platform refuses although the run goes on', async () => {
    const job = await start();
    await workspace.databricks.fault({
      path: CANCEL,
      effect: 'status',
      status: 400,
    });
    expect((await workspace.failureOf(cancel(job))).code).toBe(
      'platform-rejected-request',
    );
    expect(await workspace.databricks.requests({ path: GET_RUN })).toHaveLength(
      2,
    );
  });

  it('is repeated after a lost answer', async () => {
    const job = await start();
    await workspace.databricks.fault({
      path: CANCEL,
      count: 1,
      effect: 'drop',
      commit: true,
    });
    await cancel(job);
    expect(await workspace.databricks.requests({ path: CANCEL })).toHaveLength(
      2,
    );
  });

  it('is refused to katherine, who may only look', async () => {
    const job = await start();
    const error = await workspace.failureOf(cancel(job, 'katherine'));
    expect(error).toMatchObject({
      code: 'platform-permission-denied',
      refused: true,
    });
    expect(error.message).toContain('CAN_MANAGE_RUN on job/8123');
  });
});
