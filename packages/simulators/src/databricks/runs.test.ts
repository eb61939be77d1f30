import type { Simulators } from '../attachSimulators';
import { startSimulators } from '../startSimulators';
import {
  callerOf,
  startFraudRun,
  untilTerminated,
  type Caller,
} from '../testing/callers';

let simulators: Simulators;
let ada: Caller;
let katherine: Caller;
let grace: Caller;
beforeAll(async () => {
  simulators = await startSimulators({ manualRuns: true });
});
beforeEach(async () => {
  await simulators.databricks.reset();
  [ada, katherine, grace] = await Promise.all(
    (['ada', 'katherine', 'grace'] as const).map(person =>
      callerOf(simulators, person),
    ),
  );
});
afterAll(() => simulators.close());

const getRun = async (runId: string) =>
  (await ada.get(`/api/2.2/jobs/runs/get?run_id=${runId}`)).body;
/** Takes seconds, so that it is under way whenever somebody cancels it. */
const LONG = { job_parameters: { epochs: '200' } };
const SMALL = { job_parameters: { epochs: '1', class_weight: 'none' } };

describe('a run', () => {
  it('goes through its states, both in status and in the old state', async () => {
    const runId = await startFraudRun(ada, SMALL);
    const seen = [];
    for (let step = 0; step < 4; step += 1) {
      const { status, state, end_time: endTime } = await getRun(runId);
      seen.push([
        status.state,
        state.life_cycle_state,
        state.result_state,
        endTime > 0,
      ]);
      await simulators.databricks.advanceRun(runId);
    }
    expect(seen).toEqual([
      ['PENDING', 'PENDING', undefined, false],
      ['RUNNING', 'RUNNING', undefined, false],
      ['TERMINATING', 'TERMINATING', undefined, false],
      ['TERMINATED', 'TERMINATED', 'SUCCESS', true],
    ]);
    expect((await getRun(runId)).status.termination_details).toMatchObject({
      code: 'SUCCESS',
      type: 'SUCCESS',
    });
  });

  it('names who started it, its page and its task, but no tags and no run_as', async () => {
    const runId = await startFraudRun(ada);
    const run = await getRun(runId);
    expect(run).toMatchObject({
      creator_user_name: 'ada@acme.example',
      trigger: 'ONE_TIME',
      run_type: 'JOB_RUN',
      run_page_url: `${simulators.databricks.host}/?o=1234567890123456#job/8123/run/${runId}`,
      tasks: [{ task_key: 'train', run_id: expect.any(Number) }],
    });
    expect(run.tasks[0].run_id).not.toBe(run.run_id);
    expect(run).not.toHaveProperty('tags');
    expect(run).not.toHaveProperty('run_as');
  });

  it('fails with its reason when its parameters make no sense', async () => {
    const runId = await startFraudRun(ada, {
      job_parameters: { epochs: 'many' },
    });
    const ended = await simulators.databricks.advanceRun(runId, {
      to: 'TERMINATED',
    });
    const run = await getRun(runId);
    expect(run.status.termination_details).toMatchObject({
      code: 'RUN_EXECUTION_ERROR',
      type: 'CLIENT_ERROR',
    });
    expect(run.state).toMatchObject({
      life_cycle_state: 'TERMINATED',
      result_state: 'FAILED',
    });
    const { body: output } = await ada.get(
      `/api/2.2/jobs/runs/get-output?run_id=${ended.taskRunId}`,
    );
    expect(output.error).toContain(
      "epochs must be a whole number from 1 to 200, not 'many'",
    );
    expect(ended.modelVersion).toBeUndefined();
  });

  it('ends as a test says', async () => {
    const runId = await startFraudRun(ada);
    await simulators.databricks.advanceRun(runId);
    await simulators.databricks.advanceRun(runId, {
      to: 'TERMINATED',
      code: 'CLUSTER_ERROR',
      message: 'no machines',
    });
    const { status, state } = await getRun(runId);
    expect(status.termination_details).toEqual({
      code: 'CLUSTER_ERROR',
      type: 'CLOUD_FAILURE',
      message: 'no machines',
    });
    expect(state).toMatchObject({
      life_cycle_state: 'INTERNAL_ERROR',
      result_state: 'FAILED',
    });
  });

  it('that is missing is an invalid parameter', async () => {
    expect(await ada.get('/api/2.2/jobs/runs/get?run_id=12')).toMatchObject({
      status: 400,
      body: {
        error_code: 'INVALID_PARAMETER_VALUE',
        message: 'Run 12 does not exist.',
      },
    });
  });

  it('is hidden from who may not view its job', async () => {
    const runId = await startFraudRun(ada);
    expect(
      await grace.get(`/api/2.2/jobs/runs/get?run_id=${runId}`),
    ).toMatchObject({
      status: 403,
      body: { error_code: 'PERMISSION_DENIED' },
    });
  });
});

describe('the limit on concurrent runs', () => {
  it('queues the fifth run and starts it when one ends', async () => {
    const runIds = [];
    for (let run = 0; run < 5; run += 1) runIds.push(await startFraudRun(ada));
    const { status, state } = await getRun(runIds[4]);
    expect(status).toMatchObject({
      state: 'QUEUED',
      queue_details: { code: 'MAX_CONCURRENT_RUNS_REACHED' },
    });
    expect(state.life_cycle_state).toBe('QUEUED');

    await ada.send('POST', '/api/2.2/jobs/runs/cancel', {
      run_id: BigInt(runIds[0]),
    });
    await simulators.databricks.advanceRun(runIds[0]);
    expect((await getRun(runIds[4])).status.state).toBe('PENDING');
  });

  it('skips the run when the caller does not want it queued', async () => {
    for (let run = 0; run < 4; run += 1) await startFraudRun(ada);
    const run = await getRun(
      await startFraudRun(ada, { queue: { enabled: false } }),
    );
    expect(run.status.termination_details.code).toBe(
      'MAX_CONCURRENT_RUNS_EXCEEDED',
    );
    expect(run.state).toMatchObject({
      life_cycle_state: 'SKIPPED',
      result_state: 'MAXIMUM_CONCURRENT_RUNS_REACHED',
    });
  });
});

