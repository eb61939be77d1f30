import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { StartRunRequest } from 'backstage-plugin-modelops-common';
import { type Simulators, startSimulators } from 'modelops-simulators';
import type { RunRow } from '../runs/runRow';
import { DEMAND, withVertex } from '../__testUtils__/vertexDemo';
import { demoConfig } from '../__testUtils__/demoConfig';
import type { Answer } from './__testUtils__/BarePortal';
import { bundle, type Bundle } from './__testUtils__/bundle';
import { ChildProcess, ProcessGone } from './__testUtils__/ChildProcess';
import type { ChildCalls } from './__testUtils__/killed/child';
import type { WorldDatabase } from './__testUtils__/killed/World';
import { Worlds } from './__testUtils__/killed/Worlds';

// What Google is asked does not depend on the database; killed.test.ts kills on both.
const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

/** Longer than a lease, every pause of the reconciler and the never-sent window, in milliseconds. */
const TIME_STEP_MS = 305_000;
/** After this many of them every run is closed. */
const MOST_TIME_STEPS = 5;

const TRAINING: StartRunRequest = {
  entityRef: DEMAND,
  action: 'train',
  operation: 'start',
  parameters: {},
};
const DEPLOYMENT: StartRunRequest = {
  entityRef: DEMAND,
  action: 'deploy',
  operation: 'deploy',
  version: '2',
  parameters: { traffic: 10 },
};

/** A portal that is killed and started again, on one database. */
class KilledPortal {
  private child!: ChildProcess<ChildCalls>;
  private shiftMs = 0;

  constructor(
    private readonly simulators: Simulators,
    private readonly code: Bundle,
    private readonly database: WorldDatabase,
  ) {}

  get process() {
    return this.child;
  }

  async start(): Promise<void> {
    this.child = ChildProcess.start<ChildCalls>(this.code);
    await this.child.call('shiftDate', this.shiftMs);
    const { config, folder } = this.database;
    await this.child.call('open', {
      knex: config,
      config: withVertex(demoConfig(this.simulators), this.simulators),
      witnessFile: join(folder, 'witnessed.jsonl'),
      logFile: join(folder, 'log'),
    });
  }

  async ask(key: string, request: StartRunRequest): Promise<Answer> {
    const asking = {
      person: 'ada',
      idToken: await this.simulators.idp.signIdToken('ada'),
      traceId: randomBytes(16).toString('hex'),
    };
    return this.child.call('start', asking, key, request);
  }

  async later(): Promise<void> {
    this.shiftMs += TIME_STEP_MS;
    await this.child.call('shiftDate', this.shiftMs);
    await this.simulators.idp.setClockOffset(this.shiftMs / 1_000);
    await this.simulators.google.setClockOffset(this.shiftMs / 1_000);
  }

  /** Lets Google finish what it was asked for, and time pass, until the run is closed. */
  async endOf(runId: string): Promise<RunRow> {
    const { google } = this.simulators;
    for (let steps = 0; ; steps += 1) {
      for (const job of await google.jobs({
        labels: { 'modelops-run-id': runId },
      }))
        await google.advanceJob(job.name, { code: 3 });
      const { running } = (await google.endpoint('demand-forecast'))!;
      for (const operation of running) await google.finishOperation(operation);
      await this.child.call('tick');
      const run = await this.database
        .db<RunRow>('runs')
        .where({ run_id: runId })
        .first();
      if (!run) throw new Error(`There is no run ${runId}`);
      if (run.ended_at || steps === MOST_TIME_STEPS) return run;
      await this.later();
    }
  }
}

