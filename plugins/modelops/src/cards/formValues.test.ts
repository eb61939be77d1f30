import { form } from '../__testUtils__/samples';
import {
  checkValues,
  type FormErrors,
  type FormValues,
  initialValues,
  toParameters,
} from './formValues';

const defaults = initialValues(form);

describe('formValues', () => {
  it('starts from the defaults, and never from the mask of a secret', () => {
    expect(defaults).toEqual({
      epochs: '5',
      rate: '0.1',
      optimizer: 'adam',
      note: '',
      shuffle: true,
      table: 'main.fraud.training',
      apiKey: '',
    });
  });

  it.each<[string, FormValues, FormErrors]>([
    ['accepts the defaults', {}, {}],
    ['wants what is required', { epochs: ' ' }, { epochs: 'Needs a value' }],
    ['wants a number', { epochs: 'many' }, { epochs: 'Has to be a number' }],
    [
      'wants a finite number',
      { rate: 'Infinity' },
      { rate: 'Has to be a number' },
    ],
    [
      'wants a whole number',
      { epochs: '1.5' },
      { epochs: 'Has to be a whole number' },
    ],
    ['keeps the minimum', { epochs: '0' }, { epochs: 'Has to be at least 1' }],
    ['keeps the maximum', { epochs: '21' }, { epochs: 'Has to be at most 20' }],
    [
      'keeps the length',
      { note: 'longer' },
      { note: 'May have at most 5 characters' },
    ],
    [
      'keeps to the list',
      { optimizer: 'x' },
      { optimizer: 'Choose one of the list' },
    ],
    ['leaves alone what may be empty', { rate: '', note: '' }, {}],
    ['leaves alone what may not be changed', { table: '' }, {}],
  ])('%s', (_rule, change, errors) => {
    expect(checkValues(form, { ...defaults, ...change })).toEqual(errors);
  });

  it.each([
    ['champion', undefined],
    ['no space', 'Has to be written as [a-z0-9_-]+'],
    ['champion!', 'Has to be written as [a-z0-9_-]+'],
  ])('holds the whole of %j against the pattern', (alias, error) => {
    const fields = {
      schema: {
        properties: { alias: { type: 'string', pattern: '[a-z0-9_-]+' } },
        required: ['alias'],
      },
      defaults: {},
    } as const;
    expect(
      checkValues(
        {
          ...fields,
          schema: {
            properties: { ...fields.schema.properties },
            required: [...fields.schema.required],
          },
        },
        { alias },
      ).alias,
    ).toBe(error);
  });

  it('sends typed values, and neither what is empty nor what is fixed', () => {
    expect(toParameters(form, { ...defaults, rate: '' })).toEqual({
      epochs: 5,
      optimizer: 'adam',
      shuffle: true,
    });
  });

  it('gives a number of a list back as a number', () => {
    const withList = {
      ...form,
      schema: {
        ...form.schema,
        properties: { depth: { type: 'integer' as const, enum: [3, 5] } },
      },
    };
    expect(toParameters(withList, { depth: '5' })).toEqual({ depth: 5 });
  });

  it('sends nothing for a blank that may be left out', () => {
    const parameters = toParameters(form, {
      ...defaults,
      rate: ' ',
      note: ' ',
    });
    expect(parameters).not.toHaveProperty('rate');
    expect(parameters).not.toHaveProperty('note');
  });
});
