import type { IdentityConfig } from './IdentityConfig';
import { IdentityError, type IdentityErrorCode } from './IdentityError';

/** Longest `sub` accepted; OpenID Connect Core §2 allows 255 ASCII characters. */
const MAX_SUBJECT = 255;

/** Claims of a token that may be used. */
export interface CheckedClaims {
  subject: string;
  expiresAt: Date;
  groupsOverage: boolean;
}

/**
 * The claims of a token with a valid signature: right issuer and audience, an ID token, in its time, with everything that binding
 * needs. Throws IdentityError.
 */
export function checkClaims(
  claims: Readonly<Record<string, unknown>>,
  config: IdentityConfig,
  now: Date,
): CheckedClaims {
  const subject = textOf(claims.sub);
  const refused = (code: IdentityErrorCode, message: string) =>
    new IdentityError(code, message, { subject });

  if (claims.iss !== config.issuer) {
    throw refused(
      'identity-issuer',
      'The ID token comes from another issuer than modelops.identity.issuer. Sign in with the identity provider of this portal.',
    );
  }
  if (claims.events !== undefined) {
    throw refused(
      'identity-type',
      'The token is a logout or event token, not an ID token',
    );
  }
  // Keycloak says `ID`, `Bearer`, `Refresh` or `Logout` here; others leave it out.
  if (claims.typ !== undefined && claims.typ !== 'ID') {
    throw refused(
      'identity-type',
      'The claim typ of the token says that it is no ID token',
    );
  }
  checkAudience(claims, config.audiences, refused);
  const expiresAt = checkTimes(
    claims,
    now,
    config.clockToleranceSeconds,
    refused,
  );
  if (!subject || subject.length > MAX_SUBJECT) {
    throw refused(
      'identity-claim-missing',
      'The ID token has no usable claim sub',
    );
  }
  checkBindingClaims(claims, config, refused);
  return { subject, expiresAt, groupsOverage: hasGroupsOverage(claims) };
}

type Refuse = (code: IdentityErrorCode, message: string) => IdentityError;

function checkAudience(
  claims: Readonly<Record<string, unknown>>,
  audiences: readonly string[],
  refused: Refuse,
) {
  const named: unknown[] = Array.isArray(claims.aud)
    ? claims.aud
    : [claims.aud];
  if (
    !named.every(one => typeof one === 'string') ||
    !named.some(one => audiences.includes(one as string))
  ) {
    throw refused(
      'identity-audience',
      'The ID token was issued to another client than modelops.identity.audience. Check that modelops.identity.authProvider names the provider with that client id.',
    );
  }
  if (claims.azp === undefined && named.length > 1) {
    throw refused(
      'identity-authorized-party',
      'The ID token names several audiences but not, in azp, the client it was issued to',
    );
  }
  if (
    claims.azp !== undefined &&
    !audiences.includes(claims.azp as (typeof audiences)[number])
  ) {
    throw refused(
      'identity-authorized-party',
      'The ID token was issued to another client (azp) than modelops.identity.audience',
    );
  }
}

function checkTimes(
  claims: Readonly<Record<string, unknown>>,
  now: Date,
  toleranceSeconds: number,
  refused: Refuse,
): Date {
  for (const name of ['exp', 'iat'] as const) {
    if (!Number.isFinite(claims[name])) {
      throw refused(
        'identity-claim-missing',
        `The ID token has no usable claim ${name}`,
      );
    }
  }
  if (claims.nbf !== undefined && !Number.isFinite(claims.nbf)) {
    throw refused(
      'identity-claim-missing',
      'The ID token has no usable claim nbf',
    );
  }
  const nowSeconds = now.getTime() / 1000;
  const expiresAt = new Date((claims.exp as number) * 1000);
  if (
    (claims.exp as number) <= nowSeconds - toleranceSeconds ||
    Number.isNaN(expiresAt.getTime())
  ) {
    throw refused(
      'identity-expired',
      'The ID token has expired. Sign in again.',
    );
  }
  const notBefore = Math.max(
    claims.iat as number,
    (claims.nbf as number | undefined) ?? Number.NEGATIVE_INFINITY,
  );
  if (notBefore > nowSeconds + toleranceSeconds) {
    throw refused(
      'identity-not-yet-valid',
      'The ID token is not valid yet. Check the clocks of the identity provider and of this server.',
    );
  }
  return expiresAt;
}

function checkBindingClaims(
  claims: Readonly<Record<string, unknown>>,
  config: IdentityConfig,
  refused: Refuse,
) {
  const needed =
    config.bindBy === 'oidMatchingUserEntityAnnotation' ? 'oid' : 'email';
  if (!textOf(claims[needed])) {
    throw refused(
      'identity-claim-missing',
      `The ID token has no claim ${needed}, by which modelops.identity.bindBy finds the User. Ask the identity provider to put it there.`,
    );
  }
  if (needed === 'email' && claims.email_verified !== true) {
    throw refused(
      'identity-email-unverified',
      'The identity provider does not say (claim email_verified) that the e-mail address of this account is verified',
    );
  }
}

/** The provider left the groups out because they are too many (Entra: `_claim_names.groups`, or `hasgroups`). */
function hasGroupsOverage(claims: Readonly<Record<string, unknown>>): boolean {
  const elsewhere = claims._claim_names;
  return (
    claims.hasgroups === true ||
    (typeof elsewhere === 'object' &&
      elsewhere !== null &&
      Object.hasOwn(elsewhere, 'groups'))
  );
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim : undefined;
}
