import type { Asker, Role, RoleQuestion } from '../backendInternals';
import { seededRandom } from '../measure';

const ACTIONS = ['read', 'train', 'deploy', 'predict', 'cancel'] as const;
const CONNECTIONS = ['databricks-prod', 'vertex-eu', 'tf-fraud'];
/** Of different lengths, as names are; the first two are as long as all of them on average. */
const WORDS = ['supply', 'fraud', 'ads', 'risk', 'pricing', 'forecast'];
/** Of the first team, so that the numbers of all are equally long. */
const FIRST_NUMBER = 1_000;
/** Names of each kind that a team has. With few, the same text would be asked about again and again where rules are few. */
const NAMES = 1_000;
const RULES_PER_TEAM = 5;
/** As many with ten rules as with ten thousand, and each in as many groups: only the rules are more. */
const PEOPLE = 1_000;
const GROUPS_PER_PERSON = 3;
/** Groups that no rule names, for people of a company with few teams. */
const CLUBS = Array.from({ length: 20 }, (_, number) => `club-${number}`);

/** Roles with one rule for each action of each team, and what its people ask. Each rule has one member, action and pattern. */
export interface Company {
  roles: Role[];
  people: Asker[];
  questions: Array<{ asker: Asker; question: RoleQuestion }>;
}

export function foundCompany(rules: number, questions: number): Company {
  const random = seededRandom(rules);
  const pick = <T>(from: readonly T[]) =>
    from[Math.floor(random() * from.length)];
  const teams = Array.from(
    { length: Math.ceil(rules / RULES_PER_TEAM) },
    (_, number) => `${WORDS[number % WORDS.length]}-${FIRST_NUMBER + number}`,
  );
  const people = Array.from({ length: PEOPLE }, (_, number): Asker => {
    const groups = new Set([pick(teams)]);
    while (groups.size < GROUPS_PER_PERSON)
      groups.add(pick([...teams, ...CLUBS]));
    return {
      userEntityRef: `user:default/ann-${number}`,
      groups: [...groups].map(groupOf),
      claims: {},
      groupsOverage: false,
    };
  });
  const roles = teams.map(
    (team): Role => ({
      name: team,
      members: [{ group: groupOf(team) }],
      allow: ACTIONS.map(action => ({
        actions: [action],
        resources: [pick(patternsOf(team))],
        ownedByMember: false,
        parameters: {},
        limits: {},
      })),
    }),
  );
  return {
    roles: roles.map((role, at) => ({
      ...role,
      allow: role.allow.slice(0, rules - at * RULES_PER_TEAM),
    })),
    people,
    questions: times(questions, () => {
      const asker = pick(people);
      // Half of them about the asker's first team, so that there is a yes now and then, and as often with few teams.
      const own = asker.groups[0].split('/')[1];
      let team = own;
      if (random() < 0.5) while (team === own) team = pick(teams);
      const name = Math.floor(random() * NAMES);
      const [connection, resource] = pick(resourcesOf(team, name)).split(
        /:(.*)/,
      );
      return {
        asker,
        question: { action: pick(ACTIONS), connection, resource },
      };
    }),
  };
}

function groupOf(team: string): string {
  return `group:default/${team}`;
}

function patternsOf(team: string): string[] {
  const [databricks, vertex, tensorflow] = CONNECTIONS;
  return [
    `${databricks}:job/${team}`,
    `${databricks}:model/main.${team}.*`,
    `${vertex}:endpoint/*-${team}`,
    `*:model/*.${team}.*`,
    `${tensorflow}:model/${team}*`,
  ];
}

function resourcesOf(team: string, name: number): string[] {
  const [databricks, vertex, tensorflow] = CONNECTIONS;
  return [
    `${databricks}:job/${team}`,
    `${databricks}:model/main.${team}.detector_${name}`,
    `${vertex}:endpoint/eu${name}-${team}`,
    `${vertex}:model/prod.${team}.ranker_${name}`,
    `${tensorflow}:model/${team}_scorer_${name}`,
  ];
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
