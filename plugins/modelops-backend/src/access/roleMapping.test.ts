import {
  createRoleMapping,
  decideRole,
  rolesOf,
  type Asker,
  type Member,
  type Role,
  type RoleQuestion,
  type Rule,
} from './roleMapping';

function rule(changes: Partial<Rule> = {}): Rule {
  return {
    actions: ['read', 'train'],
    resources: ['desk:job/1'],
    ownedByMember: false,
    parameters: {},
    limits: {},
    ...changes,
  };
}

function role(name: string, members: Member[], ...allow: Rule[]): Role {
  return { name, members, allow };
}

const FRAUD = 'group:default/fraud';
const GROWTH = 'group:default/growth';

function asker(changes: Partial<Asker> = {}): Asker {
  return {
    userEntityRef: 'user:default/ada',
    groups: [FRAUD, 'user:default/ada'],
    groupsOverage: false,
    ...changes,
  };
}

const TRAIN: RoleQuestion = {
  action: 'train',
  connection: 'desk',
  environment: 'production',
  resource: 'job/1',
  entity: { owners: [FRAUD], trusted: true },
};

/** The rule that decides, or the code of the refusal. */
function verdict(
  roles: Role[],
  who: Asker = asker(),
  question: RoleQuestion = TRAIN,
): string {
  const decision = decideRole(createRoleMapping(roles), who, question);
  return decision.allowed ? decision.rule : decision.code;
}

describe('members', () => {
  const withClaims = (claims: Record<string, unknown>) => asker({ claims });

  it.each<[string, Member[], Asker, string]>([
    ['a group the person is in', [{ group: FRAUD }], asker(), 'r#0'],
    [
      'a group the person is not in',
      [{ group: GROWTH }],
      asker(),
      'role-missing',
    ],
    [
      'a group that only begins the same',
      [{ group: `${FRAUD}-ml` }],
      asker(),
      'role-missing',
    ],
    ['the person', [{ user: 'user:default/ada' }], asker(), 'r#0'],
    [
      'another person',
      [{ user: 'user:default/grace' }],
      asker(),
      'role-missing',
    ],
    [
      'a person is not found by a group of that name',
      [{ user: 'user:default/grace' }],
      asker({ groups: ['user:default/grace'] }),
      'role-missing',
    ],
    ['any entry', [{ group: GROWTH }, { group: FRAUD }], asker(), 'r#0'],
    [
      'only part of an entry',
      [{ group: FRAUD, user: 'user:default/grace' }],
      asker(),
      'role-missing',
    ],
    [
      'all of an entry',
      [{ group: FRAUD, user: 'user:default/ada', claims: { team: 'fraud' } }],
      withClaims({ team: 'fraud' }),
      'r#0',
    ],
    [
      'a claim as text',
      [{ claims: { team: 'fraud' } }],
      withClaims({ team: 'fraud' }),
      'r#0',
    ],
    [
      'a claim in a list',
      [{ claims: { groups: 'ml' } }],
      withClaims({ groups: ['x', 'ml'] }),
      'r#0',
    ],
    [
      'a claim that only holds the text',
      [{ claims: { team: 'fraud' } }],
      withClaims({ team: 'fraudulent' }),
      'role-missing',
    ],
    [
      'a claim in another case',
      [{ claims: { team: 'fraud' } }],
      withClaims({ team: 'Fraud' }),
      'role-missing',
    ],
    [
      'a list in a list',
      [{ claims: { groups: 'ml' } }],
      withClaims({ groups: [['ml']] }),
      'role-missing',
    ],
    [
      'an object that holds the text',
      [{ claims: { groups: 'ml' } }],
      withClaims({ groups: { ml: true } }),
      'role-missing',
    ],
    [
      'a number that looks like the text',
      [{ claims: { level: '3' } }],
      withClaims({ level: 3 }),
      'role-missing',
    ],
    [
      'a claim the token does not have',
      [{ claims: { team: 'fraud' } }],
      withClaims({}),
      'role-missing',
    ],
    [
      'a claim that every object seems to have',
      [{ claims: { constructor: 'Object' } }],
      withClaims({}),
      'role-missing',
    ],
    [
      'only one of two claims',
      [{ claims: { team: 'fraud', country: 'se' } }],
      withClaims({ team: 'fraud' }),
      'role-missing',
    ],
    [
      'a claim, without an ID token',
      [{ claims: { team: 'fraud' } }],
      asker(),
      'identity-needed',
    ],
    [
      'a claim, without an ID token, of somebody in another group',
      [{ group: GROWTH, claims: { team: 'fraud' } }],
      asker(),
      'role-missing',
    ],
    [
      'the claim groups, of a token with too many',
      [{ claims: { groups: 'ml' } }],
      asker({ claims: { groups: ['ml'] }, groupsOverage: true }),
      'claims-overage',
    ],
    [
      'another claim, of a token with too many groups',
      [{ claims: { team: 'fraud' } }],
      asker({ claims: { team: 'fraud' }, groupsOverage: true }),
      'r#0',
    ],
    [
      'another claim that does not hold, of a token with too many groups',
      [{ claims: { team: 'fraud' } }],
      asker({ claims: { team: 'growth' }, groupsOverage: true }),
      'role-missing',
    ],
  ])('%s', (_rule, members, who, expected) => {
    expect(verdict([role('r', members, rule())], who)).toBe(expected);
  });
});

