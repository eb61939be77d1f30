import { runStateSchema } from './databricksSchemas';
import { toRunState } from './databricksStates';

type Raw = { status?: unknown; state?: unknown };

function stateOf(raw: Raw) {
  return toRunState(runStateSchema.parse(raw));
}

function ended(code?: string, type?: string): Raw {
  return {
    status: {
      state: 'TERMINATED',
      termination_details: { code, type, message: 'text of the platform' },
    },
  };
}

function old(life: string, result?: string): Raw {
  return {
    state: {
      life_cycle_state: life,
      result_state: result,
      state_message: 'text of the platform',
    },
  };
}

describe('toRunState', () => {
  it.each<[string, Raw, string, string?]>([
    [
      'a blocked run is submitted',
      { status: { state: 'BLOCKED' } },
      'submitted',
    ],
    [
      'a pending run is submitted',
      { status: { state: 'PENDING' } },
      'submitted',
    ],
    ['a queued run is submitted', { status: { state: 'QUEUED' } }, 'submitted'],
    [
      'a run between two attempts runs',
      { status: { state: 'WAITING' } },
      'running',
    ],
    ['a running run runs', { status: { state: 'RUNNING' } }, 'running'],
    [
      'a terminating run still runs',
      { status: { state: 'TERMINATING' } },
      'running',
    ],
    ['success is success', ended('SUCCESS', 'SUCCESS'), 'succeeded'],
    [
      'success with failures is success',
      ended('SUCCESS_WITH_FAILURES', 'SUCCESS'),
      'succeeded',
    ],
    [
      'canceled by a person',
      ended('USER_CANCELED', 'CLIENT_ERROR'),
      'canceled',
    ],
    ['canceled by the platform', ended('CANCELED', 'CLIENT_ERROR'), 'canceled'],
    [
      'a time limit shows in the old state only',
      {
        ...ended('CANCELED', 'CLIENT_ERROR'),
        ...old('TERMINATED', 'TIMEDOUT'),
      },
      'failed',
      'job-timed-out',
    ],
    [
      'a failed task',
      ended('RUN_EXECUTION_ERROR', 'CLIENT_ERROR'),
      'failed',
      'job-failed',
    ],
    [
      'a cluster that did not come up',
      ended('CLUSTER_ERROR', 'CLOUD_FAILURE'),
      'failed',
      'job-failed',
    ],
    [
      'an internal error',
      ended('INTERNAL_ERROR', 'INTERNAL_ERROR'),
      'failed',
      'job-failed',
    ],
    [
      'too many at once',
      ended('MAX_CONCURRENT_RUNS_EXCEEDED', 'CLIENT_ERROR'),
      'failed',
      'job-skipped',
    ],
    [
      'a full queue',
      ended('MAX_JOB_QUEUE_SIZE_EXCEEDED', 'CLIENT_ERROR'),
      'failed',
      'job-skipped',
    ],
    ['skipped', ended('SKIPPED', 'CLIENT_ERROR'), 'failed', 'job-skipped'],
    [
      'switched off',
      ended('DISABLED', 'CLIENT_ERROR'),
      'failed',
      'job-skipped',
    ],
    [
      'a code of tomorrow goes by its type',
      ended('QUANTUM_DECAY', 'CLOUD_FAILURE'),
      'failed',
      'job-failed',
    ],
    [
      'a type without a code',
      ended(undefined, 'CLIENT_ERROR'),
      'failed',
      'job-failed',
    ],
    [
      'no details: the old state decides',
      { ...ended(), ...old('TERMINATED', 'SUCCESS') },
      'succeeded',
    ],
    [
      'the new state is believed first',
      { status: { state: 'RUNNING' }, ...old('TERMINATED', 'FAILED') },
      'running',
    ],
    ['old: pending', old('PENDING'), 'submitted'],
    ['old: queued', old('QUEUED'), 'submitted'],
    ['old: blocked', old('BLOCKED'), 'submitted'],
    ['old: running', old('RUNNING'), 'running'],
    ['old: waiting for a retry', old('WAITING_FOR_RETRY'), 'running'],
    ['old: terminating', old('TERMINATING'), 'running'],
    ['old: success', old('TERMINATED', 'SUCCESS'), 'succeeded'],
    ['old: failed', old('TERMINATED', 'FAILED'), 'failed', 'job-failed'],
    [
      'old: timed out',
      old('TERMINATED', 'TIMEDOUT'),
      'failed',
      'job-timed-out',
    ],
    ['old: canceled', old('TERMINATED', 'CANCELED'), 'canceled'],
    [
      'old: upstream failed',
      old('TERMINATED', 'UPSTREAM_FAILED'),
      'failed',
      'job-failed',
    ],
    [
      'old: upstream canceled',
      old('TERMINATED', 'UPSTREAM_CANCELED'),
      'canceled',
    ],
    [
      'old: too many at once',
      old('TERMINATED', 'MAXIMUM_CONCURRENT_RUNS_REACHED'),
      'failed',
      'job-skipped',
    ],
    ['old: skipped', old('SKIPPED'), 'failed', 'job-skipped'],
    [
      'old: internal error',
      old('INTERNAL_ERROR', 'FAILED'),
      'failed',
      'job-failed',
    ],
    [
      'old: internal error after the time limit',
      old('INTERNAL_ERROR', 'TIMEDOUT'),
      'failed',
      'job-timed-out',
    ],
  ])('%s', (_rule, raw, state, ...[failure]) => {
    const read = stateOf(raw);
    expect(read?.state).toBe(state);
    expect(read?.failure?.code).toBe(failure);
  });

  it.each<[string, Raw]>([
    ['nothing', {}],
    ['nulls', { status: null, state: null }],
    ['a state of tomorrow', { status: { state: 'DREAMING' } }],
    ['a misspelt state', { status: { state: 'running' } }],
    ['an end that is not said', ended()],
    ['an unknown end of an unknown type', ended('QUANTUM_DECAY', 'PHYSICS')],
    ['an old state of tomorrow', old('DREAMING')],
    ['an old end that is not said', old('TERMINATED')],
    ['an old end of tomorrow', old('TERMINATED', 'TIMED_OUT')],
    ['the name of a method', { status: { state: 'constructor' } }],
  ])('does not guess at %s', (_what, raw) => {
    expect(stateOf(raw)).toBeUndefined();
  });

  it('names the code in its own sentence, and never the text of the platform', () => {
    expect(
      stateOf(ended('RUN_EXECUTION_ERROR', 'CLIENT_ERROR'))?.failure?.message,
    ).toBe(
      'Databricks reports that the job failed (RUN_EXECUTION_ERROR). Look at its log.',
    );
    const hostile = stateOf(ended('<b>call 555-1234</b>', 'CLIENT_ERROR'));
    expect(hostile?.failure?.message).toBe(
      'Databricks reports that the job failed. Look at its log.',
    );
  });
});
