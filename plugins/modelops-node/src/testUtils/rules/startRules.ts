import type { ContractRule } from '../ContractRule';

/** What starting gives, once, twice and ten times. */
export const startRules: readonly ContractRule[] = [
  {
    name: 'starts one job, as the person, with the parameters as sent',
    async check(bench) {
      const job = bench.newJob();
      const started = await bench.start(job);
      const jobs = await bench.underTest.jobs();
      expect(jobs).toEqual([
        expect.objectContaining({ platformRunId: started.platformRunId }),
      ]);
      expect(jobs[0].creator.toLowerCase()).toBe(job.principal.toLowerCase());
      for (const [name, value] of Object.entries(job.parameters))
        expect([name, String(jobs[0].parameters[name])]).toEqual([
          name,
          String(value),
        ]);
      expect(started.kind).toBe('found');
      expect(['submitted', 'running']).toContain(started.state);
      expect(await bench.underTest.requestCount('start')).toBe(1);
    },
  },
  {
    name: 'finds the job it started, among others',
    async check(bench) {
      const [one, other] = [await bench.startNamed(), await bench.startNamed()];
      expect(one.platformRunId).not.toBe(other.platformRunId);
      expect(await bench.read([other, one])).toMatchObject([
        { kind: 'found', platformRunId: other.platformRunId },
        { kind: 'found', platformRunId: one.platformRunId },
      ]);
    },
  },
  {
    name: 'starts nothing a second time for the same id',
    async check(bench) {
      const job = bench.newJob();
      const first = await bench.start(job);
      expect((await bench.start(job)).platformRunId).toBe(first.platformRunId);
      expect(await bench.underTest.jobs()).toHaveLength(1);
    },
  },
  {
    name: 'starts one job for the same id ten times at once',
    async check(bench) {
      const job = bench.newJob();
      await bench.call('person');
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, () => bench.start(job)),
      );
      const jobs = await bench.underTest.jobs();
      expect(jobs).toHaveLength(1);
      const started = outcomes.flatMap(outcome =>
        outcome.status === 'fulfilled' ? outcome.value.platformRunId : [],
      );
      expect(new Set(started)).toEqual(new Set([jobs[0].platformRunId]));
      // One that is told `refused` would be closed as never started, although its job runs.
      for (const outcome of outcomes)
        if (outcome.status === 'rejected')
          expect(bench.requireTyped(outcome.reason).refused).toBe(false);
    },
  },
];
