import { isTerminal, runStateSchema } from 'backstage-plugin-modelops-common';
import fc from 'fast-check';
import { decideNext, type Look, type RunFacts } from '../runs/decideNext';
import { NEVER_SENT_MS, requireMove, WATCH_MS } from '../runs/runLifecycle';
import { counterexample } from './__testUtils__/counterexample';
import { numberFromEnv } from './__testUtils__/seeded';

const SEED = numberFromEnv('MODELOPS_SEED', 20261122);

/** States that a run can be in today. */
const STATES = runStateSchema.options.filter(
  state => state !== 'awaiting-approval' && state !== 'declined',
);

/** Around each limit there is, and far from all. */
const ageMs = fc.oneof(
  fc.constantFrom(
    ...[NEVER_SENT_MS, WATCH_MS].flatMap(ms => [ms - 1, ms, ms + 1]),
  ),
  fc.nat(2 * WATCH_MS),
);

const look: fc.Arbitrary<Look> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('found' as const),
      platformRunId: fc.constantFrom('1', '2'),
      likeness: fc.constant(true as const),
      state: fc.constantFrom(
        'submitted' as const,
        'running' as const,
        'succeeded' as const,
        'failed' as const,
        'canceled' as const,
      ),
    },
    { requiredKeys: ['kind', 'platformRunId', 'state'] },
  ),
  fc.constantFrom<Look[]>(
    { kind: 'missing' },
    { kind: 'unreachable' },
    { kind: 'unclear', why: 'Two fit.' },
    { kind: 'not-ours', platformRunId: '3', why: 'Another creator.' },
  ),
);

/** A run that was never named is requested or unknown, or is closed; the others are named. */
const facts: fc.Arbitrary<RunFacts> = fc
  .record({
    state: fc.constantFrom(...STATES),
    named: fc.boolean(),
    ageMs,
    hasRival: fc.boolean(),
  })
  .filter(({ state, named }) =>
    named
      ? state !== 'requested'
      : state !== 'submitted' && state !== 'running',
  );

describe('Every run and every look at its platform', () => {
  it('gives a move that the lifecycle allows', () => {
    const broken = breaking(facts, look, (run, seen) => {
      const move = decideNext(run, seen);
      if (move.kind === 'advance') requireMove(run.state, move.to);
      return true;
    });
    expect(broken).toBeUndefined();
  });

  it('leaves a run that is over where it is', () => {
    const broken = breaking(
      facts.filter(({ state }) => isTerminal(state)),
      look,
      (run, seen) => decideNext(run, seen).kind !== 'advance',
    );
    expect(broken).toBeUndefined();
  });

  it('closes no run because of an outage', () => {
    const broken = breaking(
      facts,
      fc.constant<Look>({ kind: 'unreachable' }),
      (run, seen) => {
        const move = decideNext(run, seen);
        return move.kind !== 'advance' || move.to === 'unknown';
      },
    );
    expect(broken).toBeUndefined();
  });

  it('closes no run as never sent that has a job, or may still get one', () => {
    const broken = breaking(facts, look, (run, seen) => {
      const move = decideNext(run, seen);
      return (
        move.kind !== 'advance' ||
        move.failure?.code !== 'never-sent' ||
        (seen.kind === 'missing' && !run.named && run.ageMs >= NEVER_SENT_MS)
      );
    });
    expect(broken).toBeUndefined();
  });

  it('comes to an end within a day if the platform answers', () => {
    const answers = look.filter(({ kind }) => kind !== 'unreachable');
    const broken = breaking(facts, answers, (run, seen) => {
      if (seen.kind === 'found' && !isTerminal(seen.state)) return true;
      if (seen.kind === 'found' && seen.likeness && run.hasRival) return true; // until the rival is known
      const old = { ...run, ageMs: WATCH_MS };
      const move = decideNext(old, seen);
      const after = move.kind === 'advance' ? move.to : old.state;
      return isTerminal(after);
    });
    expect(broken).toBeUndefined();
  });

  it('never comes back to a state it has left', () => {
    const looks = fc.array(fc.tuple(ageMs, look), { maxLength: 30 });
    const broken = breaking(fc.boolean(), looks, (hasRival, seen) => {
      const states: Array<(typeof STATES)[number]> = ['requested'];
      let named = false;
      for (const [age, one] of [...seen].sort(([a], [b]) => a - b)) {
        const run = { state: states.at(-1)!, named, ageMs: age, hasRival };
        const move = decideNext(run, one);
        if (move.kind !== 'advance') continue;
        requireMove(run.state, move.to);
        states.push(move.to as (typeof STATES)[number]);
        named ||= one.kind === 'found';
      }
      return new Set(states).size === states.length;
    });
    expect(broken).toBeUndefined();
  });
});

/** The case that breaks the law, if there is one. */
function breaking<A, B>(
  one: fc.Arbitrary<A>,
  other: fc.Arbitrary<B>,
  law: (one: A, other: B) => boolean,
): string | undefined {
  const found = fc.check(fc.property(one, other, law), {
    seed: SEED,
    numRuns: 5_000,
  });
  return counterexample(found);
}