describe('the rule', () => {
  const one = (changes: Partial<Rule>) => [
    role('r', [{ group: FRAUD }], rule(changes)),
  ];

  it.each<[string, Partial<Rule>, Partial<RoleQuestion>, string]>([
    ['an action it does not have', { actions: ['read'] }, {}, 'role-missing'],
    [
      'cancel, which train does not include',
      { actions: ['train'] },
      { action: 'cancel' },
      'role-missing',
    ],
    ['a resource it does not have', {}, { resource: 'job/2' }, 'role-missing'],
    [
      'a resource whose id only begins the same',
      {},
      { resource: 'job/12' },
      'role-missing',
    ],
    [
      'the same resource of another connection',
      {},
      { connection: 'desk-2' },
      'role-missing',
    ],
    [
      'a pattern',
      { resources: ['desk:model/main.*'] },
      { resource: 'model/main.fraud' },
      'r#0',
    ],
    ['a pattern on all connections', { resources: ['*:job/1'] }, {}, 'r#0'],
    [
      'everything',
      { resources: ['*'] },
      { connection: 'x', resource: 'y' },
      'r#0',
    ],
    [
      'one of several patterns',
      { resources: ['other:*', 'desk:job/*'] },
      {},
      'r#0',
    ],
    ['its environment', { environments: ['staging', 'production'] }, {}, 'r#0'],
    [
      'another environment',
      { environments: ['staging'] },
      {},
      'environment-not-allowed',
    ],
    [
      'a connection without an environment',
      { environments: ['production'] },
      { environment: undefined },
      'environment-not-allowed',
    ],
    ['an entity of the person', { ownedByMember: true }, {}, 'r#0'],
    [
      'an entity of somebody else',
      { ownedByMember: true },
      { entity: { owners: [GROWTH], trusted: true } },
      'owner-required',
    ],
    [
      'an entity of nobody',
      { ownedByMember: true },
      { entity: { owners: [], trusted: true } },
      'owner-required',
    ],
    [
      'an entity that says it is of the person, from anywhere',
      { ownedByMember: true },
      { entity: { owners: [FRAUD], trusted: false } },
      'origin-untrusted',
    ],
    [
      'no entity, where ownership counts',
      { ownedByMember: true },
      { entity: undefined },
      'origin-untrusted',
    ],
    [
      'an entity from anywhere, where nothing depends on it',
      {},
      { entity: { owners: [], trusted: false } },
      'r#0',
    ],
    [
      'as, on a trusted entity',
      { as: { servicePrincipal: 'sp', through: 'person' } },
      {},
      'r#0',
    ],
    [
      'as, on an entity from anywhere',
      { as: { servicePrincipal: 'sp', through: 'person' } },
      { entity: { owners: [FRAUD], trusted: false } },
      'origin-untrusted',
    ],
    [
      'as, without an entity',
      { as: { servicePrincipal: 'sp', through: 'workload' } },
      { entity: undefined },
      'origin-untrusted',
    ],
    [
      'an action without resources',
      { actions: ['audit'], resources: [] },
      { action: 'audit', connection: undefined, resource: undefined },
      'r#0',
    ],
    [
      'everything, which does not include audit',
      { resources: ['*'] },
      { action: 'audit', connection: undefined, resource: undefined },
      'role-missing',
    ],
  ])('%s', (_rule, changes, question, expected) => {
    expect(verdict(one(changes), asker(), { ...TRAIN, ...question })).toBe(
      expected,
    );
  });

  it('cannot be asked without a resource', () => {
    expect(() =>
      decideRole(createRoleMapping(one({})), asker(), { action: 'train' }),
    ).toThrow(TypeError);
  });
});

