import type { Grant } from '../handles/googleTypes';
import { canonicalName } from './names';
import type { Principal } from './principals';

/** Whether one of the grants lets the principal do this on the resource, or on something that holds it. */
export function isGranted(
  grants: Grant[],
  principal: Principal,
  permission: string,
  resource: string,
): boolean {
  const wanted = canonicalName(resource);
  return grants.some(
    grant =>
      grant.permission === permission &&
      principal.members.includes(grant.member) &&
      (grant.resource === undefined ||
        isWithin(wanted, canonicalName(grant.resource))),
  );
}

function isWithin(resource: string, holder: string): boolean {
  return resource === holder || resource.startsWith(`${holder}/`);
}
