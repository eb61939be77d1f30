import type { ServingState } from 'backstage-plugin-modelops-common';
import { checkChange, sharesOf } from './checkChange';

const serving: ServingState = {
  state: 'ready',
  revision: '7',
  served: [
    {
      id: 'd-2',
      model: 'd',
      version: '2',
      share: 90,
      ours: true,
      state: 'ready',
    },
    {
      id: 'd-3',
      model: 'd',
      version: '3',
      share: 10,
      ours: true,
      state: 'ready',
    },
  ],
};
const form = (state: Partial<ServingState> = {}) => ({
  title: 'fraud-detector',
  parameters: [],
  serving: { ...serving, ...state },
});
const codeOf = (change: () => void) => {
  try {
    change();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

/** The code of its refusal; undefined if it passes. */
const check = (...change: Parameters<typeof checkChange>) =>
  codeOf(() => checkChange(...change));

describe('checkChange', () => {
  it('lets a change pass that fits what is served', () => {
    expect(
      check(form(), {
        operation: 'traffic',
        revision: '7',
        values: { 'd-2': 50, 'd-3': 50 },
      }),
    ).toBeUndefined();
    expect(
      check(form(), { operation: 'promote', version: '3', values: {} }),
    ).toBeUndefined();
    expect(
      check(form(), { operation: 'stop', version: '2', values: {} }),
    ).toBeUndefined();
    expect(
      check(form({ state: 'failed' }), {
        operation: 'deploy',
        version: '4',
        values: { traffic: 100 },
      }),
    ).toBeUndefined();
  });

  it.each([
    ['somebody changed it', form({ revision: '8' }), 'serving-changed'],
    ['it is being changed', form({ state: 'updating' }), 'serving-changed'],
    [
      'there is nothing',
      form({ state: 'absent', revision: '7', served: [] }),
      'operation-unsupported',
    ],
  ])('refuses a change when %s', (_when, state, code) => {
    expect(
      codeOf(() =>
        checkChange(state, {
          operation: 'promote',
          version: '3',
          revision: '7',
          values: {},
        }),
      ),
    ).toBe(code);
  });

  it.each([
    ['traffic', { 'd-2': 50 }, undefined],
    ['traffic', { 'd-9': 50 }, undefined],
    ['promote', {}, '9'],
    ['stop', {}, '9'],
    ['deploy', { traffic: 101 }, '4'],
  ] as const)('refuses %s with %j of %s', (operation, values, version) => {
    expect(
      codeOf(() => checkChange(form(), { operation, values, version })),
    ).toBe('traffic-invalid');
  });

  it('has nothing to say where nothing is served', () => {
    expect(
      check(
        { title: 'job', parameters: [] },
        { operation: 'start', values: {} },
      ),
    ).toBeUndefined();
  });
});

describe('sharesOf', () => {
  it('is what a rollback restores', () => {
    expect(sharesOf(form())).toEqual({ 'd-2': 90, 'd-3': 10 });
    expect(sharesOf(form({ served: [] }))).toBeUndefined();
    expect(sharesOf({ title: 'job', parameters: [] })).toBeUndefined();
  });
});
