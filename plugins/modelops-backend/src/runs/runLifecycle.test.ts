import { isTerminal, runStateSchema } from 'backstage-plugin-modelops-common';
import {
  LEASE_MS,
  NEVER_SENT_MS,
  requireMove,
  SUBMIT_DEADLINE_MS,
} from './runLifecycle';

const STATES = runStateSchema.options;

describe('The lifecycle of a run', () => {
  it.each(STATES.filter(isTerminal))(
    'ends with %s: no move leads out of it',
    state => {
      for (const to of STATES)
        expect(() => requireMove(state, to)).toThrow(/is over/);
    },
  );

  it('leads from every open state to every end', () => {
    for (const from of [
      'requested',
      'submitted',
      'running',
      'unknown',
    ] as const) {
      for (const to of ['succeeded', 'failed', 'canceled', 'lost'] as const)
        expect(() => requireMove(from, to)).not.toThrow();
    }
  });

  it('never goes back to requested', () => {
    for (const from of STATES)
      expect(() => requireMove(from, 'requested')).toThrow();
  });

  it('fits its times together: submit deadline < lease < never-sent window, also after one renewal', () => {
    expect(SUBMIT_DEADLINE_MS).toBeLessThan(LEASE_MS);
    expect(2 * LEASE_MS + SUBMIT_DEADLINE_MS).toBeLessThan(NEVER_SENT_MS);
  });
});
