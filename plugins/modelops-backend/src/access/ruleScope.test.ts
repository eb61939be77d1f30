import { type RuleScope, type ScopedThing, scopeOf } from './ruleScope';

const RUN: ScopedThing = {
  action: 'train',
  connection: 'desk',
  resource: 'job/1',
  environment: 'production',
};

describe('scopeOf', () => {
  it.each<[string, Partial<RuleScope>, Partial<ScopedThing>, boolean]>([
    ['what the rule names', {}, {}, true],
    ['another action of the rule', {}, { action: 'serve' }, true],
    ['not an action it does not name', {}, { action: 'deploy' }, false],
    ['what a pattern matches', { resources: ['desk:*'] }, {}, true],
    ['not another resource', {}, { resource: 'job/2' }, false],
    ['not the same resource elsewhere', {}, { connection: 'other' }, false],
    [
      'one of its environments',
      { environments: ['x', 'production'] },
      {},
      true,
    ],
    ['not another environment', { environments: ['x'] }, {}, false],
    [
      'not what has no environment, where it names some',
      { environments: ['production'] },
      { environment: undefined },
      false,
    ],
  ])('covers %s', (_name, rule, run, covered) => {
    const scope: RuleScope = {
      actions: ['train', 'serve'],
      resources: ['desk:job/1'],
      ...rule,
    };
    expect(scopeOf(scope)({ ...RUN, ...run })).toBe(covered);
  });
});
