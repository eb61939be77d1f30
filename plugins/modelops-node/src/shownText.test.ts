import { shownName, shownText, tailOf } from './shownText';

describe('tailOf', () => {
  it.each([
    ['short text stays', 'abc', 3, 'abc'],
    ['the end is kept', 'abcdef', 3, 'def'],
    ['no broken character is left at the beginning', 'aé€😀z', 4, 'z'],
    ['a whole character is kept', 'aé€😀z', 5, '😀z'],
    ['nothing fits into nothing', 'é', 0, ''],
  ])('%s', (_rule, text, maxBytes, tail) => {
    expect(tailOf(text, maxBytes)).toBe(tail);
    expect(Buffer.byteLength(tailOf(text, maxBytes))).toBeLessThanOrEqual(
      maxBytes,
    );
  });
});

describe('shownText', () => {
  it.each([
    ['one line', 'two\r\n\tlines ', 'two lines'],
    ['nothing that turns the writing', 'a\u202egpj.exe\u2066', 'a gpj.exe'],
    ['no half characters', 'half \ud83d and whole 😀', 'half and whole 😀'],
    ['nothing for blanks', ' \n\ufeff', undefined],
    ['nothing for nothing', undefined, undefined],
  ])('%s', (_rule, text, shown) => {
    expect(shownText(text)).toBe(shown);
  });

  it('is of bounded length, names of a shorter one', () => {
    const long = 'x'.repeat(5_000);
    expect(shownText(long)).toHaveLength(2_000);
    expect(shownText(long, 10)).toHaveLength(10);
    expect(shownName(long)).toHaveLength(320);
  });
});
