import type { KnownJob } from 'backstage-plugin-modelops-node';
import { findDifference, searchLostRun } from './databricksRunMatch';
import { runSchema, type DatabricksRun } from './databricksSchemas';

const SENT = Date.UTC(2026, 4, 4, 9, 30);
const OURS = '5e5f0e0c-8a4e-4f3e-9a53-0c8f2f8f7c11';

const job: KnownJob = {
  runId: OURS,
  operation: 'start',
  resource: { kind: 'job', canonical: 'job/8123' },
  parameters: { epochs: 5, balanced: true, note: '' },
  principal: 'Ada@acme.example',
  notBefore: new Date(SENT),
  notAfter: new Date(SENT + 10_000),
  claimed: new Set(['900']),
};

let nextId = 1;
function aRun(
  change: {
    mark?: string;
    parameters?: Record<string, string>;
    id?: number;
    startedAfterMs?: number;
    [field: string]: unknown;
  } = {},
): DatabricksRun {
  const { mark, parameters, id, startedAfterMs = 3_000, ...fields } = change;
  const values = {
    epochs: '5',
    balanced: 'true',
    note: '',
    ...parameters,
    ...(mark !== undefined && { modelops_run_id: mark }),
  };
  return runSchema.parse({
    run_id: id ?? nextId++,
    job_id: 8123,
    creator_user_name: 'ada@acme.example',
    run_type: 'JOB_RUN',
    trigger: 'ONE_TIME',
    start_time: SENT + startedAfterMs,
    job_parameters: Object.entries(values).map(([name, value]) => ({
      name,
      default: 'd',
      value,
    })),
    ...fields,
  });
}

describe('findDifference', () => {
  it.each<[string, DatabricksRun, string | undefined]>([
    ['the same run is ours', aRun(), undefined],
    [
      'the case of the creator does not matter',
      aRun({ creator_user_name: 'ADA@ACME.EXAMPLE' }),
      undefined,
    ],
    [
      'parameters we do not know are not compared',
      aRun({ parameters: { password: 'x' } }),
      undefined,
    ],
    ['another job', aRun({ job_id: 8124 }), 'job'],
    ['no job', aRun({ job_id: null }), 'job'],
    [
      'somebody else',
      aRun({ creator_user_name: 'mallory@acme.example' }),
      'creator',
    ],
    [
      'somebody whose name only looks the same',
      aRun({ creator_user_name: 'ada@ac\u217Fe.example' }),
      'creator',
    ],
    [
      'a creator who was deleted',
      aRun({ creator_user_name: undefined }),
      'creator-unknown',
    ],
    ['another value', aRun({ parameters: { epochs: '6' } }), 'parameters'],
    [
      'an equal number spelt otherwise',
      aRun({ parameters: { epochs: '5.0' } }),
      'parameters',
    ],
    [
      'a missing parameter',
      aRun({ job_parameters: [{ name: 'epochs', value: '5' }] }),
      'parameters',
    ],
    [
      'a default we did not ask for',
      aRun({ job_parameters: [{ name: 'epochs', default: '6' }] }),
      'parameters',
    ],
  ])('%s', (_rule, run, where) => {
    expect(findDifference(run, job)?.in).toBe(where);
  });
});

describe('searchLostRun', () => {
  function search(
    runs: DatabricksRun[],
    change: Partial<KnownJob> = {},
    complete = true,
  ) {
    const found = searchLostRun(
      { ...job, ...change },
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
