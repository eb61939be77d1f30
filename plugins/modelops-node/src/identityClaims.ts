import { refusal, type PlatformError } from './PlatformError';

/** Claims of a verified ID token, by name. @public */
export type IdentityClaims = Readonly<Record<string, unknown>>;

/** A claim that names a person on a platform. @public */
export interface NamingClaim {
  claims: IdentityClaims;
  /** Name of the claim, `email`. */
  name: string;
}

/**
 * The name that a claim gives a person, if the identity provider vouches for it: not an `email` without `email_verified: true`. At
 * many providers people may write any address into their profile; a platform takes the claim as it is, and would let them act as
 * whoever has that address. Source: OpenID Connect Core 1.0, section 5.7.
 * @public
 */
export function vouchedName(claim: NamingClaim): string | undefined {
  if (isUnverified(claim)) return undefined;
  const name = valueOf(claim);
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** What an exchanger refuses a person without such a name with. `setting`: key that names the claim, `subjectClaim`. @public */
export function namelessRefusal(
  connection: string,
  claim: NamingClaim,
  setting: string,
): PlatformError {
  return isUnverified(claim)
    ? refusal(
        connection,
        'platform-identity-mismatch',
        `The ID token does not say email_verified: true, so its claim 'email' does not prove who you are on ${connection}. Have the address verified at the identity provider, or set ${setting} to a claim that people cannot change.`,
      )
    : refusal(
        connection,
        'exchange-refused',
        `The ID token has no claim '${claim.name}', which says who you are on ${connection}. Ask the identity provider for it, or set ${setting} to the claim that does.`,
      );
}

function isUnverified({ claims, name }: NamingClaim): boolean {
  return (
    name === 'email' &&
    valueOf({ claims, name }) !== undefined &&
    valueOf({ claims, name: 'email_verified' }) !== true
  );
}

/** Claims are what the token says: nothing that every object has counts. */
function valueOf({ claims, name }: NamingClaim): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}
