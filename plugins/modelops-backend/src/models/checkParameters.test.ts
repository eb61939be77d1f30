import type { PlatformForm } from 'backstage-plugin-modelops-node';
import type { Guardrails } from '../access/guardrails';
import { checkParameters } from './checkParameters';

const FORM: PlatformForm = {
  title: 'job',
  parameters: [
    {
      name: 'epochs',
      field: { type: 'string' },
      default: '5',
      required: false,
    },
    {
      name: 'rate',
      field: { type: 'number', minimum: 0 },
      default: 0.1,
      required: false,
    },
    { name: 'table', field: { type: 'string', minLength: 1 }, required: true },
    {
      name: 'dry',
      field: { type: 'boolean' },
      default: false,
      required: false,
    },
    {
      name: 'size',
      field: { type: 'string', enum: ['S', 'M'] },
      default: 'S',
      required: false,
    },
    {
      name: 'key',
      field: { type: 'string', writeOnly: true },
      required: false,
    },
  ],
};
const RAIL: Guardrails = { epochs: { maximum: 20 } };
const MINE = { callerRunsIt: true };
const SOMEBODY_ELSES = { callerRunsIt: false };

describe('checkParameters', () => {
  it('sends every value that was checked, defaults included, in the type of the platform', () => {
    expect(
      checkParameters({ table: 't', rate: '0.5', dry: 'true' }, FORM, {}, MINE)
        .values,
    ).toEqual({
      epochs: '5',
      rate: 0.5,
      table: 't',
      dry: true,
      size: 'S',
    });
  });

  it.each([
    [20, '20'],
    ['20', '20'],
    ['007', '7'],
    ['1.50', '1.5'],
    [0.0000001, '0.0000001'],
    ['-0', '0'],
  ])(
    'sends the canonical decimal of a guarded number: %j as %j',
    (given, sent) => {
      expect(
        checkParameters({ table: 't', epochs: given }, FORM, RAIL, MINE).values
          .epochs,
      ).toBe(sent);
    },
  );

  it.each([
    [21],
    ['20.0000001'],
    ['1e1'],
    ['0x10'],
    ['1_0'],
    [' 5'],
    ['5\n'],
    ['٥'],
    [true],
  ])('refuses %j where at most 20 is allowed', given => {
    expect(() =>
      checkParameters({ table: 't', epochs: given }, FORM, RAIL, MINE),
    ).toThrow(
      expect.objectContaining({
        code: 'guardrail-exceeded',
        name: 'NotAllowedError',
      }),
    );
  });

  it('refuses a default of the platform that is beyond the guardrail', () => {
    expect(() =>
      checkParameters({ table: 't' }, FORM, { epochs: { maximum: 3 } }, MINE),
    ).toThrow(/epochs has to be at most 3/);
  });

  it.each<[string, Record<string, any>, RegExp]>([
    ['an unknown name', { table: 't', tabel: 'x' }, /no parameter 'tabel'/],
    [
      'a name of every object',
      { table: 't', constructor: 'x' },
      /no parameter 'constructor'/,
    ],
    ['a missing required value', {}, /table/],
    ['an empty required value', { table: '' }, /table/],
    [
      'a value outside the list',
      { table: 't', size: 'XXL' },
      /size has to be one of S, M/,
    ],
    [
      'a number below the minimum',
      { table: 't', rate: -1 },
      /rate has to be at least 0/,
    ],
    [
      'a text that is no number',
      { table: 't', rate: 'fast' },
      /rate has to be a number/,
    ],
    ['a text that is too long', { table: 'x'.repeat(10_001) }, /table/],
  ])('names what is wrong with %s', (_what, submitted, message) => {
    expect(() => checkParameters(submitted, FORM, {}, MINE)).toThrow(message);
    expect(() => checkParameters(submitted, FORM, {}, MINE)).toThrow(
      expect.objectContaining({ code: 'parameters-invalid' }),
    );
  });

  it('keeps defaults of a job that runs as somebody else, except what the rule lists', () => {
    const rails: Guardrails = {
      epochs: { maximum: 20 },
      table: { enum: ['t'] },
    };
    expect(
      checkParameters(
        { epochs: 7, table: 't', size: 'S' },
        FORM,
        rails,
        SOMEBODY_ELSES,
      ).values,
    ).toMatchObject({ epochs: '7', size: 'S' });
    expect(() =>
      checkParameters({ table: 't', size: 'M' }, FORM, rails, SOMEBODY_ELSES),
    ).toThrow(/size keeps its default/);
    expect(() =>
      checkParameters({ table: 't', key: 'k' }, FORM, rails, SOMEBODY_ELSES),
    ).toThrow(/key keeps its default/);
  });

  it('says which fields are secret', () => {
    expect(
      checkParameters({ table: 't', key: 'k' }, FORM, {}, MINE).secretFields,
    ).toEqual(new Set(['key']));
  });
});
