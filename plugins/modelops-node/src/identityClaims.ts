/** Claims of a verified ID token, by name. @public */
export type IdentityClaims = Readonly<Record<string, unknown>>;

/** What the token says under a name: nothing that every object has counts. @public */
export function claimOf(claims: IdentityClaims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/**
 * Whether a claim names somebody without the identity provider vouching for it: an `email` without `email_verified: true`. At many
 * providers people may write any address into their profile; a platform takes the claim as it is, and would let them act as
 * whoever has that address. Source: OpenID Connect Core 1.0, section 5.7.
 * @public
 */
export function isUnverified(claims: IdentityClaims, name: string): boolean {
  return (
    name === 'email' &&
    claimOf(claims, name) !== undefined &&
    claimOf(claims, 'email_verified') !== true
  );
}