describe('the first rule that matches decides', () => {
  const limited = rule({
    parameters: { epochs: { maximum: 5 } },
    limits: { concurrentRuns: 1 },
  });

  it.each<[string, Role[], string]>([
    ['within a role', [role('a', [{ group: FRAUD }], limited, rule())], 'a#0'],
    [
      'across roles',
      [
        role('a', [{ group: FRAUD }], limited),
        role('b', [{ group: FRAUD }], rule()),
      ],
      'a#0',
    ],
    [
      'however it is found: a wildcard before an exact resource',
      [
        role('a', [{ user: 'user:default/ada' }], rule({ resources: ['*'] })),
        role('b', [{ group: FRAUD }], rule()),
      ],
      'a#0',
    ],
    [
      'passing over rules that differ in environment or ownership',
      [
        role(
          'a',
          [{ group: FRAUD }],
          rule({ environments: ['staging'] }),
          rule({ ownedByMember: true, resources: ['desk:job/2'] }),
          rule(),
        ),
      ],
      'a#2',
    ],
    [
      'passing over roles of others',
      [
        role('a', [{ group: GROWTH }], rule()),
        role('b', [{ group: FRAUD }], rule()),
      ],
      'b#0',
    ],
    [
      'and is not passed over for an as that cannot apply',
      [
        role(
          'a',
          [{ group: FRAUD }],
          rule({ as: { servicePrincipal: 'sp', through: 'person' } }),
        ),
        role('b', [{ group: FRAUD }], rule()),
      ],
      'origin-untrusted',
    ],
  ])('%s', (_rule, roles, expected) => {
    expect(
      verdict(roles, asker(), {
        ...TRAIN,
        entity: { owners: [FRAUD], trusted: false },
      }),
    ).toBe(expected);
  });

  it('brings its own guardrails, limits and principal', () => {
    const as = { servicePrincipal: 'sp', through: 'workload' as const };
    const roles = [role('a', [{ group: FRAUD }], { ...limited, as }, rule())];
    expect(decideRole(createRoleMapping(roles), asker(), TRAIN)).toEqual({
      allowed: true,
      role: 'a',
      rule: 'a#0',
      createEndpoints: false,
      fromEnvironments: [],
      as,
      guardrails: { epochs: { maximum: 5 } },
      limits: { concurrentRuns: 1 },
      scope: expect.objectContaining({ resources: ['desk:job/1'] }),
    });
  });
});

describe('a refusal says whom to ask', () => {
  const roles = [
    role('fraud', [{ group: GROWTH }, { user: 'user:default/grace' }], rule()),
    role(
      'staging',
      [{ group: 'group:default/staging' }],
      rule({ environments: ['staging'] }),
    ),
    role(
      'readers',
      [{ group: 'group:default/readers' }],
      rule({ actions: ['read'] }),
    ),
    role(
      'vips',
      [{ user: 'user:default/katherine' }],
      rule({ actions: ['cancel'] }),
    ),
  ];
  const messageOf = (question: Partial<RoleQuestion>, some: Role[] = roles) => {
    const decision = decideRole(createRoleMapping(some), asker(), {
      ...TRAIN,
      ...question,
    });
    return decision.allowed ? 'allowed' : decision.message;
  };

  it('names only groups that may do this, here', () => {
    expect(messageOf({})).toBe(
      'None of your roles allows train on desk:job/1. Ask for membership in group:default/growth (role fraud).',
    );
  });

  it('names no people', () => {
    expect(messageOf({})).not.toContain('grace');
    expect(messageOf({ action: 'cancel' })).toBe(
      'None of your roles allows cancel on desk:job/1. It takes the role vips, which is bound to no Backstage group. Ask your platform administrator.',
    );
  });

  it('says so when nobody may', () => {
    expect(messageOf({ action: 'deploy' })).toBe(
      'None of your roles allows deploy on desk:job/1. No role does. Ask your platform administrator to add one to modelops.roles.',
    );
  });

  it('names the role of the asker that nearly fits', () => {
    const own = [
      role('mine', [{ group: FRAUD }], rule({ environments: ['staging'] })),
    ];
    expect(messageOf({}, [...roles, ...own])).toBe(
      'Your role mine allows train only in staging, and this is production. Ask for a role that allows it here.',
    );
  });

  it('names five groups at most', () => {
    const many = Array.from({ length: 50 }, (_, at) =>
      role(`r${at}`, [{ group: `group:default/g${at}` }], rule()),
    );
    expect(messageOf({}, many).match(/group:default/g)).toHaveLength(5);
  });
});

