import type { Asker, Member } from './Role';

/** Whether every key of the entry holds for the asker. */
export function isMember(member: Member, asker: Asker): boolean {
  return (
    isMemberButForClaims(member, asker) &&
    Object.entries(member.claims ?? {}).every(([name, wanted]) =>
      claimValues(asker, name).includes(wanted),
    )
  );
}

/** As `isMember`, whatever the claims say. */
export function isMemberButForClaims(member: Member, asker: Asker): boolean {
  return (
    (member.group === undefined || asker.groups.includes(member.group)) &&
    (member.user === undefined || member.user === asker.userEntityRef)
  );
}

/** The texts a claim holds: itself, or the texts of its list. */
export function claimValues(asker: Asker, name: string): string[] {
  // With too many groups the identity provider leaves the list out, so whatever is there says nothing.
  if (name === 'groups' && asker.groupsOverage) return [];
  if (!asker.claims || !Object.hasOwn(asker.claims, name)) return [];
  const claim = asker.claims[name];
  const values: unknown[] = Array.isArray(claim) ? claim : [claim];
  return values.filter(value => typeof value === 'string');
}
