import { TestDatabases } from '@backstage/backend-test-utils';
import type { ErrorCode } from 'backstage-plugin-modelops-common';
import type { WireEffect } from 'modelops-simulators';
import {
  BREAKS,
  expectReadUpTo,
  FLOOD,
  readInVain,
  soon,
  useWiredPortal,
  WIRE,
} from './__testUtils__/wiredPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const { LOST, UNANSWERED, CUT } = BREAKS;
/** Longest answers read. */
const ANSWER_BYTES = 4 * 1024 * 1024;
const LOG_BYTES = 16 * 1024 * 1024;

describe('A run that is open while the wire breaks', () => {
  const portal = useWiredPortal(databases, 'SQLITE_3', { manualRuns: true });
  const workspace = () => portal().simulators.databricks;

  /** A run whose job runs, and of which we know that it was submitted. */
  async function startJob() {
    const { body } = await portal().train('ada');
    expect(body.state).toBe('submitted');
    await workspace().advanceRun(body.platformRunId, { to: 'RUNNING' });
    return { id: body.id as string, job: body.platformRunId as string };
  }

  /** Tries to follow a run, and gives its state; what it left is one line in the log, and nothing in the ledger. */
  async function follow(id: string, code: ErrorCode) {
    const entries = await portal().entries({ runId: id });
    await soon(readInVain(portal(), code));
    expect(await portal().entries({ runId: id })).toEqual(entries);
    return (await portal().run(id)).state;
  }

  it.each<[string, string, WireEffect, ErrorCode]>([
    ['the token exchange is lost', WIRE.token, LOST, 'exchange-unreachable'],
    ['the token has 200 MB', WIRE.token, FLOOD, 'exchange-response-invalid'],
    ['the run is cut', WIRE.run, CUT, 'platform-unreachable'],
    ['the run has 200 MB', WIRE.run, FLOOD, 'platform-response-too-large'],
  ])(
    'stays as it is when %s, and goes on when the wire is mended',
    async (_what, at, effect, code) => {
      const { id } = await startJob();
      portal().wire.fault({ at, ...effect });
      expect(await follow(id, code)).toBe('submitted');
      expectReadUpTo(portal().wire, ANSWER_BYTES);
      portal().wire.clearFaults();
      expect((await portal().until(id, 'running')).id).toBe(id);
    },
  );

  it('stays as it is when the port is closed, and goes on when it is open again', async () => {
    const { id } = await startJob();
    await portal().wire.refuse();
    expect(await follow(id, 'exchange-unreachable')).toBe('submitted');
    await portal().wire.accept();
    expect((await portal().until(id, 'running')).id).toBe(id);
  });

  it('stays unknown when the list in which it is looked for is cut, and is found afterwards', async () => {
    portal().wire.fault({ at: WIRE.runNow, ...UNANSWERED });
    const { body } = await portal().train('ada');
    portal().wire.fault({ at: WIRE.runs, ...CUT });
    expect(await follow(body.id, 'platform-unreachable')).toBe('unknown');
    portal().wire.clearFaults();
    const { platformRunId } = await portal().until(body.id, 'submitted');
    const jobs = await workspace().runs();
    expect(jobs.map(job => job.runId)).toEqual([platformRunId]);
  });

  const cancel = (id: string) =>
    portal().call('ada', 'POST', `/v1/runs/${id}/cancel`);

  it.each<[string, WireEffect, ErrorCode]>([
    ['lost on its way', LOST, 'platform-unreachable'],
    ['not answered', UNANSWERED, 'platform-unreachable'],
    ['answered with 200 MB', FLOOD, 'platform-response-too-large'],
  ])(
    'cannot be said to be canceled when the cancel is %s; asking again is fine',
    async (_how, effect, code) => {
      const { id, job } = await startJob();
      portal().wire.fault({ at: WIRE.cancel, ...effect });
      const { status, body } = await soon(cancel(id));
      expect([status, body.error.code]).toEqual([503, code]);
      expect((await portal().entries({ runId: id })).at(-1)).toMatchObject({
        code: 'run.cancel-failed',
        outcome: 'failed',
        refusalCode: code,
      });
      expect((await portal().run(id)).state).toBe('submitted');
      portal().wire.clearFaults();
      expect((await cancel(id)).body.cancelRequested).toBe(true);
      await workspace().advanceRun(job, { to: 'TERMINATED' });
      await portal().until(id, 'canceled');
    },
  );

  it('is canceled once, however often the connection was lost', async () => {
    const { id, job } = await startJob();
    portal().wire.fault({ at: WIRE.cancel, ...UNANSWERED, count: 2 });
    expect((await soon(cancel(id))).body.cancelRequested).toBe(true);
    await workspace().advanceRun(job, { to: 'TERMINATED' });
    await portal().until(id, 'canceled');
  });

  it.each<[string, 'logs' | 'result', string, WireEffect]>([
    ['log', 'logs', WIRE.run, UNANSWERED],
    ['log of its task', 'logs', WIRE.output, CUT],
    ['result', 'result', WIRE.run, LOST],
  ])(
    'has no %s when the answer is lost: 503',
    async (_what, path, at, effect) => {
      const { id } = await startJob();
      portal().wire.fault({ at, ...effect });
      const read = () => portal().call('ada', 'GET', `/v1/runs/${id}/${path}`);
      const { status, body } = await soon(read());
      expect([status, body.error.code]).toEqual([503, 'platform-unreachable']);
      expect((await portal().entries({ runId: id })).at(-1)).toMatchObject({
        code: `run.${path}-failed`,
        outcome: 'failed',
      });
      portal().wire.clearFaults();
      expect((await read()).status).toBe(200);
    },
  );

  it('shows that a log of 200 MB is too large, and does not read it', async () => {
    const { id } = await startJob();
    portal().wire.fault({ at: WIRE.output, ...FLOOD });
    const { status, text } = await soon(
      portal().call('ada', 'GET', `/v1/runs/${id}/logs`),
    );
    expect(status).toBe(200);
    expect(text).toContain('too large');
    expectReadUpTo(portal().wire, LOG_BYTES);
  });
});