describe('createRoleMapping', () => {
  const members = [{ group: FRAUD }];

  it.each<[string, Role[], string[]]>([
    [
      'nothing for rules that differ',
      [role('a', members, rule(), rule({ actions: ['deploy'] }))],
      [],
    ],
    [
      'a rule that repeats an earlier one',
      [role('a', members, rule(), rule({ limits: { concurrentRuns: 9 } }))],
      ['a#1'],
    ],
    [
      'a rule below a wildcard',
      [
        role(
          'a',
          members,
          rule({ resources: ['desk:*'] }),
          rule({ resources: ['desk:model/*'] }),
        ),
      ],
      ['a#1'],
    ],
    [
      'not a wildcard behind what it covers',
      [
        role(
          'a',
          members,
          rule({ resources: ['desk:model/*'] }),
          rule({ resources: ['desk:*'] }),
        ),
      ],
      [],
    ],
    [
      'a rule in a later role with the same members',
      [role('a', members, rule()), role('b', members, rule())],
      ['b#0'],
    ],
    [
      'not a role with more members',
      [
        role('a', members, rule()),
        role('b', [...members, { group: GROWTH }], rule()),
      ],
      [],
    ],
    [
      'a role whose members need more',
      [
        role('a', members, rule()),
        role('b', [{ group: FRAUD, claims: { team: 'x' } }], rule()),
      ],
      ['b#0'],
    ],
    [
      'not a role whose members need less',
      [
        role('a', [{ group: FRAUD, claims: { team: 'x' } }], rule()),
        role('b', members, rule()),
      ],
      [],
    ],
    [
      'not behind a rule for owners',
      [role('a', members, rule({ ownedByMember: true }), rule())],
      [],
    ],
    [
      'a rule for owners behind one for all',
      [role('a', members, rule(), rule({ ownedByMember: true }))],
      ['a#1'],
    ],
    [
      'not behind a rule for one environment',
      [role('a', members, rule({ environments: ['production'] }), rule())],
      [],
    ],
    [
      'a rule for one environment behind one for two',
      [
        role(
          'a',
          members,
          rule({ environments: ['p', 's'] }),
          rule({ environments: ['s'] }),
        ),
      ],
      ['a#1'],
    ],
    [
      'a rule that two others cover together',
      [
        role(
          'a',
          members,
          rule({ actions: ['read'] }),
          rule({ actions: ['train'] }),
          rule(),
        ),
      ],
      ['a#2'],
    ],
    [
      'not a rule with one action more',
      [role('a', members, rule({ actions: ['read'] }), rule())],
      [],
    ],
    [
      'audit behind audit',
      [
        role('a', members, rule({ actions: ['audit'], resources: [] })),
        role('b', members, rule({ actions: ['audit'], resources: [] })),
      ],
      ['b#0'],
    ],
  ])('reports %s', (_rule, roles, shadowed) => {
    expect(
      createRoleMapping(roles).warnings.map(
        warning => /the rule (\S+) never decides/.exec(warning)?.[1],
      ),
    ).toEqual(shadowed);
  });

  it('has a hash that depends on the order of rules but not on that of keys', () => {
    const hash = (...roles: Role[]) => createRoleMapping(roles).hash;
    const a = role('a', members, rule());
    const b = role('b', members, rule());
    expect(hash(a, b)).not.toBe(hash(b, a));
    expect(hash({ allow: a.allow, members: a.members, name: 'a' })).toBe(
      hash(a),
    );
  });
});

describe('rolesOf', () => {
  it('gives the roles of the asker, in order', () => {
    const roles = [
      role('c', [{ group: FRAUD }], rule()),
      role('a', [{ group: GROWTH }], rule()),
      role('b', [{ user: 'user:default/ada' }], rule()),
    ];
    expect(
      rolesOf(createRoleMapping(roles), asker()).map(one => one.name),
    ).toEqual(['c', 'b']);
  });
});

