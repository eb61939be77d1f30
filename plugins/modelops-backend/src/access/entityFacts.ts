import {
  ANNOTATION_ORIGIN_LOCATION,
  RELATION_OWNED_BY,
  type Entity,
} from '@backstage/catalog-model';
import type { EntityFacts } from './roleMapping';

/** Owners of an entity as the catalog resolved them, and whether its origin makes them count. */
export function entityFactsOf(
  entity: Entity,
  trustedLocations: readonly string[],
): EntityFacts {
  return {
    owners: (entity.relations ?? [])
      .filter(relation => relation.type === RELATION_OWNED_BY)
      .map(relation => relation.targetRef.toLocaleLowerCase('en-US')),
    trusted: isTrustedOrigin(
      entity.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION],
      trustedLocations,
    ),
  };
}

/**
 * Whether a location begins with a trusted one and lies below it: `url:https://git.acme.com/ml` trusts neither
 * `…/ml-evil/` nor `…/ml/../evil/`.
 */
export function isTrustedOrigin(
  origin: string | undefined,
  trustedLocations: readonly string[],
): boolean {
  if (!origin || hasDotSegments(origin)) return false;
  return trustedLocations.some(trusted => {
    if (!origin.startsWith(trusted)) return false;
    const next = origin.charAt(trusted.length);
    return /[/:]$/.test(trusted) || next === '' || next === '/' || next === '?';
  });
}

/** `..` as a path segment, in any spelling that a URL parser or a file system would follow. */
function hasDotSegments(origin: string): boolean {
  const plain = origin.replace(/%2e/gi, '.').replace(/%2f|%5c|\\/gi, '/');
  // Browsers and Node drop tabs and line breaks from URLs, so `.<tab>.` is `..` too.
  return /[\t\r\n]/.test(plain) || /(^|[/:])\.\.?(\/|$|[?#])/.test(plain);
}
