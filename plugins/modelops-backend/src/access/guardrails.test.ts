import type { FormField } from 'backstage-plugin-modelops-common';
import {
  canonicalDecimal,
  checkGuardrail,
  describeGuardrails,
  guardField,
  type Guardrail,
} from './guardrails';

describe('describeGuardrails', () => {
  it.each<[string, Guardrail]>([
    ['epochs: at most 20', { maximum: 20 }],
    ['epochs: at least 1', { minimum: 1 }],
    ['epochs: at least 1 and at most 20', { minimum: 1, maximum: 20 }],
    ['epochs: one of A100, H100', { enum: ['A100', 'H100'] }],
    ['epochs: at most 4, one of 1, 2, 4', { maximum: 4, enum: [1, 2, 4] }],
  ])('says %s', (sentence, guardrail) => {
    expect(describeGuardrails({ epochs: guardrail })).toEqual([sentence]);
  });
});

describe('checkGuardrail', () => {
  const range = { minimum: 1, maximum: 20 };

  it.each<[string, Guardrail, unknown, string | number | undefined]>([
    ['a number at the maximum', range, 20, 20],
    ['a number at the minimum', range, 1, 1],
    ['a number above', range, 20.000001, undefined],
    ['a number below', range, 0.999999, undefined],
    ['a decimal as text', range, '5', 5],
    ['a decimal with leading zeros, as the number it is', range, '007', 7],
    ['a decimal with a fraction', range, '5.50', 5.5],
    ['minus zero, as zero', { minimum: 0 }, '-0', 0],
    ['a small fraction', { maximum: 1 }, 1e-7, 1e-7],
    ['a hexadecimal number', range, '0x14', undefined],
    ['an octal number', range, '0o5', undefined],
    ['an exponent', range, '2e0', undefined],
    ['an underscore', range, '1_0', undefined],
    ['a thousands separator', { maximum: 5000 }, '1,000', undefined],
    ['spaces', range, ' 5', undefined],
    ['a line break', range, '5\n', undefined],
    ['digits of another script', range, '５', undefined],
    ['an empty text', range, '', undefined],
    ['a plus sign', range, '+5', undefined],
    ['not a number', range, Number.NaN, undefined],
    ['infinity', { minimum: 1 }, Number.POSITIVE_INFINITY, undefined],
    ['infinity as text', { minimum: 1 }, 'Infinity', undefined],
    ['a number too large to be exact', { minimum: 1 }, 2 ** 53, undefined],
    ['a text of digits without end', { minimum: 0 }, '0'.repeat(41), undefined],
    ['true', range, true, undefined],
    ['a list', range, [5], undefined],
    ['null', range, null, undefined],
    ['no value', range, undefined, undefined],
    ['a text of the enum', { enum: ['A100', 'H100'] }, 'H100', 'H100'],
    ['a text in another case', { enum: ['A100'] }, 'a100', undefined],
    ['a number for an enum of texts', { enum: ['1', '2'] }, 1, undefined],
    ['a number of the enum', { enum: [1, 2, 4] }, 4, 4],
    ['a number of the enum as text', { enum: [1, 2, 4] }, '4.0', 4],
    ['a number between those of the enum', { enum: [1, 2, 4] }, 3, undefined],
    [
      'what only one of range and enum allows',
      { maximum: 2, enum: [1, 4] },
      4,
      undefined,
    ],
  ])('%s', (_rule, guardrail, value, checked) => {
    const check = checkGuardrail(guardrail, value);
    expect(check.ok ? check.value : undefined).toBe(checked);
    expect(check.ok || check.message.startsWith('has to be ')).toBe(true);
  });
});

describe('canonicalDecimal', () => {
  it.each([
    [0, '0'],
    [20, '20'],
    [-0.5, '-0.5'],
    [1e-7, '0.0000001'],
    [-1.25e-9, '-0.00000000125'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ])('writes %p as %s, which reads back as the same number', (value, text) => {
    expect(canonicalDecimal(value)).toBe(text);
    expect(Number(text)).toBe(value);
  });
});

describe('guardField', () => {
  it.each<[string, FormField, Guardrail, FormField]>([
    [
      'a guarded text becomes a number',
      { type: 'string', title: 'Epochs', maxLength: 5 },
      { maximum: 20 },
      { type: 'number', title: 'Epochs', maximum: 20 },
    ],
    [
      'an integer stays one',
      { type: 'integer', minimum: 1 },
      { maximum: 20 },
      { type: 'integer', minimum: 1, maximum: 20 },
    ],
    [
      'a wider guardrail does not widen the field',
      { type: 'integer', minimum: 1, maximum: 10 },
      { minimum: 0, maximum: 20 },
      { type: 'integer', minimum: 1, maximum: 10 },
    ],
    [
      'an enum narrows that of the field',
      { type: 'string', enum: ['A100', 'T4'] },
      { enum: ['A100', 'H100'] },
      { type: 'string', enum: ['A100'] },
    ],
    [
      'an enum of numbers narrows that of a text field',
      { type: 'string', enum: ['1', '2', '8'] },
      { enum: [1, 2, 4] },
      { type: 'number', enum: [1, 2] },
    ],
    [
      'a range keeps the choices of the field',
      { type: 'string', enum: ['1', '2', '8'] },
      { maximum: 4 },
      { type: 'number', enum: [1, 2, 8], maximum: 4 },
    ],
  ])('%s', (_rule, field, guardrail, guarded) => {
    expect(guardField(field, guardrail)).toEqual(guarded);
  });
});