describe('cancel', () => {
  const cancel = (caller: Caller, runId: string) =>
    caller.send('POST', '/api/2.2/jobs/runs/cancel', { run_id: BigInt(runId) });

  it('answers at once; the run is terminating, then canceled', async () => {
    const runId = await startFraudRun(ada, LONG);
    await simulators.databricks.advanceRun(runId);
    expect(await cancel(ada, runId)).toMatchObject({ status: 200, text: '{}' });
    expect((await getRun(runId)).status.state).toBe('TERMINATING');
    const ended = await simulators.databricks.advanceRun(runId);
    const { status, state } = await getRun(runId);
    expect(status.termination_details.code).toBe('USER_CANCELED');
    expect(state).toMatchObject({
      result_state: 'CANCELED',
      user_cancelled_or_timedout: true,
    });
    expect(ended.modelVersion).toBeUndefined();
  });

  it('does nothing to a run that has ended', async () => {
    const runId = await startFraudRun(ada, SMALL);
    await simulators.databricks.advanceRun(runId, { to: 'TERMINATED' });
    expect(await cancel(ada, runId)).toMatchObject({ status: 200 });
    expect((await getRun(runId)).state.result_state).toBe('SUCCESS');
  });

  it('needs more than the right to view', async () => {
    const runId = await startFraudRun(ada);
    expect(await cancel(katherine, runId)).toMatchObject({ status: 403 });
    expect((await getRun(runId)).status.state).toBe('PENDING');
  });
});

describe('get-output', () => {
  it('is refused for the run and given for its task, with what it printed', async () => {
    const runId = await startFraudRun(ada, SMALL);
    const { taskRunId } = await simulators.databricks.advanceRun(runId, {
      to: 'TERMINATED',
    });
    expect(
      await ada.get(`/api/2.2/jobs/runs/get-output?run_id=${runId}`),
    ).toMatchObject({
      status: 400,
      body: { error_code: 'INVALID_PARAMETER_VALUE' },
    });
    const { body } = await ada.get(
      `/api/2.2/jobs/runs/get-output?run_id=${taskRunId}`,
    );
    expect(body.logs).toMatch(/epoch 1: loss \d/);
    expect(String(body.metadata.run_id)).toBe(taskRunId);
    expect(String(body.metadata.job_run_id)).toBe(runId);
  });
});

describe('runs/list', () => {
  it('leaves the list out when there are no runs', async () => {
    expect((await ada.get('/api/2.2/jobs/runs/list?job_id=8123')).body).toEqual(
      { has_more: false },
    );
  });

  it('has pages, and shows the unfinished before the finished', async () => {
    const finished = await startFraudRun(ada, SMALL);
    await simulators.databricks.advanceRun(finished, { to: 'TERMINATED' });
    const running = await startFraudRun(ada);
    const first = (await ada.get('/api/2.2/jobs/runs/list?job_id=8123&limit=1'))
      .body;
    expect(first).toMatchObject({
      has_more: true,
      runs: [{ run_id: Number(running) }],
    });
    const second = (
      await ada.get(
        `/api/2.2/jobs/runs/list?job_id=8123&limit=1&page_token=${first.next_page_token}`,
      )
    ).body;
    expect(second).toMatchObject({
      has_more: false,
      runs: [{ run_id: Number(finished) }],
    });
    expect(second).not.toHaveProperty('next_page_token');
  });

  it('tells active runs from completed ones', async () => {
    const finished = await startFraudRun(ada, SMALL);
    await simulators.databricks.advanceRun(finished, { to: 'TERMINATED' });
    const running = await startFraudRun(ada);
    const ids = async (query: string) =>
      (await ada.get(`/api/2.2/jobs/runs/list?${query}`)).body.runs.map(
        (run: any) => String(run.run_id),
      );
    expect(await ids('active_only=true')).toEqual([running]);
    expect(await ids('completed_only=true')).toEqual([finished]);
    expect(
      await ada.get(
        '/api/2.2/jobs/runs/list?active_only=true&completed_only=true',
      ),
    ).toMatchObject({ status: 400 });
  });

  it('shows only runs of jobs the caller may view', async () => {
    await startFraudRun(ada);
    expect(
      (await grace.get('/api/2.2/jobs/runs/list')).body,
    ).not.toHaveProperty('runs');
    expect(
      await grace.get('/api/2.2/jobs/runs/list?job_id=8123'),
    ).toMatchObject({ status: 403 });
  });

  it('refuses a limit above 24, or clamps it when told so', async () => {
    expect(await ada.get('/api/2.2/jobs/runs/list?limit=25')).toMatchObject({
      status: 400,
    });
    await simulators.databricks.setBehaviour({ runsListOverLimit: 'clamp' });
    expect(await ada.get('/api/2.2/jobs/runs/list?limit=25')).toMatchObject({
      status: 200,
    });
  });
});

describe('on its own clock', () => {
  it('a run succeeds by itself well within a second of its own time', async () => {
    const fast = await startSimulators({ runSeconds: 0.2 });
    try {
      const caller = await callerOf(fast, 'ada');
      const run = await untilTerminated(
        caller,
        await startFraudRun(caller, SMALL),
      );
      expect(run.state.result_state).toBe('SUCCESS');
    } finally {
      await fast.close();
    }
  });
});
