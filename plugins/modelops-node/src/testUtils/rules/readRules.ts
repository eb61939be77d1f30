import type { ContractRule } from '../ContractRule';
import { knownJob } from '../knownJob';
import { nameOf, REDIRECT_CODES, SPOILT_ANSWERS } from '../spoiltAnswers';

/** States, forgotten jobs, and answers that cannot be believed. */
export const readRules: readonly ContractRule[] = [
  {
    name: 'answers for nothing when asked for nothing',
    async check(bench) {
      expect(await bench.requestsOf(() => bench.read([]))).toBe(0);
    },
  },
  ...(['running', 'succeeded', 'failed', 'canceled'] as const).map(
    (state): ContractRule => ({
      name: `says that a job is ${state}`,
      needs: ['moveJob'],
      async check(bench) {
        const job = await bench.startNamed();
        await bench.underTest.moveJob(job.platformRunId, state);
        const [reading] = await bench.read([job]);
        expect(reading).toMatchObject({
          kind: 'found',
          platformRunId: job.platformRunId,
          state,
        });
        if (reading.kind !== 'found') return;
        expect(reading.failure === undefined).toBe(state !== 'failed');
        expect(reading.endedAt instanceof Date).toBe(state !== 'running');
      },
    }),
  ),
  {
    name: 'says that a job is missing that the platform forgot',
    needs: ['forgetJob'],
    async check(bench) {
      const [job, other] = [await bench.startNamed(), await bench.startNamed()];
      await bench.underTest.forgetJob(job.platformRunId);
      expect(await bench.stateOf(job)).toBe('missing');
      expect(await bench.kindsOf([job, other])).toEqual(['missing', 'found']);
    },
  },
  {
    name: 'answers for jobs of every kind at once',
    needs: ['moveJob', 'forgetJob', 'plantJobs'],
    async check(bench) {
      const { underTest } = bench;
      const ended = await bench.startNamed();
      await underTest.moveJob(ended.platformRunId, 'succeeded');
      const forgotten = await bench.startNamed();
      await underTest.forgetJob(forgotten.platformRunId);
      const lost = await bench.startLost();
      const taken = bench.newJob();
      await underTest.plantJobs([{ by: 'stranger', runId: taken.runId }]);
      const jobs = [
        await bench.startNamed(),
        lost,
        knownJob(bench.newJob()),
        knownJob(taken),
        forgotten,
        ended,
      ];
      expect((await bench.read(jobs)).map(({ kind }) => kind)).toEqual([
        'found',
        'found',
        'missing',
        'not-ours',
        'missing',
        'found',
      ]);
    },
  },
  ...SPOILT_ANSWERS.map(
    ([answer, codes]): ContractRule => ({
      name: `believes nothing of ${nameOf(answer)}, and reads on after it`,
      needs: [answer.kind],
      async check(bench) {
        const lost = await bench.startLost();
        const jobs = [await bench.startNamed(), await bench.startNamed()];
        for (const asked of [[jobs[0]], jobs, [lost], [lost, ...jobs]]) {
          await bench.underTest.spoil('read', answer);
          for (const kind of await bench.kindsOf(asked))
            expect([...codes, 'unreachable']).toContain(kind);
          await bench.underTest.unspoil();
          for (const { kind } of await bench.read(asked))
            expect(kind).toBe('found');
        }
      },
    }),
  ),
  {
    name: 'does not follow a redirect',
    needs: ['redirect'],
    async check(bench) {
      const job = await bench.startNamed();
      await bench.underTest.spoil('read', {
        kind: 'redirect',
        location: bench.elsewhere.url,
      });
      const [code] = await bench.kindsOf([job]);
      expect(REDIRECT_CODES).toContain(code);
      expect(bench.elsewhere.takeCalls()).toBe(0);
    },
  },
];
