import type { ContractRule } from '../ContractRule';
import { knownJob } from '../knownJob';
import type { SpoiltAnswer } from '../PlatformUnderTest';
import { nameOf, REDIRECT_CODES, SPOILT_ANSWERS } from '../spoiltAnswers';

/** Time a start is given that gets no answer, in milliseconds: enough to be sent on a slow machine. */
const PATIENCE_MS = 3_000;
/** Longest any start may then take, in milliseconds. */
const GIVING_UP_MS = 15_000;

const NO_ANSWER: (typeof SPOILT_ANSWERS)[number] = [
  { kind: 'hanging' },
  ['platform-unreachable'],
];

/** Starts that may have started a job: `refused` is false, nothing is sent again, and reading tells what became of it. */
export const unclearAnswerRules: readonly ContractRule[] = [
  ...[...SPOILT_ANSWERS, NO_ANSWER].flatMap(([answer, codes]) =>
    [true, false].map(committed => unclearAnswer(answer, committed, codes)),
  ),
  {
    name: 'leaves it open when what it reads after the start fails',
    async check(bench) {
      const { underTest } = bench;
      const job = bench.newJob();
      await underTest.spoil('read', { kind: 'status', status: 403 });
      // A module that believes the first answer reads nothing more.
      const outcome = await bench.start(job).then(
        () => ({ refused: false }),
        error => bench.requireTyped(error),
      );
      const nothingSent =
        underTest.looksBeforeStart === true &&
        (await underTest.requestCount('start')) === 0;
      expect(outcome.refused).toBe(nothingSent);
      await underTest.unspoil();
      expect(await underTest.jobs()).toHaveLength(nothingSent ? 0 : 1);
      expect(await bench.kindsOf([knownJob(job)])).toEqual([
        nothingSent ? 'missing' : 'found',
      ]);
    },
  },
  {
    name: 'does not follow a redirect, and leaves it open',
    needs: ['redirect'],
    async check(bench) {
      const { underTest, elsewhere } = bench;
      await underTest.spoil('start', {
        kind: 'redirect',
        location: elsewhere.url,
      });
      const error = await bench.failureOf(bench.start());
      expect(REDIRECT_CODES).toContain(error.code);
      expect(error.refused).toBe(false);
      expect(elsewhere.takeCalls()).toBe(0);
    },
  },
];

function unclearAnswer(
  answer: SpoiltAnswer,
  committed: boolean,
  codes: readonly string[],
): ContractRule {
  return {
    name: `leaves it open after ${nameOf(answer)} ${
      committed ? 'although the job runs' : 'and nothing runs'
    }`,
    needs: [answer.kind],
    async check(bench) {
      const { underTest } = bench;
      const job = bench.newJob();
      await underTest.spoil('start', { ...answer, committed });
      const call = await bench.call(
        'person',
        answer.kind === 'hanging'
          ? AbortSignal.timeout(PATIENCE_MS)
          : undefined,
      );
      const began = performance.now();
      const error = await bench.failureOf(bench.connect().start(call, job));
      expect(performance.now() - began).toBeLessThan(GIVING_UP_MS);
      expect(codes).toContain(error.code);
      expect(error.refused).toBe(false);
      expect(await underTest.requestCount('start')).toBe(1);

      await underTest.unspoil();
      const jobs = await underTest.jobs();
      expect(jobs).toHaveLength(committed ? 1 : 0);
      expect(await bench.read([knownJob(job)])).toMatchObject(
        committed
          ? [{ kind: 'found', platformRunId: jobs[0].platformRunId }]
          : [{ kind: 'missing' }],
      );
    },
  };
}
