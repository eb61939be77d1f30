import type { Asker, Role, RoleQuestion } from '../backendInternals';
import { seededRandom } from '../measure';

const ACTIONS = ['read', 'train', 'deploy', 'predict', 'cancel'] as const;
const CONNECTIONS = ['databricks-prod', 'vertex-eu', 'tf-fraud'];
/** Of different lengths, as names are: rules are found by how long the text around their `*` is. */
const WORDS = ['ads', 'risk', 'fraud', 'supply', 'pricing', 'forecast'];
const RULES_PER_TEAM = 5;
const GROUPS_PER_PERSON = 3;

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
    (_, number) => `${WORDS[number % WORDS.length]}-${number}`,
  );
  const people = teams.flatMap((team, number): Asker[] =>
    ['ann', 'bob'].map(name => ({
      userEntityRef: `user:default/${name}-${number}`,
      groups: [team, ...times(GROUPS_PER_PERSON - 1, () => pick(teams))].map(
        groupOf,
      ),
      claims: {},
      groupsOverage: false,
    })),
  );
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
      // Half of them about a team of their own, so that there is a yes now and then.
      const team =
        random() < 0.5 ? pick(asker.groups).split('/')[1] : pick(teams);
      const [connection, resource] = pick(resourcesOf(team)).split(/:(.*)/);
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

function resourcesOf(team: string): string[] {
  const [databricks, vertex, tensorflow] = CONNECTIONS;
  return [
    `${databricks}:job/${team}`,
    `${databricks}:model/main.${team}.detector`,
    `${vertex}:endpoint/eu-${team}`,
    `${vertex}:model/prod.${team}.ranker`,
    `${tensorflow}:model/${team}_scorer`,
  ];
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