describe.each(databases.eachSupportedId())(
  'A process that is killed while it asks Google, on %s',
  databaseId => {
    let simulators: Simulators;
    let code: Bundle;
    let worlds: Worlds;
    let portal: KilledPortal;
    beforeAll(async () => {
      simulators = await startSimulators({ manualRuns: true });
      code = await bundle(join(__dirname, '__testUtils__/killed/child.ts'));
      worlds = await Worlds.prepare(databases);
      const database = await worlds.of(databaseId).create();
      portal = new KilledPortal(simulators, code, database);
      await portal.start();
    }, 60_000);
    afterAll(async () => {
      await portal?.process.kill();
      await worlds?.remove();
      await code?.remove();
      await simulators?.close();
    });

    const reset = () =>
      simulators.google.changeEndpoint('demand-forecast', {
        labels: {},
        serves: [{ model: 'demand-forecast', version: '1', share: 100 }],
      });
    /** Deployments that were sent for a run. */
    const deploymentsOf = async (runId: string) =>
      (await simulators.google.requests({ method: 'POST' })).filter(
        ({ path, headers }) =>
          path.endsWith(':deployModel') &&
          headers['user-agent']?.endsWith(runId),
      );
    const servedShares = async () =>
      (await simulators.google.endpoint('demand-forecast'))!.deployed.map(
        ({ version, share }) => `${version}: ${share}`,
      );
    let keys = 0;
    const newKey = () => {
      keys += 1;
      return `vertex-key-${String(keys).padStart(10, '0')}`;
    };
    const accepted = (answer: Answer): string => {
      if (answer.status !== 202) throw new Error(answer.message);
      return answer.runId;
    };

    /** Each request to Google of one order, before it is sent and after it was answered. */
    async function stepsOf(request: StartRunRequest): Promise<string[]> {
      await reset();
      await portal.process.call('takeSteps');
      await portal.endOf(accepted(await portal.ask(newKey(), request)));
      const steps = await portal.process.call('takeSteps');
      // Names of jobs and operations are new each time.
      return [...new Set(steps)].filter(
        step => /\/v1\/(token|projects)/.test(step) && !/[0-9]{9}/.test(step),
      );
    }

    /** Dies at the step, is started again, and is asked again with the same key. */
    async function killAt(step: string, request: StartRunRequest) {
      await reset();
      await portal.process.kill();
      await portal.start();
      const key = newKey();
      await portal.process.call('dieAt', { step, nth: 1 });
      const died = await portal.ask(key, request).then(
        async answer => {
          // Past the answer, on the way to the end.
          await portal.endOf(accepted(answer)).catch(gone);
        },
        error => gone(error),
      );
      expect(died).toBeUndefined();
      await portal.process.gone;
      await portal.start();
      return portal.endOf(accepted(await portal.ask(key, request)));
    }

    it('starts one job, or none that it says it started', async () => {
      const steps = await stepsOf(TRAINING);
      expect(steps).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^before POST .*customJobs$/),
          expect.stringMatching(/^after POST .*customJobs$/),
        ]),
      );
      for (const step of steps) {
        const run = await killAt(step, TRAINING);
        const jobs = await simulators.google.jobs({
          labels: { 'modelops-run-id': run.run_id },
        });
        expect([step, run.state, run.failure_code, jobs.length]).toEqual(
          run.failure_code === 'never-sent'
            ? [step, 'failed', 'never-sent', 0]
            : [step, 'failed', 'job-failed', 1],
        );
      }
      expect((await portal.process.call('verify')).intact).toBe(true);
    }, 240_000);

    it('deploys once, and follows the operation to its end', async () => {
      const steps = await stepsOf(DEPLOYMENT);
      expect(steps).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^before POST .*:deployModel$/),
          expect.stringMatching(/^after POST .*:deployModel$/),
        ]),
      );
      for (const step of steps) {
        const run = await killAt(step, DEPLOYMENT);
        const sent = (await deploymentsOf(run.run_id)).length;
        expect([
          step,
          run.state,
          run.failure_code,
          sent,
          await servedShares(),
        ]).toEqual(
          sent === 0
            ? [step, 'failed', 'never-sent', 0, ['1: 100']]
            : [step, 'succeeded', null, 1, ['1: 90', '2: 10']],
        );
      }
      expect((await portal.process.call('verify')).intact).toBe(true);
    }, 240_000);
  },
);

/** That the process is gone is what was wanted. */
function gone(error: unknown): void {
  if (!(error instanceof ProcessGone)) throw error;
}
