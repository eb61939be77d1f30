import { toTrainingState } from './trainingStates';

const PLACE = {
  project: 'ml-prod',
  asksFor: '1 × n1-standard-8 with 1 × NVIDIA_TESLA_T4',
};

describe('the state of a job', () => {
  it.each([
    ['QUEUED', 'submitted'],
    ['PENDING', 'submitted'],
    ['RUNNING', 'running'],
    ['CANCELLING', 'running'],
    ['PAUSED', 'running'],
    ['UPDATING', 'running'],
    ['SUCCEEDED', 'succeeded'],
    ['PARTIALLY_SUCCEEDED', 'succeeded'],
    ['CANCELLED', 'canceled'],
  ])('%s is %s', (state, ours) => {
    expect(toTrainingState({ state }, PLACE)).toEqual({ state: ours });
  });

  it.each(['UNSPECIFIED', 'MIGRATING', 'constructor'])(
    'of the word %s is none that we know',
    state => {
      expect(toTrainingState({ state }, PLACE)).toBeUndefined();
    },
  );

  it.each<[string, { state: string; code?: number }, string]>([
    ['without a reason', { state: 'FAILED' }, 'job-failed'],
    ['by an internal error', { state: 'FAILED', code: 13 }, 'job-failed'],
    ['at its time limit', { state: 'FAILED', code: 4 }, 'job-timed-out'],
    [
      'at its time limit, cancelled for it',
      { state: 'CANCELLED', code: 4 },
      'job-timed-out',
    ],
    ['by expiry', { state: 'EXPIRED' }, 'job-timed-out'],
    ['for want of quota', { state: 'FAILED', code: 8 }, 'job-quota-exceeded'],
  ])('tells one that failed %s', (_how, { state, code }, expected) => {
    const reading = toTrainingState({ state, error: { code } }, PLACE);
    expect(reading).toMatchObject({
      state: 'failed',
      failure: { code: expected },
    });
  });

  it('takes a job that was cancelled for cancelled, whatever its state is called', () => {
    expect(
      toTrainingState({ state: 'FAILED', error: { code: 1 } }, PLACE),
    ).toEqual({ state: 'canceled' });
  });

  it('says which quota, and what was asked for, and passes no other word on', () => {
    const metric =
      'aiplatform.googleapis.com/custom_model_training_nvidia_t4_gpus';
    const said = (message: string) =>
      toTrainingState({ state: 'FAILED', error: { code: 8, message } }, PLACE)
        ?.failure?.message;
    expect(
      said(`The following quota metrics exceed quota limits: ${metric}`),
    ).toBe(
      `The quota of project ml-prod is used up (${metric}); asked for was 1 × n1-standard-8 with 1 × NVIDIA_TESLA_T4. Ask for less, try again later, or ask the owner of the project for more quota.`,
    );
    const hostile = 'The following quota metrics exceed quota limits: <b>x</b>';
    expect(said(hostile)).toMatch(
      /^The quota of project ml-prod is used up, or its location has no machine free; asked for was/,
    );
    expect(said(hostile)).not.toContain('<b>');
  });
});
