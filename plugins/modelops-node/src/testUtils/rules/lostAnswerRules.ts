import type { ContractRule } from '../ContractRule';
import { knownJob } from '../knownJob';

/** Finding out what became of a start, by reading alone. */
export const lostAnswerRules: readonly ContractRule[] = [
  {
    name: 'tells the job of each of several starts, and those that never arrived',
    async check(bench) {
      const one = await bench.startLost();
      const other = await bench.startLost();
      const never = knownJob(bench.newJob());
      const [first, second] = await bench.underTest.jobs();
      expect(await bench.read([never, one, other])).toMatchObject([
        { kind: 'missing' },
        { kind: 'found', platformRunId: first.platformRunId },
        { kind: 'found', platformRunId: second.platformRunId },
      ]);
    },
  },
  {
    name: 'starts nothing more for an id whose answer was lost',
    async check(bench) {
      const job = bench.newJob();
      await bench.startLost(job);
      const [first] = await bench.underTest.jobs();
      expect((await bench.start(job)).platformRunId).toBe(first.platformRunId);
      expect(await bench.underTest.jobs()).toHaveLength(1);
    },
  },
  {
    name: 'never takes a job that belongs to another run',
    async check(bench) {
      const job = await bench.startLost();
      const [{ platformRunId }] = await bench.underTest.jobs();
      const [reading] = await bench.read([
        { ...job, claimed: new Set([platformRunId]) },
      ]);
      expect(reading.kind).not.toBe('found');
    },
  },
  {
    name: 'finds the job behind pages of others',
    needs: ['plantJobs'],
    async check(bench) {
      const { underTest } = bench;
      const others = Array.from({ length: underTest.jobsPerPage }, () => ({
        by: 'stranger' as const,
      }));
      await underTest.plantJobs(others);
      const job = await bench.startLost();
      const [{ platformRunId }] = (await underTest.jobs()).slice(-1);
      await underTest.plantJobs([...others, ...others]);
      expect(await bench.read([job])).toMatchObject([
        { kind: 'found', platformRunId },
      ]);
    },
  },
];
