/** A person of the demo. The password is the name. */
export type Person = 'ada' | 'grace' | 'alan' | 'katherine';

/** What the identity provider knows about a person. */
export interface PersonRecord {
  name: string;
  email: string;
  groups: string[];
  /** Claim `team`; a service-principal federation policy may match on it. */
  team?: string;
}

/** The demo people of design section 8. */
export const people: Record<Person, PersonRecord> = {
  ada: {
    name: 'Ada Lovelace',
    email: 'ada@acme.example',
    groups: ['ml-engineers'],
    team: 'fraud',
  },
  grace: {
    name: 'Grace Hopper',
    email: 'grace@acme.example',
    groups: ['data-scientists'],
    team: 'growth',
  },
  alan: {
    name: 'Alan Turing',
    email: 'alan@acme.example',
    groups: ['platform-admins'],
  },
  katherine: {
    name: 'Katherine Johnson',
    email: 'katherine@acme.example',
    groups: ['auditors'],
  },
};

/** Narrows text from outside (a login form, a control call) to a demo person. */
export function isPerson(name: unknown): name is Person {
  return typeof name === 'string' && Object.hasOwn(people, name);
}

/** The `sub` claim of a person; stable, and not the name a platform knows them by. */
export function subjectOf(person: Person): string {
  return `idp|${person}`;
}
