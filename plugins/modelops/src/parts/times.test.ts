import { ageWord } from './times';

const MINUTE = 60_000;

describe('ageWord', () => {
  it.each([
    [-5_000, 'just now'],
    [59_000, 'just now'],
    [MINUTE, '1 minute ago'],
    [3 * MINUTE + 59_000, '3 minutes ago'],
    [60 * MINUTE, '1 hour ago'],
    [47 * 60 * MINUTE, '47 hours ago'],
    [50 * 60 * MINUTE, '2 days ago'],
  ])('says %d ms as %s', (milliseconds, word) => {
    expect(ageWord(milliseconds)).toBe(word);
  });
});
