import type { ContractRule } from '../ContractRule';
import { knownJob } from '../knownJob';

/** Most calls for one look at a few jobs, however the platform behaves. */
const FEW_CALLS = 50;
/** Calls beside one per page that a look at many jobs may take. */
const SPARE_CALLS = 5;

const LISTS_THAT_NEVER_END = [
  ['the same token', 'same'],
  ['a new token', 'new'],
  ['an address of somebody else', 'link'],
] as const;

/** Many jobs, and lists that never end. */
export const pagingRules: readonly ContractRule[] = [
  {
    name: 'reads jobs that stand on different pages',
    needs: ['plantJobs'],
    async check(bench) {
      const { underTest } = bench;
      const others = Array.from({ length: underTest.jobsPerPage }, () => ({
        by: 'stranger' as const,
      }));
      const jobs = [];
      for (let page = 0; page < 3; page++) {
        jobs.push(...(await bench.plantNamed(2)));
        await underTest.plantJobs(others);
      }
      expect(await bench.read(jobs)).toMatchObject(
        jobs.map(({ platformRunId }) => ({ kind: 'found', platformRunId })),
      );
    },
  },
  ...[10, 1_000].map(
    (count): ContractRule => ({
      name: `reads ${count} open jobs with as many calls as they fill pages, not with one each`,
      needs: ['plantJobs'],
      async check(bench) {
        const jobs = await bench.plantNamed(count);
        const calls = await bench.requestsOf(async () => {
          for (const { kind } of await bench.read(jobs))
            expect(kind).toBe('found');
        });
        const pages = Math.ceil(count / bench.underTest.jobsPerPage);
        expect(calls).toBeLessThanOrEqual(Math.min(pages + SPARE_CALLS, count));
      },
    }),
  ),
  ...LISTS_THAT_NEVER_END.map(
    ([what, next]): ContractRule => ({
      name: `comes to an end although every list goes on with ${what}, and does not say that jobs are missing`,
      needs: ['repeatPages'],
      async check(bench) {
        const { underTest, elsewhere } = bench;
        const lost = await bench.startLost();
        const named = [await bench.startNamed(), await bench.startNamed()];
        const never = knownJob(bench.newJob());
        await underTest.repeatPages(
          next === 'link' ? { link: elsewhere.url } : next,
        );
        for (const asked of [[lost], [never], named, [never, lost, ...named]]) {
          const calls = await bench.requestsOf(async () =>
            expect(await bench.kindsOf(asked)).not.toContain('missing'),
          );
          expect(calls).toBeLessThanOrEqual(FEW_CALLS);
        }
        expect(elsewhere.takeCalls()).toBe(0);
      },
    }),
  ),
];
