import { compileGlob } from './glob';

/** What a glob means, as plainly as it can be said: fine for short texts, endless for hostile ones. */
function meansMatch(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*') {
    return (
      meansMatch(pattern.slice(1), text) ||
      (text !== '' && meansMatch(pattern, text.slice(1)))
    );
  }
  return text[0] === pattern[0] && meansMatch(pattern.slice(1), text.slice(1));
}

function* textsOf(letters: string, longest: number): Generator<string> {
  yield '';
  if (longest === 0) return;
  for (const letter of letters) {
    for (const rest of textsOf(letters, longest - 1)) yield letter + rest;
  }
}

describe('compileGlob', () => {
  it.each([
    ['the same text', 'desk:job/1', 'desk:job/1', true],
    ['a longer text', 'desk:job/1', 'desk:job/12', false],
    ['a text with something before it', 'job/1', 'desk:job/1', false],
    ['another case', 'desk:job/1', 'desk:Job/1', false],
    ['anything for a star', '*', 'desk:job/1', true],
    ['nothing for a star', 'desk:job/1*', 'desk:job/1', true],
    ['colons and slashes for a star', 'desk*1', 'desk:job/1', true],
    ['a star in the middle', 'desk:*/1', 'desk:job/1', true],
    ['the end after a star', '*/1', 'desk:job/12', false],
    ['stars that would have to share', 'ab*ba', 'aba', false],
    ['the dot of a name as a dot', 'm.*', 'mx', false],
    [
      'characters of regular expressions as they are',
      '(a|b)+*',
      '(a|b)+c',
      true,
    ],
  ])('takes %s', (_rule, pattern, text, matches) => {
    expect(compileGlob(pattern).matches(text)).toBe(matches);
  });

  it('means the same as its definition, for every short pattern and text', () => {
    const texts = [...textsOf('ab', 5)];
    for (const pattern of textsOf('ab*', 4)) {
      const glob = compileGlob(pattern);
      const wrong = texts.filter(
        text => glob.matches(text) !== meansMatch(pattern, text),
      );
      expect([pattern, wrong]).toEqual([pattern, []]);
    }
  });

  it('takes time that grows with the text, not with what stars could share', () => {
    // A backtracking matcher needs about n^20 steps here; with 100 000 letters it would not end.
    const glob = compileGlob(`${'*a'.repeat(20)}*b`);
    const started = performance.now();
    expect(glob.matches('a'.repeat(100_000))).toBe(false);
    expect(glob.matches(`${'a'.repeat(100_000)}b`)).toBe(true);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
