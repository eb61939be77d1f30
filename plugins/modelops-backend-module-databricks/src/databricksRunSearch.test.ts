import type { KnownJob } from 'backstage-plugin-modelops-node';
import { aRun, LOST_START, OURS } from './__testUtils__/runs';
import { isCovered } from './databricksRunList';
import { searchLostRun } from './databricksRunSearch';
import type { DatabricksRun } from './databricksSchemas';

describe('searchLostRun', () => {
  function search(
    runs: DatabricksRun[],
    change: Partial<KnownJob> = {},
    complete = true,
  ) {
    const found = searchLostRun(
      { ...LOST_START, ...change },
      runs,
      'modelops_run_id',
      complete,
    );
    return 'run' in found ? `${found.kind} ${found.run.run_id}` : found.kind;
  }

  describe('when the job declares the parameter', () => {
    it.each<[string, DatabricksRun[], string]>([
      [
        'finds the run by our id',
        [aRun({ mark: 'other' }), aRun({ mark: OURS, id: 7 })],
        'ours 7',
      ],
      [
        'finds it whenever it began, because clocks differ',
        [aRun({ mark: OURS, id: 7, startedAfterMs: -500_000 })],
        'ours 7',
      ],
      [
        'does not take a run with another id, however alike',
        [aRun({ mark: 'other' })],
        'missing',
      ],
      [
        'does not take a run with no id, however alike',
        [aRun({ mark: '' })],
        'missing',
      ],
      [
        "does not take a stranger's run with our id",
        [aRun({ mark: OURS, id: 7, creator_user_name: 'm@acme.example' })],
        'not-ours 7',
      ],
      [
        'does not take a run with our id and other parameters',
        [aRun({ mark: OURS, id: 7, parameters: { epochs: '50' } })],
        'not-ours 7',
      ],
      [
        'is not kept from ours by a planted one',
        [
          aRun({ mark: OURS, creator_user_name: 'm@acme.example' }),
          aRun({ mark: OURS, id: 7 }),
        ],
        'ours 7',
      ],
      [
        'knows ours from a later repetition of it',
        [
          aRun({ mark: OURS, startedAfterMs: 9_000_000 }),
          aRun({ mark: OURS, id: 7 }),
        ],
        'ours 7',
      ],
      [
        'does not choose between two',
        [aRun({ mark: OURS }), aRun({ mark: OURS })],
        'unclear',
      ],
      [
        'does not judge a run without a creator',
        [aRun({ mark: OURS, creator_user_name: undefined })],
        'unclear',
      ],
      [
        'never takes the job of another run',
        [aRun({ mark: OURS, id: 900 })],
        'missing',
      ],
    ])('%s', (_rule, runs, outcome) => {
      expect(search(runs)).toBe(outcome);
    });

    it('finds our id although there is more to list', () => {
      expect(search([aRun({ mark: OURS, id: 7 })], {}, false)).toBe('ours 7');
    });
  });

  describe('when it does not', () => {
    it.each<[string, DatabricksRun[], string]>([
      [
        'finds the only run that is alike',
        [aRun({ id: 7 }), aRun({ parameters: { epochs: '6' } })],
        'ours 7',
      ],
      ['does not choose between two', [aRun(), aRun()], 'unclear'],
      [
        'allows for clocks that differ a little',
        [aRun({ id: 7, startedAfterMs: -14_000 })],
        'ours 7',
      ],
      [
        'does not take a run from before',
        [aRun({ startedAfterMs: -16_000 })],
        'missing',
      ],
      [
        'allows for a request that was held up on its way',
        [aRun({ id: 7, startedAfterMs: 69_000 })],
        'ours 7',
      ],
      [
        'does not take a run from long after',
        [aRun({ startedAfterMs: 71_000 })],
        'missing',
      ],
      [
        'takes a run that had to queue',
        [aRun({ id: 7, startedAfterMs: 903_000, queue_duration: 900_000 })],
        'ours 7',
      ],
      [
        'does not take a scheduled run',
        [aRun({ trigger: 'PERIODIC' })],
        'missing',
      ],
      [
        'does not take a repetition by the platform',
        [aRun({ trigger: 'RETRY' })],
        'missing',
      ],
      [
        'does not take a run that does not say what triggered it',
        [aRun({ trigger: undefined })],
        'missing',
      ],
      [
        'does not take a submitted run',
        [aRun({ run_type: 'SUBMIT_RUN' })],
        'missing',
      ],
      [
        "does not take a stranger's run",
        [aRun({ creator_user_name: 'm@acme.example' })],
        'missing',
      ],
      [
        'does not take a run without a time',
        [aRun({ start_time: 0 })],
        'missing',
      ],
      ['never takes the job of another run', [aRun({ id: 900 })], 'missing'],
      ['says that there is none', [], 'missing'],
    ])('%s', (_rule, runs, outcome) => {
      expect(search(runs)).toBe(outcome);
    });

    it('does not say that there is none while there is more to list', () => {
      expect(search([], {}, false)).toBe('unclear');
      expect(search([aRun()], {}, false)).toBe('unclear');
    });

    it('has no end to the window while a submit may be under way', () => {
      expect(
        search([aRun({ id: 7, startedAfterMs: 9_000_000 })], {
          notAfter: undefined,
        }),
      ).toBe('ours 7');
    });
  });
});

describe('isCovered', () => {
  const at = (ms: number) => LOST_START.notBefore.getTime() + ms;
  const ended = (ms: number) => aRun({ end_time: at(ms) });

  it.each([
    ['a complete list covers everything', [], true, true],
    ['an empty part of a list covers nothing', [], false, false],
    [
      'newest end first: what follows an end from long before is older',
      [ended(0), ended(-3_600_000)],
      false,
      true,
    ],
    [
      'an end from about that time is not far enough',
      [ended(-60_000)],
      false,
      false,
    ],
    [
      'an unfinished run at the end of the list says nothing',
      [aRun()],
      false,
      false,
    ],
  ])('%s', (_rule, runs, complete, covered) => {
    expect(isCovered({ runs, complete }, LOST_START)).toBe(covered);
  });
});
