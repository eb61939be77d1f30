/** What people and attackers write where a resource should be. */
const HOSTILE_NAMES = [
  '',
  ' ',
  '.',
  '..',
  '../x',
  'x/..',
  '%2e%2e',
  '%2f',
  'a/b',
  'a\\b',
  '//evil.example/x',
  'https://evil.example/x',
  '@evil.example',
  ':443',
  '?x=1',
  '#x',
  '*',
  '-1',
  '0',
  '1e3',
  '0x1f',
  'NaN',
  '9'.repeat(400),
  'constructor',
  '__proto__',
  'toString',
  '\u0000',
  'a\nb',
  'a\r\nHost: evil.example',
  '\u202ea',
  '\ufeffa',
  '\u212a', // the Kelvin sign, which lower case makes a k of
  '\u0130',
  '\uff19',
  '\ud800', // half of a character
  '💥',
  "'; drop table runs; --",
  '{{x}}',
  // eslint-disable-next-line no-template-curly-in-string
  '${x}',
];
/** Long enough for a pattern that backtracks to be noticed, in characters. */
const LONG = 100_000;
const FILLERS = ['a', '0', '1', '.', 'a.', ' ', '/', '-', '%2f', '\u0000', 'é'];

/** Texts that are no resource, or only look like one. */
export function hostileResources(spellings: readonly string[]): string[] {
  const kinds = new Set(spellings.map(text => text.split('/')[0]));
  const prefixes = ['', '/', ...[...kinds].flatMap(kind => [kind, `${kind}/`])];
  const names = [
    ...HOSTILE_NAMES,
    ...FILLERS.map(filler => filler.repeat(LONG / filler.length)),
  ];
  return prefixes.flatMap(prefix => names.map(name => `${prefix}${name}`));
}

const MUTANTS = 1_000;
const ALPHABET = [
  ...'aZk09 ./:%@?#*\\-_~+&=\u0000\n\t\u00e9\u202e\u212a\u0130\uff19\ud800',
  '..',
  '//',
  '%2f',
  '💥',
];

/** Texts that differ from a good one in up to three places, the same ones in each run. */
export function mutantsOf(text: string): string[] {
  let seed = text.length + 1;
  const pick = (below: number) => {
    // Linear congruential generator of Numerical Recipes: the low bits are poor, so the high ones are used.
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const mutate = (from: string) => {
    const at = pick(from.length + 1);
    const removed = pick(3);
    const added = pick(4) === 0 ? '' : ALPHABET[pick(ALPHABET.length)];
    return from.slice(0, at) + added + from.slice(at + removed);
  };
  return Array.from({ length: MUTANTS }, () => {
    let mutant = text;
    for (let left = pick(3); left >= 0; left--) mutant = mutate(mutant);
    return mutant;
  });
}
