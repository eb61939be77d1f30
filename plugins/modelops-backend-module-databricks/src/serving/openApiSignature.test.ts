import { signatureOf } from './openApiSignature';

/** The document of an endpoint that serves `m-1`. */
function documentOf(...choices: unknown[]) {
  return {
    paths: {
      '/served-models/m-1/invocations': {
        post: {
          requestBody: {
            content: { 'application/json': { schema: { oneOf: choices } } },
          },
        },
      },
    },
  };
}

function records(items: unknown, more = {}) {
  return documentOf({
    properties: { dataframe_records: { type: 'array', items } },
    ...more,
  });
}

describe('The signature in an OpenAPI document', () => {
  it('has a field for each column, the optional ones too', () => {
    const document = records(
      {
        properties: {
          amount: { type: 'number', format: 'double' },
          count: { type: ['integer', 'null'] },
          country: { type: 'string' },
          known: { type: 'boolean' },
        },
        required: ['amount'],
      },
      { example: { dataframe_records: [{ amount: 1 }, { amount: 2 }] } },
    );
    expect(signatureOf(document, 'm-1')).toEqual({
      fields: [
        { name: 'amount', field: { type: 'number' }, required: true },
        { name: 'count', field: { type: 'integer' }, required: false },
        { name: 'country', field: { type: 'string' }, required: false },
        { name: 'known', field: { type: 'boolean' }, required: false },
      ],
      example: { amount: 1 },
    });
  });

  it('is made of columns where there are no rows', () => {
    const document = documentOf({
      properties: {
        dataframe_split: {
          properties: {
            columns: { items: { enum: ['a', 'b'] } },
            data: {
              items: { prefixItems: [{ type: 'number' }, { type: 'string' }] },
            },
          },
        },
      },
      example: { dataframe_split: { columns: ['a', 'b'], data: [[1, 'x']] } },
    });
    expect(signatureOf(document, 'm-1')).toEqual({
      fields: [
        { name: 'a', field: { type: 'number' }, required: true },
        { name: 'b', field: { type: 'string' }, required: true },
      ],
      example: { a: 1, b: 'x' },
    });
  });

  it.each([
    ['a column that is a list', { a: { type: 'array' } }],
    ['a column of two types', { a: { type: ['string', 'number'] } }],
    ['a name that hides', { 'a\u202Eb': { type: 'number' } }],
    ['a huge name', { ['a'.repeat(1000)]: { type: 'number' } }],
    [
      'a thousand columns',
      Object.fromEntries(
        Array.from({ length: 1000 }, (_, at) => [`c${at}`, { type: 'number' }]),
      ),
    ],
  ])('has no fields because of %s', (_what, properties) => {
    const { fields } = signatureOf(records({ properties }), 'm-1');
    expect(fields).toBeUndefined();
  });

  it.each([
    undefined,
    null,
    'text',
    [],
    { paths: { '/served-models/m-2/invocations': {} } },
    documentOf(null, 5, [], { properties: 'x' }),
    JSON.parse('{"paths":{"__proto__":{"post":1}}}'),
  ])('is empty for %j', document => {
    expect(signatureOf(document, 'm-1')).toEqual({
      fields: undefined,
      example: undefined,
    });
  });

  it('has no example that is too long', () => {
    const document = records(
      { properties: { a: { type: 'string' } } },
      { example: { dataframe_records: [{ a: 'x'.repeat(100_000) }] } },
    );
    expect(signatureOf(document, 'm-1').example).toBeUndefined();
  });
});
