import { csvLines, toCell } from './csvLines';

describe('A cell', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '|calc',
    '%0',
    ' =1',
    '\t=1',
    '\r=1',
    '\n=1',
    '\ttext',
    '\u00a0\u200b\ufeff=1',
    '\u0000\u0008=1',
    '＝1',
    '＋1',
    '－1',
    '＠SUM(A1)',
    '﹦1',
    '﹢1',
  ])('that begins like a formula is text: %j', text => {
    expect(toCell(text)).toBe(`"'${text}"`);
  });

  it.each<[unknown, string]>([
    [undefined, ''],
    [7, '7'],
    ['', '""'],
    ['a=b', '"a=b"'],
    ['user:default/ada', '"user:default/ada"'],
    ['"quoted", and\r\nbroken', '"""quoted"", and\r\nbroken"'],
    [['=1'], '"[""=1""]"'],
    [{ a: '=1' }, '"{""a"":""=1""}"'],
  ])('holds %j as it is', (value, cell) => {
    expect(toCell(value)).toBe(cell);
  });
});

it('A line of CSV has a cell for every column, and none that an entry brings along', async () => {
  async function* entries() {
    const canonical =
      '{"__proto__":{"actor":"x"},"actor":"user:default/ada","extra":"=1","sequence":1}';
    yield { sequence: 1, hash: 'f', canonical };
  }
  const lines: string[] = [];
  for await (const line of csvLines(entries())) lines.push(line);
  const [names, cells] = lines.map(line => line.split(','));
  expect(cells).toHaveLength(names.length);
  expect(cells.filter(cell => cell !== '')).toEqual([
    '1',
    '"user:default/ada"',
    '"f"',
  ]);
});
