import type { ContractBench } from '../ContractBench';
import type { ContractRule } from '../ContractRule';
import { knownJob } from '../knownJob';
import type { PlantedJob } from '../PlatformUnderTest';

/** Jobs that carry our id and are not ours: anybody who knows the id can make one. */
export const strangerRules: readonly ContractRule[] = [
  ...foreignJob('the job of a stranger', () => ({ by: 'stranger' })),
  ...foreignJob('a job of the same person with other parameters', bench => ({
    by: 'person',
    parameters: bench.underTest.otherParameters,
  })),
  {
    name: 'knows that nothing was started if it says so of an id that is taken',
    needs: ['plantJobs'],
    async check(bench) {
      const job = bench.newJob();
      await bench.underTest.plantJobs([{ by: 'stranger', runId: job.runId }]);
      const { refused } = await bench.failureOf(bench.start(job));
      const ours = (await bench.underTest.jobs()).filter(
        ({ creator }) => creator.toLowerCase() === job.principal.toLowerCase(),
      );
      expect({ refused, ours: ours.length }).not.toEqual({
        refused: true,
        ours: 1,
      });
    },
  },
];

function foreignJob(
  what: string,
  plan: (bench: ContractBench) => PlantedJob,
): ContractRule[] {
  return [
    {
      name: `does not adopt ${what} with our id when it starts one`,
      needs: ['plantJobs'],
      async check(bench) {
        const job = bench.newJob();
        await bench.underTest.plantJobs([{ ...plan(bench), runId: job.runId }]);
        const error = await bench.failureOf(bench.start(job));
        expect(error.code).toBe('platform-run-not-ours');
      },
    },
    {
      name: `says of ${what} with our id that it is not ours`,
      needs: ['plantJobs'],
      async check(bench) {
        const job = bench.newJob();
        const [platformRunId] = await bench.underTest.plantJobs([
          { ...plan(bench), runId: job.runId },
        ]);
        expect(await bench.read([knownJob(job)])).toMatchObject([
          { kind: 'not-ours', platformRunId },
        ]);
      },
    },
  ];
}
