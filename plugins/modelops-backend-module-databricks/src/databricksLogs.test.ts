import { tailOf } from './databricksLogs';

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