describe('many rules', () => {
  const COUNT = 10_000;

  /** The same decision, found by trying every rule in turn. */
  function decideSlowly(roles: Role[], who: Asker, question: RoleQuestion) {
    for (const one of roles) {
      for (let at = 0; at < one.allow.length; at++) {
        const alone = [{ ...one, allow: one.allow.slice(at, at + 1) }];
        const decision = decideRole(createRoleMapping(alone), who, question);
        if (decision.allowed) return `${one.name}#${at}`;
      }
    }
    return 'none';
  }

  it('are decided as if each had been tried in turn', () => {
    const pick = picker(42);
    for (let round = 0; round < 150; round++) {
      const roles = Array.from({ length: 8 }, (_, at) =>
        role(
          `r${at}`,
          [
            pick([
              { group: FRAUD },
              { group: GROWTH },
              { user: 'user:default/ada' },
              { claims: { team: 'x' } },
              { group: FRAUD, claims: { team: 'x' } },
            ]),
          ],
          ...Array.from({ length: 3 }, () =>
            rule({
              actions: [pick(['read', 'train'] as const)],
              resources: [
                pick([
                  '*',
                  'desk:*',
                  '*/1',
                  'desk:job/1',
                  'desk:job/2',
                  'd*k:j*/1',
                  'other:*',
                ]),
              ],
              environments: pick([undefined, ['production'], ['staging']]),
              ownedByMember: pick([true, false, false]),
            }),
          ),
        ),
      );
      const who = asker({
        groups: pick([[FRAUD], [GROWTH], [FRAUD, GROWTH], []]),
        claims: pick([undefined, { team: 'x' }, { team: ['y', 'x'] }]),
      });
      const question = {
        ...TRAIN,
        action: pick(['read', 'train'] as const),
        resource: pick(['job/1', 'job/2', 'job/11']),
        entity: { owners: [FRAUD], trusted: pick([true, false]) },
      };
      const decision = decideRole(createRoleMapping(roles), who, question);
      expect(decision.allowed ? decision.rule : 'none').toBe(
        decideSlowly(roles, who, question),
      );
    }
  });

  it.each<[string, (at: number) => Role]>([
    [
      'each on its own resource',
      at =>
        role(
          `r${at}`,
          [{ group: FRAUD }],
          rule({ resources: [`desk:job/${at}`] }),
        ),
    ],
    [
      'each for its own group, all on everything',
      at =>
        role(
          `r${at}`,
          [{ group: `group:default/g${at}` }],
          rule({ resources: ['*'] }),
        ),
    ],
    [
      'each for its own claim',
      at =>
        role(
          `r${at}`,
          [{ claims: { team: `t${at}` } }],
          rule({ resources: ['desk:*'] }),
        ),
    ],
    [
      'each with its own pattern',
      at =>
        role(
          `r${at}`,
          [{ group: FRAUD }],
          rule({ resources: [`desk:model/m${at}.*`] }),
        ),
    ],
    [
      'each with its own end of a pattern',
      at =>
        role(`r${at}`, [{ group: FRAUD }], rule({ resources: [`*/x${at}`] })),
    ],
  ])('cost about as much as few: %s', (_name, make) => {
    const few = createRoleMapping(
      Array.from({ length: 10 }, (_, at) => make(at)),
    );
    const many = createRoleMapping(
      Array.from({ length: COUNT }, (_, at) => make(at)),
    );
    const who = asker({
      groups: [FRAUD, 'group:default/g7'],
      claims: { team: 't7' },
    });
    const ask = (mapping: typeof few, times: number) => {
      const started = performance.now();
      for (let i = 0; i < times; i++) {
        decideRole(mapping, who, {
          ...TRAIN,
          resource: i % 2 ? 'job/7' : 'model/m7.x',
        });
      }
      return (performance.now() - started) / times;
    };
    // The quickest of some, because something else may have its turn in between.
    const quickest = (mapping: typeof few) =>
      Math.min(...Array.from({ length: 5 }, () => ask(mapping, 2000)));
    // Trying each rule would be about 1000 times as much.
    expect(quickest(many) / quickest(few)).toBeLessThan(50);
  });
});

/** Picks by a fixed sequence of numbers, so that a failure can be repeated. */
function picker(seed: number) {
  let state = seed;
  return <T>(choices: readonly T[]): T => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return choices[Math.floor((state / 2 ** 31) * choices.length)];
  };
}
