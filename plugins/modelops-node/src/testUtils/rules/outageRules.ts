import type { ContractBench } from '../ContractBench';
import type { ContractRule } from '../ContractRule';
import { knownJob } from '../knownJob';
import type { ContractRequest } from '../PlatformUnderTest';

/** When the caller hangs up, in milliseconds. */
const HANGING_UP_MS = 300;
/** Longest a call may go on that the caller hung up on, in milliseconds: bounded, even on a slow machine. */
const PROMPT_MS = 5_000;
/** Longest a call may take whose caller waits, in milliseconds. A wait of an hour must not be waited for. */
const PATIENT_MS = 15_000;

/** What each method does when the platform limits requests, fails, or does not answer. */
export const outageRules: readonly ContractRule[] = [
  {
    name: 'gets over a moment of throttling when it reads, or says that it is throttled',
    async check(bench) {
      const job = await bench.startNamed();
      await bench.underTest.spoil('read', {
        kind: 'status',
        status: 429,
        retryAfterSeconds: 1,
        times: 1,
      });
      const [kind] = await bench.kindsOf([job]);
      expect(['found', 'platform-throttled']).toContain(kind);
    },
  },
  {
    name: 'does not wait for an hour because the platform asks for it',
    async check(bench) {
      const job = await bench.startNamed();
      await bench.underTest.spoil('read', {
        kind: 'status',
        status: 429,
        retryAfterSeconds: 3_600,
      });
      const began = performance.now();
      expect(await bench.kindsOf([job])).toEqual(['platform-throttled']);
      expect(performance.now() - began).toBeLessThan(PATIENT_MS);
    },
  },
  {
    name: 'says that the platform is unreachable where nobody listens',
    needs: ['nobodyListens'],
    async check(bench) {
      const call = await bench.call('reader');
      const nobody = bench.connect(bench.underTest.nobodyListens);
      const asked = [knownJob(bench.newJob())];
      const error = await bench.failureOf(nobody.readJobs(call, asked));
      expect(error.code).toBe('platform-unreachable');
    },
  },
  hangsUp('start', async bench => {
    const job = bench.newJob();
    return async signal =>
      bench.connect().start(await bench.call('person', signal), job);
  }),
  hangsUp('read', async bench => {
    const jobs = [await bench.startNamed(), await bench.startNamed()];
    return signal => bench.read(jobs, signal);
  }),
  hangsUp('cancel', async bench => {
    const job = await bench.startNamed();
    return async signal =>
      bench.connect().cancel(await bench.call('person', signal), job);
  }),
];

/** `prepare` makes what has to be there, and gives what is then done until the caller hangs up. */
function hangsUp(
  request: ContractRequest,
  prepare: (
    bench: ContractBench,
  ) => Promise<(signal: AbortSignal) => Promise<unknown>>,
): ContractRule {
  return {
    name: `ends a ${request} that gets no answer when the caller hangs up`,
    needs: ['hanging'],
    async check(bench) {
      const doing = await prepare(bench);
      await bench.call('person');
      await bench.call('reader');
      await bench.underTest.spoil(request, { kind: 'hanging' });
      const began = performance.now();
      const error = await bench.failureOf(
        doing(AbortSignal.timeout(HANGING_UP_MS)),
      );
      expect(performance.now() - began).toBeLessThan(PROMPT_MS);
      expect(error.code).toBe('platform-unreachable');
    },
  };
}
