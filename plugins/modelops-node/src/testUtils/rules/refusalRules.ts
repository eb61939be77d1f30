import type { PlatformError } from 'backstage-plugin-modelops-node';
import type { ContractBench } from '../ContractBench';
import type { ContractRule } from '../ContractRule';

/** Answers of the platform that say no, and the codes they may become. */
const REFUSALS: ReadonlyArray<[number, string]> = [
  [400, 'platform-rejected-request'],
  [401, 'platform-refused-credential'],
  [403, 'platform-permission-denied'],
  [404, 'platform-not-found'],
  [429, 'platform-throttled'],
];

/** Starts of which it is certain that nothing came: `refused` is true, so that the run can be closed at once. */
export const refusalRules: readonly ContractRule[] = [
  {
    name: 'refuses somebody who may not start the job',
    needs: ['outsider'],
    async check(bench) {
      const error = await refusalOf(
        bench,
        bench.start(bench.newJob(), 'outsider'),
      );
      // Whoever may see nothing may also be told that nothing is there.
      expect(['platform-permission-denied', 'platform-not-found']).toContain(
        error.code,
      );
    },
  },
  {
    name: 'refuses a job that does not exist',
    needs: ['missingResource'],
    async check(bench) {
      const { missingResource: resource } = bench.underTest;
      const error = await refusalOf(
        bench,
        bench.start(bench.newJob({ resource })),
      );
      expect(['platform-permission-denied', 'platform-not-found']).toContain(
        error.code,
      );
    },
  },
  {
    name: 'refuses parameters that the job does not take',
    needs: ['invalidParameters'],
    async check(bench) {
      const { invalidParameters: parameters } = bench.underTest;
      const error = await refusalOf(
        bench,
        bench.start(bench.newJob({ parameters })),
      );
      expect(error.code).toBe('platform-rejected-request');
    },
  },
  ...REFUSALS.map(
    ([status, code]): ContractRule => ({
      name: `knows that nothing was started after ${status} of the platform, which is ${code}`,
      async check(bench) {
        await bench.underTest.spoil('start', {
          kind: 'status',
          status,
          retryAfterSeconds: status === 429 ? 1 : undefined,
        });
        const error = await refusalOf(bench, bench.start());
        expect(error.code).toBe(code);
        expect(await bench.underTest.requestCount('start')).toBe(1);
      },
    }),
  ),
  {
    name: 'sends nothing when the time is over before it begins',
    async check(bench) {
      const call = await bench.call('person', AbortSignal.abort());
      const error = await refusalOf(
        bench,
        bench.connect().start(call, bench.newJob()),
      );
      expect(error.code).toBe('platform-unreachable');
      expect(await bench.underTest.requestCount('start')).toBe(0);
    },
  },
  {
    name: 'starts nothing where nobody listens',
    needs: ['nobodyListens'],
    async check(bench) {
      const call = await bench.call('person');
      const nobody = bench.connect(bench.underTest.nobodyListens);
      const error = await refusalOf(bench, nobody.start(call, bench.newJob()));
      expect(error.code).toBe('platform-unreachable');
    },
  },
];

/** The error of a start that certainly started nothing, and did not. */
async function refusalOf(
  bench: ContractBench,
  starting: Promise<unknown>,
): Promise<PlatformError> {
  const error = await bench.failureOf(starting);
  expect(error).toMatchObject({ refused: true });
  expect(await bench.underTest.jobs()).toEqual([]);
  return error;
}
