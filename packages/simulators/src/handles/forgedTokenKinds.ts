/** The ways a token can be wrong, by name. Databricks accepts some of them; the portal has to refuse each. */
export type ForgedTokenKind =
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-issuer'
  | 'wrong-audience'
  | 'two-audiences-without-azp'
  | 'foreign-azp'
  | 'alg-none'
  | 'hs256-with-public-key'
  /** The current kid, another key. */
  | 'wrong-key'
  | 'unknown-kid'
  /** Signed by a key that the token's own header brings along. */
  | 'embedded-jwk'
  | 'unverified-email'
  | 'no-email'
  | 'no-subject'
  | 'no-expiry'
  /** JOSE header `typ: at+jwt`. */
  | 'access-token-typ'
  /** Claim `typ: Bearer`, as Keycloak marks an access token. */
  | 'access-token-claim'
  /** JOSE header `typ: logout+jwt`. */
  | 'logout-token-typ'
  /** The `events` claim of a logout token. */
  | 'logout-token-events'
  /** `_claim_names` instead of `groups`. */
  | 'group-overage';
