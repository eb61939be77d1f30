import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
import {
  GET_JOB,
  JobReader,
  LIST,
  MINUTE_MS,
  UNDECLARED,
} from './__testUtils__/JobReader';
import {
  aStart,
  BIG_JOB,
  PARAMETERS,
  TestWorkspace,
} from './__testUtils__/workspace';

describe('readJobs', () => {
  let workspace: TestWorkspace;
  let reader: JobReader;
  beforeAll(async () => {
    workspace = await TestWorkspace.start({ manualRuns: true });
    reader = new JobReader(workspace);
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  describe('of a start whose answer was lost', () => {
    it('finds it among many, whatever the clock of the workspace says', async () => {
      await workspace.databricks.setClockOffset(-300);
      const job = await reader.startLost();
      for (let others = 0; others < 30; others++)
        await workspace.databricks.startStrangersRun();
      const [reading] = await reader.read([job]);
      expect(reading.kind).toBe('found');
      expect(reading).not.toHaveProperty('likeness');
    });

    it('finds it on a workspace that ignores the key', async () => {
      await workspace.databricks.setIdempotency(false);
      const job = await reader.startLost();
      expect((await reader.read([job]))[0].kind).toBe('found');
    });

    it('says that there is none when the request was lost, too', async () => {
      await workspace.databricks.startStrangersRun({
        creator: 'ada@acme.example',
        parameters: PARAMETERS,
      });
      expect(await reader.read([knownJob(aStart())])).toEqual([
        { kind: 'missing' },
      ]);
    });

    it('is not kept from ours by a planted one', async () => {
      const job = await reader.startLost();
      await workspace.databricks.startStrangersRun({
        parameters: { ...PARAMETERS, modelops_run_id: job.runId },
      });
      expect((await reader.read([job]))[0].kind).toBe('found');
    });

    it('does not say that there is none to a reader who may not look', async () => {
      const job = await reader.startLost();
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
      const error = await workspace.failureOf(reader.read([job]));
      expect(error.code).toBe('platform-permission-denied');
      expect(error.message).toContain('CAN_VIEW');
    });

    it('cannot say what became of it once the job was deleted', async () => {
      const jobs = [await reader.startKnown(), await reader.startLost()];
      await workspace.databricks.fault({
        path: LIST,
        effect: 'status',
        status: 404,
      });
      expect((await reader.read(jobs)).map(({ kind }) => kind)).toEqual([
        'found',
        'unclear',
      ]);
    });
  });

  describe('of a lost start of a job that does not declare our parameter', () => {
    const start = () =>
      aStart({ parameters: { ...PARAMETERS, modelops_run_id: 'x' } });

    it('finds the only run of the same person with the same parameters at that time', async () => {
      const job = await reader.startLost(start(), UNDECLARED);
      await workspace.databricks.startStrangersRun({
        parameters: { ...PARAMETERS, modelops_run_id: 'x' },
      });
      await workspace.databricks.startStrangersRun({
        creator: 'ada@acme.example',
      });
      const [reading] = await reader.read([job], UNDECLARED);
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
      const job = await reader.startLost(start(), UNDECLARED);
      await reader.startKnown(start(), UNDECLARED);
      expect((await reader.read([job], UNDECLARED))[0].kind).toBe('unclear');
    });

    it('finds ours when the other belongs to another run of ours', async () => {
      const job = await reader.startLost(start(), UNDECLARED);
      const other = await reader.startKnown(start(), UNDECLARED);
      const [reading] = await reader.read(
        [{ ...job, claimed: new Set([other.platformRunId]) }],
        UNDECLARED,
      );
      expect(reading).toMatchObject({ kind: 'found' });
      expect(reading).not.toMatchObject({ platformRunId: other.platformRunId });
    });

    it('gives one run to neither of two lost starts', async () => {
      const one = await reader.startLost(start(), UNDECLARED);
      const other = knownJob(start());
      expect(
        (await reader.read([one, other], UNDECLARED)).map(({ kind }) => kind),
      ).toEqual(['unclear', 'unclear']);
    });

    it('does not take a run from before', async () => {
      const job = await reader.startLost(start(), UNDECLARED);
      const later = {
        ...job,
        notBefore: new Date(Date.now() + 60_000),
        notAfter: new Date(Date.now() + 90_000),
      };
      expect(await reader.read([later], UNDECLARED)).toEqual([
        { kind: 'missing' },
      ]);
    });
  });

  describe('of a lost start of a busy job', () => {
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
      const job = await reader.startLost();
      await manyRunsLater();
      expect((await reader.read([job]))[0].kind).toBe('found');
      expect(await listedSpans()).toEqual([
        {
          from: job.notBefore.getTime() - 10 * MINUTE_MS,
          to: job.notAfter!.getTime() + 11 * MINUTE_MS,
        },
      ]);
    });

    it('neither says that there is none nor adopts one, while a queued one may be among those not looked at', async () => {
      const lost = await reader.startLost(
        aStart({ parameters: PLAIN }),
        UNDECLARED,
      );
      await manyRunsLater();
      expect((await reader.read([knownJob(aStart())]))[0].kind).toBe('unclear');
      expect((await reader.read([lost], UNDECLARED))[0].kind).toBe('unclear');
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
        const job = await reader.startLost(
          aStart({ job: BIG_JOB, parameters }),
          settings,
        );
        await workspace.databricks.setClockOffset(5 * 3600);
        await workspace.databricks.advanceRun(first, {
          to: 'TERMINATED',
          code: 'SUCCESS',
        });
        await workspace.databricks.setClockOffset(0);
        const [reading] = await reader.read([job], settings);
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
      const job = knownJob(aStart());
      const [now, later] = [job.notBefore.getTime(), 20 * HOUR_MS];
      const at = (ms: number) =>
        knownJob(aStart(), {
          notBefore: new Date(now - later + ms),
          notAfter: new Date(now - later + ms + MINUTE_MS),
        });
      const readings = await reader.read([job, at(0), at(5 * MINUTE_MS)]);
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
      await reader.read([knownJob(aStart(), { notAfter: undefined })]);
      expect((await listedSpans()).map(({ to }) => to)).toEqual([undefined]);
    });
  });
});
