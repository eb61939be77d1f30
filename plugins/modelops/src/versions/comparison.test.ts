import { compareVersions } from './comparison';

const version = (
  parameters: Record<string, string>,
  metrics: Record<string, number | null> = {},
) => ({
  parameters,
  metrics: Object.entries(metrics).map(([name, value]) => ({ name, value })),
});

describe('compareVersions', () => {
  it.each<[string, Record<string, string>[], [string, boolean][]]>([
    ['equal values do not differ', [{ a: '1' }, { a: '1' }], [['a', false]]],
    [
      'what differs comes first',
      [
        { a: '1', b: '1' },
        { a: '1', b: '2' },
      ],
      [
        ['b', true],
        ['a', false],
      ],
    ],
    ['what is missing differs', [{ a: '1' }, {}], [['a', true]]],
    [
      'the order is otherwise that of the first version that has it',
      [{ z: '1' }, { a: '1', z: '2' }],
      [
        ['z', true],
        ['a', true],
      ],
    ],
    [
      'a name of the prototype is only a name',
      [{ toString: 'x' }, {}],
      [['toString', true]],
    ],
  ])('%s', (_rule, columns, expected) => {
    const { parameters } = compareVersions(
      columns.map(column => version(column)),
    );
    expect(parameters.map(({ differs, name }) => [name, differs])).toEqual(
      expected,
    );
  });

  it('compares metrics as they are shown', () => {
    const { metrics } = compareVersions([
      version({}, { accuracy: 0.9, loss: null }),
      version({}, { accuracy: 0.90000000001 }),
    ]);
    expect(metrics).toEqual([
      { name: 'loss', values: ['not a number', undefined], differs: true },
      { name: 'accuracy', values: ['0.9', '0.9'], differs: false },
    ]);
  });
});
