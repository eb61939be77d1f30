import { TestDatabases } from '@backstage/backend-test-utils';
import { startSimulators, type Simulators } from 'modelops-simulators';
import { Bench } from './__testUtils__/model/Bench';
import { shiftDate } from './__testUtils__/shiftedDate';
import { unlimitedConfig } from './__testUtils__/unlimitedConfig';

/** Longer than the window after which a run without a job is closed as never sent, in milliseconds. */
const NEVER_SENT_OVER_MS = 301_000;
const LEASE_OVER_MS = 61_000;
const NEXT_WATCH_MS = 11 * 60_000;
const STARTER = 0;
const OTHER = 1;

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())(
  'A start that is paused, on %s',
  databaseId => {
    let simulators: Simulators;
    let bench: Bench;
    beforeAll(async () => {
      simulators = await startSimulators({ manualRuns: true });
    });
    beforeEach(async () => {
      bench = await Bench.open(
        simulators,
        await databases.init(databaseId),
        unlimitedConfig(simulators),
      );
    });
    afterEach(() => shiftDate(0));
    afterAll(() => simulators?.close());

    it('between its last look at the lease and the call makes a job that is late: recorded, shown, and not followed', async () => {
      await startUntil('before start');
      await bench.later(NEVER_SENT_OVER_MS);
      await tick(OTHER);
      expect(await bench.rows()).toMatchObject([
        { state: 'failed', failure_code: 'never-sent', platform_run_id: null },
      ]);

      await bench.goOn(0);
      const [{ runId: jobId }] = await simulators.databricks.runs();
      await bench.later(NEXT_WATCH_MS);
      await tick(OTHER);
      await tick(OTHER);
      expect(await bench.rows()).toMatchObject([
        {
          state: 'failed',
          failure_code: 'never-sent',
          platform_run_id: jobId,
          next_read_at: null,
        },
      ]);
      const { entries } = await bench.gather();
      expect(entries.filter(({ code }) => code === 'run.late')).toMatchObject([
        { platformRunId: jobId },
      ]);
    });

    it.each([
      ['another replica', OTHER],
      ['its own replica', STARTER],
    ])(
      'before its last look at the lease sends nothing, while %s reads',
      async (_who, reader) => {
        await startUntil('after run.exchanged');
        await bench.later(NEVER_SENT_OVER_MS);
        // The reader has leased the run and seen no job; what it decides is still to come.
        await bench.perform(reader, portal => portal.tick(), 'after readJobs');
        await bench.goOn(0);
        await bench.goOn(0);
        expect(await simulators.databricks.runs()).toEqual([]);
        expect(await bench.rows()).toMatchObject([
          { state: 'failed', failure_code: 'never-sent' },
        ]);
      },
    );

    it('while its lease was taken over and given back sends nothing', async () => {
      await startUntil('after run.exchanged');
      await bench.later(LEASE_OVER_MS);
      await tick(OTHER);
      await bench.goOn(0);
      expect(await simulators.databricks.runs()).toEqual([]);
      await bench.comeToRest();
      expect(await bench.rows()).toMatchObject([
        { state: 'failed', failure_code: 'never-sent' },
      ]);
    });

    async function startUntil(point: string): Promise<void> {
      const asking = await bench.askingOf('ada');
      await bench.perform(
        STARTER,
        portal =>
          portal.start(asking, 'paused-start-key-1', {
            entityRef: 'resource:default/fraud-detector',
            action: 'train',
            operation: 'start',
            parameters: {},
          }),
        point,
      );
    }

    function tick(replica: number): Promise<void> {
      return bench.perform(replica, portal => portal.tick());
    }
  },
);
