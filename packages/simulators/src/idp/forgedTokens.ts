import { SignJWT, UnsecuredJWT, exportJWK } from 'jose';
import type { ForgedTokenKind } from '../handles/forgedTokenKinds';
import type { Person } from '../people';
import { PORTAL_CLIENT_ID } from './clients';
import { createSigningKey, type SigningKeys } from './SigningKeys';
import type { TokenMint } from './TokenMint';

type Forge = (
  person: Person,
  mint: TokenMint,
  keys: SigningKeys,
) => Promise<string>;

/** Seconds a not-yet-valid token lies in the future: beyond the 60 s of clock tolerance a verifier may allow. */
const IN_THE_FUTURE_SECONDS = 600;

/** Each way a token can be wrong. Everything not named by the kind is as in a good token. */
const FORGERIES: Record<ForgedTokenKind, Forge> = {
  expired: (person, mint) => mint.idToken(person, { lifetimeSeconds: -120 }),
  'not-yet-valid': (person, mint) => {
    const { iat, exp } = mint.payload(person, {});
    const starts = Number(iat) + IN_THE_FUTURE_SECONDS;
    return mint.idToken(person, {
      claims: {
        nbf: starts,
        iat: starts,
        exp: Number(exp) + IN_THE_FUTURE_SECONDS,
      },
    });
  },
  'wrong-issuer': (person, mint) =>
    mint.idToken(person, { claims: { iss: 'http://127.0.0.1:1' } }),
  'wrong-audience': (person, mint) =>
    mint.idToken(person, { claims: { aud: 'another-application' } }),
  'two-audiences-without-azp': (person, mint) =>
    mint.idToken(person, {
      claims: { aud: [PORTAL_CLIENT_ID, 'another-application'] },
    }),
  'foreign-azp': (person, mint) =>
    mint.idToken(person, {
      claims: {
        aud: [PORTAL_CLIENT_ID, 'another-application'],
        azp: 'another-application',
      },
    }),
  'alg-none': async (person, mint) =>
    new UnsecuredJWT(mint.payload(person, {})).encode(),
  'hs256-with-public-key': async (person, mint, keys) =>
    new SignJWT(mint.payload(person, {}))
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: keys.current.kid })
      .sign(new TextEncoder().encode(await keys.publicPem())),
  'wrong-key': async (person, mint, keys) =>
    mint.idToken(person, {}, await createSigningKey(keys.current.kid)),
  'unknown-kid': async (person, mint) =>
    mint.idToken(person, {}, await createSigningKey('never-published')),
  'embedded-jwk': async (person, mint, keys) => {
    const own = await createSigningKey(keys.current.kid);
    return mint.idToken(
      person,
      { header: { jwk: await exportJWK(own.publicKey) } },
      own,
    );
  },
  'unverified-email': (person, mint) =>
    mint.idToken(person, { claims: { email_verified: false } }),
  'no-email': (person, mint) =>
    mint.idToken(person, { claims: { email: null, email_verified: null } }),
  'no-subject': (person, mint) =>
    mint.idToken(person, { claims: { sub: null } }),
  'no-expiry': (person, mint) =>
    mint.idToken(person, { claims: { exp: null } }),
  // RFC 9068: the header type of a JWT access token.
  'access-token-typ': (person, mint) =>
    mint.idToken(person, { header: { typ: 'at+jwt' } }),
  // Keycloak marks its access tokens by a claim, not by the header.
  'access-token-claim': (person, mint) =>
    mint.idToken(person, { claims: { typ: 'Bearer' } }),
  // OpenID Connect Back-Channel Logout 1.0, section 2.4.
  'logout-token-typ': (person, mint) =>
    mint.idToken(person, { header: { typ: 'logout+jwt' } }),
  'logout-token-events': (person, mint) =>
    mint.idToken(person, {
      claims: {
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      },
    }),
  // Entra leaves the groups out above 200 and points to where they can be read.
  'group-overage': (person, mint) =>
    mint.idToken(person, {
      claims: {
        groups: null,
        _claim_names: { groups: 'src1' },
        _claim_sources: {
          src1: { endpoint: 'https://graph.example/users/1/getMemberObjects' },
        },
      },
    }),
};

/** Mints a token that is wrong in exactly the way its kind says. */
export async function forgeToken(
  kind: ForgedTokenKind,
  person: Person,
  mint: TokenMint,
  keys: SigningKeys,
): Promise<string> {
  if (!Object.hasOwn(FORGERIES, kind)) {
    throw new TypeError(
      `Unknown kind of token; one of ${Object.keys(FORGERIES).join(', ')}`,
    );
  }
  return FORGERIES[kind](person, mint, keys);
}
