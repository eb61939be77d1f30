import { mergeAliases, requireAlias } from './versionAliases';

const BEFORE = new Map([
  ['default', 1],
  ['champion', 1],
  ['canary', 2],
]);

it.each<[string, number, string[], Record<string, number>]>([
  ['adds', 2, ['fresh'], { fresh: 2 }],
  ['moves from another version', 2, ['champion'], { champion: 2 }],
  ['moves the default', 2, ['default'], { default: 2 }],
  ['takes off', 2, ['-canary'], { canary: NaN }],
  ['leaves what another version has', 1, ['-canary'], {}],
  ['leaves what was added and taken off', 2, ['canary', '-canary'], {}],
  ['does not add what was taken off, too', 2, ['new', '-new'], {}],
])('a merge %s', (_rule, version, changes, changed) => {
  const after = new Map([...BEFORE, ...Object.entries(changed)]);
  for (const [alias, number] of after)
    if (Number.isNaN(number)) after.delete(alias);
  expect(mergeAliases(BEFORE, version, changes)).toEqual(after);
});

it.each([[['-default']], [[]], [['fresh', '7']], [['-7']]])(
  'a merge of %j is refused',
  changes => {
    expect(() => mergeAliases(BEFORE, 1, changes)).toThrow();
  },
);

it.each(['1', 'a', 'Champion', 'under_score', `a${'b'.repeat(128)}`, '', 'ä1'])(
  '%j is no alias',
  alias => {
    expect(() => requireAlias(alias)).toThrow();
  },
);
