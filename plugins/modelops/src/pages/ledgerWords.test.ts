import {
  LEDGER_PROBLEMS,
  type LedgerProblem,
} from 'backstage-plugin-modelops-common';
import { verification } from '../__testUtils__/samples';
import {
  adviceFor,
  deliveryWord,
  problemWord,
  strengthWord,
} from './ledgerWords';

const problem = (
  kind: LedgerProblem['kind'],
  toSequence?: number,
): LedgerProblem => ({ kind, sequence: 17, toSequence, message: '' });

describe('problemWord', () => {
  it.each<[LedgerProblem, string]>([
    [problem('changed'), 'Entry 17 was changed after being written'],
    [problem('missing', 17), 'Entry 17 is missing'],
    [problem('missing', 20), 'Entries 17 to 20 are missing'],
    [problem('reordered'), 'Entry 17 stands in the wrong place'],
    [
      problem('forked'),
      'Entry 17 does not fit the entry before it: one of the two was replaced',
    ],
    [problem('forked', 20), 'Some of entries 17 to 20 were replaced'],
    [
      problem('tail-cut', 20),
      'The end of the ledger was cut off: entries 17 to 20 are gone',
    ],
    [
      problem('checking-off', 20),
      'Nothing guarded entries 17 to 20 against changes',
    ],
    [
      problem('checkpoint-invalid'),
      'What vouches for entry 17 is not signed with a key of this ledger',
    ],
  ])('%j', (found, words) => {
    expect(problemWord(found)).toBe(words);
  });

  it.each(LEDGER_PROBLEMS)(
    'has words and advice for %s, not its code',
    kind => {
      expect(problemWord(problem(kind))).toMatch(/entry 17/i);
      expect(adviceFor(kind)).toMatch(/\.$/);
      expect(problemWord(problem(kind))).not.toContain('-');
    },
  );
});

describe('strengthWord', () => {
  it('says up to where somebody outside vouches', () => {
    expect(strengthWord(verification)).toMatch(/^Anchored: .* entry 40/);
  });

  it('claims nothing against the owner of the database without that', () => {
    expect(
      strengthWord({
        ...verification,
        strength: 'internal',
        anchoredSequence: 0,
      }),
    ).toMatch(/^Internal: .* not a careful change/);
  });
});

it.each<[string, number, string]>([
  ['has all', 40, 'has them up to entry 40'],
  [
    'lags behind',
    12,
    'has them up to entry 12; the newest has not arrived yet',
  ],
  ['got nothing', 0, 'has none yet'],
])('deliveryWord of a place that %s', (_place, deliveredSequence, words) => {
  expect(
    deliveryWord(
      { id: 'disk', kind: 'file', deliveredSequence },
      verification.newestCheckpoint,
    ),
  ).toBe(words);
});
