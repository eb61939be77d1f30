import { toEntityTags } from './entityTags';
import { toPlainText } from './plainText';

describe('toPlainText', () => {
  it.each([
    [
      'plain text as it is',
      'Flags 3 % of card payments.',
      'Flags 3 % of card payments.',
    ],
    [
      'names with marks inside',
      'main.fraud_v2.detector',
      'main.fraud_v2.detector',
    ],
    ['several lines', 'One\r\n\r\n two\tthree', 'One two three'],
    [
      'a link',
      'See [this](https://evil.example/x)',
      'See (this)(evil.example/x)',
    ],
    [
      'an image',
      '![](http://evil.example/seen.png)',
      '!()(evil.example/seen.png)',
    ],
    ['an address', 'Go to www.evil.example', 'Go to evil.example'],
    ['HTML', '<script>alert(1)</script>', '(script)alert(1)(/script)'],
    ['an autolink', '<https://evil.example>', '(evil.example)'],
    ['a heading', '# Big', 'Big'],
    ['code', '```\nrm -rf\n```', "''' rm -rf '''"],
    ['control characters', 'a\u0000b\u001b[31mc', 'a b (31mc'],
    ['text turned round', 'a\u202egnp.exe', 'a gnp.exe'],
    ['half a character', 'a\ud800b', 'a b'],
    ['an escape', '\\[x\\]', "'(x')"],
  ])('makes plain text of %s', (_what, text, plain) => {
    expect(toPlainText(text, 200)).toBe(plain);
  });

  it.each([undefined, '', ' \n\t ', '\u200b', '---'])(
    'makes nothing of %j',
    text => expect(toPlainText(text, 200)).toBeUndefined(),
  );

  it('keeps to the length, and cuts no character in two', () => {
    const text = toPlainText('😀'.repeat(1000), 20)!;
    expect(text.length).toBeLessThanOrEqual(20);
    expect(text).toMatch(/^(😀)+…$/u);
    expect(toPlainText('x'.repeat(20), 20)).toBe('x'.repeat(20));
  });
});

describe('toEntityTags', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['key and value', { team: 'fraud' }, ['team:fraud']],
    ['a key alone', { gold: '' }, ['gold']],
    [
      'what Backstage does not take',
      { 'Cost Center': 'A/B_7' },
      ['cost-center:a-b-7'],
    ],
    [
      'what looks like an annotation',
      { 'modelops/train': 'x:job/1' },
      ['modelops-train:x-job-1'],
    ],
    ['nothing usable', { '★': '★' }, []],
    ['two that become one', { Team: 'a', team: 'a' }, ['team:a']],
  ])('takes %s', (_what, tags, made) => {
    expect(toEntityTags(tags)).toEqual(made);
  });

  it('takes at most 20 of at most 63 characters, the same ones each time', () => {
    const many = Array.from({ length: 50 }, (_, n) => [
      `k${n}`,
      'v-'.repeat(50),
    ]);
    const made = toEntityTags(Object.fromEntries(many));
    expect(made).toHaveLength(20);
    for (const tag of made) {
      expect(tag.length).toBeLessThanOrEqual(63);
      expect(tag).toMatch(/^[a-z0-9:+#]+(-[a-z0-9:+#]+)*$/);
    }
    expect(toEntityTags(Object.fromEntries(many.reverse()))).toEqual(made);
  });
});
