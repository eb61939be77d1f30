import { parseInstanceSchema, signatureOf } from './instanceSchema';

function signature(text: string) {
  return signatureOf(parseInstanceSchema(text));
}

describe('The schema of an instance', () => {
  it('has a field for each property, in YAML', () => {
    expect(
      signature(`
type: object
properties:
  amount: { type: number, format: double, description: "In EUR\\nand cents" }
  count: { type: integer, nullable: true }
  country: { type: string }
  known: { type: boolean }
required: [amount]
example: { amount: 1, count: 2, country: NL, known: true }
`),
    ).toEqual({
      fields: [
        {
          name: 'amount',
          field: { type: 'number', description: 'In EUR and cents' },
          required: true,
        },
        { name: 'count', field: { type: 'integer' }, required: false },
        { name: 'country', field: { type: 'string' }, required: false },
        { name: 'known', field: { type: 'boolean' }, required: false },
      ],
      example: { amount: 1, count: 2, country: 'NL', known: true },
    });
  });

  it('may be JSON, and its parts may have examples', () => {
    expect(
      signature(
        JSON.stringify({
          properties: {
            a: { type: 'number', example: 0.5 },
            b: { type: 'string', example: 'x' },
          },
        }),
      ),
    ).toEqual({
      fields: [
        { name: 'a', field: { type: 'number' }, required: false },
        { name: 'b', field: { type: 'string' }, required: false },
      ],
      example: { a: 0.5, b: 'x' },
    });
  });

  it.each([
    ['a list', 'properties: { a: { type: array } }'],
    ['no type', 'properties: { a: {} }'],
    ['a name on two lines', 'properties: { "a\\nb": { type: number } }'],
    ['a name like no other', '{"properties":{"__proto__":{"type":"number"}}}'],
    [
      'more than 200 fields',
      JSON.stringify({
        properties: Object.fromEntries(
          Array.from({ length: 201 }, (_, at) => [
            `f${at}`,
            { type: 'number' },
          ]),
        ),
      }),
    ],
    ['no field', 'properties: {}'],
  ])('has no fields for %s, and is edited as JSON', (_what, text) => {
    expect(signature(text).fields).toBeUndefined();
  });

  it.each([
    ['a number', '1'],
    ['a list', '[1]'],
    ['nothing', ''],
    ['a text', 'properties'],
    ['a broken document', '{a: ['],
    ['references, which could make much of little', 'a: &a [x]\nb: *a'],
    ['properties that are a list', 'properties: [1]'],
  ])('is nothing when it is %s', (_what, text) => {
    expect(signature(text)).toEqual({});
  });

  it('shows no example that is too long', () => {
    const example = { a: 'x'.repeat(70_000) };
    expect(
      signature(
        JSON.stringify({ properties: { a: { type: 'string' } }, example }),
      ).example,
    ).toBeUndefined();
  });

  it.each([
    ['[', '['],
    ['[ on lines', '[\n'],
    ['{a: ', '{a: '],
    ['- ', '- '],
    ['- on lines', '-\n'],
    ['? ', '? '],
    ['? on lines', '?\n'],
    ['a: b: c', 'a: b: c\n'],
    ['the same key', 'a: 1\n'],
    ['tags', 'a: !!str x\n'],
    ['anchors', 'a: &a\n'],
    ['merges', '<<: x\n'],
    ['commas', '[,\n'],
    ['texts', 'a: |\n  x\n'],
    ['documents', '---\n'],
  ])('keeps nobody waiting for thousands of %s', (_what, piece) => {
    const before = Date.now();
    for (const size of [16, 32, 128])
      signature(piece.repeat((size * 1024) / piece.length));
    expect(Date.now() - before).toBeLessThan(8_000);
  });
});
