import { diffMappings } from './mappingChanges';
import type { Member, Role, Rule } from './Role';

function rule(resource: string, changes: Partial<Rule> = {}): Rule {
  return {
    actions: ['train'],
    resources: [resource],
    ownedByMember: false,
    parameters: {},
    limits: {},
    ...changes,
  };
}

const FRAUD: Member[] = [{ group: 'group:default/fraud' }];
const GROWTH: Member[] = [{ group: 'group:default/growth' }];

function role(name: string, allow: Rule[], members = FRAUD): Role {
  return { name, members, allow };
}

/** Changes in short: `a#1 -job/1 +job/2`. */
function shortly(before: Role[], after: Role[]): string[] {
  const show = (sign: string, text: string | undefined) => {
    if (text === undefined) return '';
    const { resources, members, place } = JSON.parse(text);
    const shown = [
      ...(resources ?? []),
      ...(members ? members.map((one: Member) => one.group) : []),
      ...(place ? [`place ${place}`] : []),
    ];
    return ` ${sign}${shown.join(' ')}`;
  };
  return diffMappings(before, after).changes.map(
    change =>
      `${change.rule ?? change.role}${show('-', change.before)}${show(
        '+',
        change.after,
      )}`,
  );
}

const [one, two, three, four] = ['1', '2', '3', '4'].map(id => rule(id));

describe('diffMappings', () => {
  it.each<[string, Role[], Role[], string[]]>([
    ['nothing', [role('a', [one, two])], [role('a', [one, two])], []],
    [
      'nothing for keys in another order',
      [role('a', [one])],
      [{ allow: [{ ...one }], members: FRAUD, name: 'a' }],
      [],
    ],
    [
      'a changed rule',
      [role('a', [one, two, three])],
      [role('a', [one, four, three])],
      ['a#1 -2 +4'],
    ],
    [
      'one rule put in above others',
      [role('a', [one, two, three])],
      [role('a', [four, one, two, three])],
      ['a#0 +4'],
    ],
    [
      'one rule put in between others',
      [role('a', [one, two, three])],
      [role('a', [one, four, two, three])],
      ['a#1 +4'],
    ],
    [
      'a rule taken away',
      [role('a', [one, two, three])],
      [role('a', [one, three])],
      ['a#1 -2'],
    ],
    [
      'a change next to an addition',
      [role('a', [one, two])],
      [role('a', [three, four, two])],
      ['a#0 -1 +3', 'a#1 +4'],
    ],
    [
      'a rule that went below another',
      [role('a', [one, two])],
      [role('a', [two, one])],
      ['a#0 -1', 'a#1 +1'],
    ],
    [
      'one of two equal rules taken away',
      [role('a', [one, one, two])],
      [role('a', [one, two])],
      ['a#1 -1'],
    ],
    [
      'other members',
      [role('a', [one])],
      [role('a', [one], GROWTH)],
      ['a -group:default/fraud +group:default/growth'],
    ],
    [
      'a new role, and not a new place for those below',
      [role('a', [one]), role('b', [two])],
      [role('a', [one]), role('new', [three, four], GROWTH), role('b', [two])],
      ['new +group:default/growth place 2', 'new#0 +3', 'new#1 +4'],
    ],
    [
      'a role taken away with its rules',
      [role('a', [one]), role('b', [two])],
      [role('b', [two])],
      ['a -group:default/fraud place 1', 'a#0 -1'],
    ],
    [
      'one role that passed the others',
      [role('a', [one]), role('b', [two]), role('c', [three])],
      [role('c', [three]), role('a', [one]), role('b', [two])],
      ['c -place 3 +place 1'],
    ],
    [
      'a renamed role as another one',
      [role('a', [one])],
      [role('b', [one])],
      [
        'b +group:default/fraud place 1',
        'b#0 +1',
        'a -group:default/fraud place 1',
        'a#0 -1',
      ],
    ],
    [
      'all that came',
      [],
      [role('a', [one])],
      ['a +group:default/fraud place 1', 'a#0 +1'],
    ],
  ])('shows %s', (_name, before, after, changes) => {
    expect(shortly(before, after)).toEqual(changes);
  });

  it('lists the first hundred differences and counts all', () => {
    const many = Array.from({ length: 250 }, (_, at) => rule(`${at}`));
    const { changes, count } = diffMappings([role('a', [])], [role('a', many)]);
    expect(changes).toHaveLength(100);
    expect(count).toBe(250);
  });

  it('cuts a long text', () => {
    const long = rule('x', {
      resources: Array.from({ length: 500 }, (_, at) => `desk:job/${at}`),
    });
    const [change] = diffMappings([role('a', [])], [role('a', [long])]).changes;
    expect(change.after).toHaveLength(2_000);
    expect(change.after).toMatch(/^\{"actions".*…$/);
  });

  it('compares ten thousand rules within a second', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => rule(`${at}`));
    const started = performance.now();
    const { count } = diffMappings(
      [role('a', many)],
      [role('a', [one, ...[...many].reverse()])],
    );
    expect(count).toBeGreaterThan(10_000);
    // It takes some 100 ms; comparing each with each would take a hundred times that.
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
