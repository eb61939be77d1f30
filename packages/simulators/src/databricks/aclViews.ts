import type { AclEntryOf } from './acl';
import type { ApiCall } from './apiRoute';
import { invalidParameter } from './errors';
import { ADMINS_GROUP } from './principals';

/** The entries of a request to the permissions API. Source: reference, databricks section 7.1. */
export function readAclEntries<Level extends string>(
  { body }: ApiCall,
  levels: readonly Level[],
): Array<AclEntryOf<Level>> {
  const list = body().access_control_list;
  if (!Array.isArray(list))
    throw invalidParameter('Missing required field: access_control_list');
  return list.map(entry => {
    const names = [
      entry.user_name,
      entry.group_name,
      entry.service_principal_name,
    ].filter(Boolean);
    if (names.length !== 1)
      throw invalidParameter('An entry names exactly one principal');
    if (!levels.includes(entry.permission_level as Level)) {
      throw invalidParameter(
        `Unknown permission level ${entry.permission_level}`,
      );
    }
    return {
      userName: entry.user_name,
      groupName: entry.group_name,
      servicePrincipalName: entry.service_principal_name,
      level: entry.permission_level,
    };
  });
}

/** What a PATCH makes of a list: entries of the same principal are replaced, the others stay. */
export function mergeAcl<Level extends string>(
  acl: Array<AclEntryOf<Level>>,
  changes: Array<AclEntryOf<Level>>,
): Array<AclEntryOf<Level>> {
  const changed = changes.map(nameOf);
  return [...acl.filter(entry => !changed.includes(nameOf(entry))), ...changes];
}

/** Everybody an entry can be about, by the one name it has. */
export function nameOf(entry: AclEntryOf<string>): string {
  return entry.userName ?? entry.groupName ?? entry.servicePrincipalName!;
}

/** The levels a caller may give. */
export function levelViews(levels: readonly string[]) {
  return {
    permission_levels: levels.map(level => ({
      permission_level: level,
      description: level,
    })),
  };
}

/** The answer of the permissions API; workspace admins manage everything below `parent`. */
export function aclView(
  object: { id: string; type: string; parent: string },
  acl: Array<AclEntryOf<string>>,
): Record<string, unknown> {
  return {
    object_id: object.id,
    object_type: object.type,
    access_control_list: [
      ...acl.map(entry => ({
        ...(entry.userName && {
          user_name: entry.userName,
          display_name: entry.userName,
        }),
        ...(entry.groupName && { group_name: entry.groupName }),
        ...(entry.servicePrincipalName && {
          service_principal_name: entry.servicePrincipalName,
        }),
        all_permissions: [{ permission_level: entry.level, inherited: false }],
      })),
      {
        group_name: ADMINS_GROUP,
        all_permissions: [
          {
            permission_level: 'CAN_MANAGE',
            inherited: true,
            inherited_from_object: [object.parent],
          },
        ],
      },
    ],
  };
}
