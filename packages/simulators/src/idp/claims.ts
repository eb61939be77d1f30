import { people, subjectOf, type Person } from '../people';

/** All claims of a person. They stand in the ID token as well as in userinfo. */
export function claimsOf(person: Person): Record<string, unknown> {
  const { name, email, groups, team } = people[person];
  return {
    sub: subjectOf(person),
    name,
    preferred_username: person,
    email,
    email_verified: true,
    groups,
    ...(team && { team }),
  };
}
