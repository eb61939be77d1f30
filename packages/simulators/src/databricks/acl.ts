import { isAdmin, type Principal } from './principals';

/** One direct entry of an access control list; exactly one of the three names is set. */
export interface AclEntryOf<Level extends string> {
  userName?: string;
  groupName?: string;
  servicePrincipalName?: string;
  level: Level;
}

/** The strongest level a list gives, directly or through a group; to a workspace admin the strongest there is. */
export function levelOf<Level extends string>(
  principal: Principal,
  acl: ReadonlyArray<AclEntryOf<Level>>,
  levels: readonly Level[],
): Level | undefined {
  if (isAdmin(principal)) return levels.at(-1);
  const held = acl.filter(
    entry =>
      entry.userName?.toLowerCase() === principal.userName.toLowerCase() ||
      entry.servicePrincipalName === principal.userName ||
      (entry.groupName !== undefined &&
        principal.groups.includes(entry.groupName)),
  );
  return levels.findLast(level => held.some(entry => entry.level === level));
}
