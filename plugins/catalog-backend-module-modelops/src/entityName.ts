import { createHash } from 'node:crypto';

/** Longest `metadata.name`. Source: catalog-model, KubernetesValidatorFunctions.isValidObjectName. */
const MAX_NAME = 63;
/** Hexadecimal digits of a hash, 64 bits: nobody can choose a name on the platform that gives the name of another entity. */
const HASH_DIGITS = 16;
/** A name as it may stay. Capitals may not: references ignore case, so two names could be one entity. */
const PLAIN = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/;
const LOOKS_HASHED = new RegExp(`-[0-9a-f]{${HASH_DIGITS}}$`);

/**
 * `metadata.name` of a resource, `main.fraud.detector` of `model/main.fraud.detector`. Made of the resource alone, so it stays
 * whatever else there is. A resource of another kind than `plainKind`, and a name that the catalog would not take, gets a hash
 * of the whole resource behind what can be read of it; so does one that only looks as if it had one. Two resources of a
 * connection never get the same name.
 */
export function entityNameOf(resource: string, plainKind?: string): string {
  const slash = resource.indexOf('/');
  const name = resource.slice(slash + 1);
  if (
    resource.slice(0, Math.max(slash, 0)) === plainKind &&
    name.length <= MAX_NAME &&
    PLAIN.test(name) &&
    !LOOKS_HASHED.test(name)
  )
    return name;
  const hash = createHash('sha256')
    .update(resource)
    .digest('hex')
    .slice(0, HASH_DIGITS);
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, MAX_NAME - HASH_DIGITS - 1)
    .replace(/^[._-]+|[._-]+$/g, '');
  return `${readable || 'resource'}-${hash}`;
}
