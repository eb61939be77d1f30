import type { ContractRule } from '../ContractRule';
import { nameOf, SPOILT_ANSWERS } from '../spoiltAnswers';

/** Cancelling, once and more often, before and after the end of the job, and as it ends. */
export const cancelRules: readonly ContractRule[] = [
  {
    name: 'cancels a job that has just been started, and no other',
    needs: ['settleJob'],
    async check(bench) {
      const [other, job] = [await bench.startNamed(), await bench.startNamed()];
      await bench.cancel(job);
      await bench.underTest.settleJob(job.platformRunId);
      expect(await bench.stateOf(job)).toBe('canceled');
      expect(['submitted', 'running']).toContain(await bench.stateOf(other));
    },
  },
  {
    name: 'cancels a job that runs, twice at once and once more',
    needs: ['moveJob', 'settleJob'],
    async check(bench) {
      const job = await bench.startNamed();
      await bench.underTest.moveJob(job.platformRunId, 'running');
      await Promise.all([bench.cancel(job), bench.cancel(job)]);
      await bench.cancel(job);
      await bench.underTest.settleJob(job.platformRunId);
      await bench.cancel(job);
      expect(await bench.stateOf(job)).toBe('canceled');
    },
  },
  ...(['succeeded', 'failed', 'canceled'] as const).map(
    (state): ContractRule => ({
      name: `leaves a job as it is that is ${state} already, without an error`,
      needs: ['moveJob'],
      async check(bench) {
        const job = await bench.startNamed();
        await bench.underTest.moveJob(job.platformRunId, state);
        await bench.cancel(job);
        expect(await bench.stateOf(job)).toBe(state);
      },
    }),
  ),
  {
    name: 'may race the end of the job: either is first, and so it stays',
    needs: ['moveJob', 'settleJob'],
    async check(bench) {
      for (let round = 0; round < 5; round++) {
        const job = await bench.startNamed();
        const { underTest } = bench;
        await underTest.moveJob(job.platformRunId, 'running');
        const racing = [
          () => bench.cancel(job),
          () => underTest.moveJob(job.platformRunId, 'succeeded'),
        ];
        if (round % 2 === 1) racing.reverse();
        await Promise.all(racing.map(race => race()));
        await underTest.settleJob(job.platformRunId);
        const state = await bench.stateOf(job);
        expect(['succeeded', 'canceled']).toContain(state);
        await bench.cancel(job);
        expect(await bench.stateOf(job)).toBe(state);
      }
    },
  },
  {
    name: 'cancels although the answer to the first request is lost, at the latest when asked again',
    needs: ['lost', 'settleJob'],
    async check(bench) {
      const job = await bench.startNamed();
      await bench.underTest.spoil('cancel', {
        kind: 'lost',
        committed: true,
        times: 1,
      });
      await bench.cancel(job).catch(error => bench.requireTyped(error));
      await bench.cancel(job);
      await bench.underTest.settleJob(job.platformRunId);
      expect(await bench.stateOf(job)).toBe('canceled');
    },
  },
  ...SPOILT_ANSWERS.filter(([{ kind }]) => kind !== 'empty').map(
    ([answer, codes]): ContractRule => ({
      name: `does not say that it cancelled after ${nameOf(answer)}`,
      needs: [answer.kind],
      async check(bench) {
        const job = await bench.startNamed();
        await bench.underTest.spoil('cancel', answer);
        const { code } = await bench.failureOf(bench.cancel(job));
        expect(codes).toContain(code);
        expect(['submitted', 'running']).toContain(await bench.stateOf(job));
      },
    }),
  ),
  {
    name: 'does not say that it cancelled when the platform refused',
    async check(bench) {
      const job = await bench.startNamed();
      await bench.underTest.spoil('cancel', { kind: 'status', status: 403 });
      const { code } = await bench.failureOf(bench.cancel(job));
      expect(code).toBe('platform-permission-denied');
    },
  },
  {
    name: 'is refused to somebody who may not cancel the job',
    needs: ['outsider'],
    async check(bench) {
      const job = await bench.startNamed();
      const { code } = await bench.failureOf(bench.cancel(job, 'outsider'));
      expect(['platform-permission-denied', 'platform-not-found']).toContain(
        code,
      );
      expect(['submitted', 'running']).toContain(await bench.stateOf(job));
    },
  },
  {
    name: 'starts nothing for a job that the platform forgot',
    needs: ['forgetJob'],
    async check(bench) {
      const job = await bench.startNamed();
      await bench.underTest.forgetJob(job.platformRunId);
      const outcome = await bench.cancel(job).then(
        () => 'platform-not-found',
        error => bench.requireTyped(error).code,
      );
      expect(outcome).toBe('platform-not-found');
      expect(await bench.underTest.jobs()).toEqual([]);
    },
  },
];
