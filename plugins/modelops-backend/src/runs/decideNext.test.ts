import type { RunState } from 'backstage-plugin-modelops-common';
import { decideNext, type Look, type Move, type RunFacts } from './decideNext';
import { NEVER_SENT_MS, WATCH_MS } from './runLifecycle';

const found = (state: Extract<Look, { kind: 'found' }>['state']): Look => ({
  kind: 'found',
  platformRunId: '1',
  state,
});
const ALIKE = { ...found('running'), likeness: true } as Look;
const UNCLEAR: Look = { kind: 'unclear', why: 'Two fit.' };
const MISSING: Look = { kind: 'missing' };
const NOT_OURS: Look = {
  kind: 'not-ours',
  platformRunId: '1',
  why: 'Another creator.',
};
const UNREACHABLE: Look = { kind: 'unreachable' };
const run = (state: RunState, ageMs = 0, named = false): RunFacts => ({
  state,
  ageMs,
  named,
  hasRival: false,
});
const advance = (to: RunState, code?: string) =>
  ({
    kind: 'advance',
    to,
    ...(code && { failure: expect.objectContaining({ code }) }),
  } as unknown as Move);
const WAIT: Move = { kind: 'wait' };

describe('decideNext', () => {
  it.each<[string, RunFacts, Look, Move]>([
    [
      'follows the platform',
      run('submitted', 20, true),
      found('running'),
      advance('running'),
    ],
    [
      "does not adopt a job that may be a rival's",
      { ...run('unknown', 20), hasRival: true },
      ALIKE,
      WAIT,
    ],
    [
      'gives up after a day to tell its job from that of a rival',
      { ...run('unknown', WATCH_MS), hasRival: true },
      ALIKE,
      advance('lost', 'job-unclear'),
    ],
    [
      'adopts a job that looks like ours if nobody else asked for one',
      run('unknown', 20),
      ALIKE,
      advance('running'),
    ],
    [
      'takes no job that only looks like ours for one of a closed run',
      run('failed', NEVER_SENT_MS),
      ALIKE,
      WAIT,
    ],
    [
      'does not go back when a job is repaired',
      run('running', 20, true),
      found('submitted'),
      WAIT,
    ],
    [
      'gives a run up that nobody could tell for a day',
      run('unknown', WATCH_MS),
      UNCLEAR,
      advance('lost', 'job-unclear'),
    ],
    [
      'adopts a job found by its id',
      run('unknown', 20),
      found('submitted'),
      advance('submitted'),
    ],
    [
      'finishes a job found finished',
      run('unknown', 20),
      found('succeeded'),
      advance('succeeded'),
    ],
    [
      'waits while nothing changes',
      run('running', 20, true),
      found('running'),
      WAIT,
    ],
    [
      'shows an orphaned request as being found out',
      run('requested', 70_000),
      MISSING,
      advance('unknown'),
    ],
    [
      'shows it so also while nobody answers',
      run('requested', 70_000),
      UNREACHABLE,
      advance('unknown'),
    ],
    [
      'waits for a start that may be on its way',
      run('unknown', NEVER_SENT_MS - 1),
      MISSING,
      WAIT,
    ],
    [
      'closes a start that never arrived',
      run('unknown', NEVER_SENT_MS),
      MISSING,
      advance('failed', 'never-sent'),
    ],
    [
      'never closes a run for an outage',
      run('unknown', 9 * NEVER_SENT_MS),
      UNREACHABLE,
      WAIT,
    ],
    [
      'never fails a running run for an outage',
      run('running', 9 * NEVER_SENT_MS, true),
      UNREACHABLE,
      WAIT,
    ],
    [
      'never closes a run of more than a day that could not be read, unlike others',
      run('running', 2 * WATCH_MS, true),
      { kind: 'unreachable', why: 'Nobody may look.' },
      WAIT,
    ],
    [
      'never closes a run on an unclear answer',
      run('unknown', 9 * NEVER_SENT_MS),
      { kind: 'unclear', why: 'Two fit.' },
      WAIT,
    ],
    [
      'gives a fresh job time to be everywhere',
      run('submitted', 1_000, true),
      MISSING,
      WAIT,
    ],
    [
      'loses a job the platform has forgotten',
      run('running', NEVER_SENT_MS, true),
      MISSING,
      advance('lost', 'job-forgotten'),
    ],
    [
      "waits for our own job beside a stranger's",
      run('unknown', 1_000),
      NOT_OURS,
      WAIT,
    ],
    [
      "never adopts a stranger's job",
      run('unknown', NEVER_SENT_MS),
      NOT_OURS,
      { ...advance('failed', 'platform-run-not-ours'), notOurs: true } as Move,
    ],
    [
      'never moves a closed run, but says that a job turned up',
      run('failed', NEVER_SENT_MS),
      found('running'),
      { kind: 'late' },
    ],
    [
      'never moves a closed run otherwise',
      run('failed', NEVER_SENT_MS),
      MISSING,
      WAIT,
    ],
  ])('%s', (_rule, facts, look, move) => {
    expect(decideNext(facts, look)).toEqual(move);
  });
});
