import { fieldsOf, firstText, readRows } from './predictionRows';

describe('rows of a question', () => {
  it.each([
    ['a list of rows', '[{"a": 1}]', { ok: true, instances: [{ a: 1 }] }],
    [
      'rows of any kind',
      '[[1, 2], "x"]',
      { ok: true, instances: [[1, 2], 'x'] },
    ],
    [
      'one row alone',
      '{"a": 1}',
      { ok: false, problem: 'Has to be a list of rows, between [ and ]' },
    ],
    ['no row', '[]', { ok: false, problem: 'Needs at least one row' }],
    [
      'too many rows',
      JSON.stringify(Array(10_001).fill(1)),
      { ok: false, problem: 'Has too many rows' },
    ],
  ])('reads %s', (_rule, text, rows) => {
    expect(readRows(text)).toEqual(rows);
  });

  it('says that a text is no JSON', () => {
    expect(readRows('[1,')).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^This is no JSON: /),
    });
  });

  it('begins with the example as the only row', () => {
    expect(JSON.parse(firstText({ target: 'a:b', example: { a: 1 } }))).toEqual(
      [{ a: 1 }],
    );
    expect(JSON.parse(firstText({ target: 'a:b' }))).toEqual([]);
  });

  it('makes fields of a signature, and none without one', () => {
    expect(fieldsOf({ target: 'a:b', example: [1] })).toBeUndefined();
    expect(
      fieldsOf({
        target: 'a:b',
        fields: [{ name: 'x', field: { type: 'number' }, required: true }],
        example: { x: 3 },
      }),
    ).toEqual({
      schema: { properties: { x: { type: 'number' } }, required: ['x'] },
      defaults: { x: 3 },
    });
  });
});
