import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  type JWTPayload,
} from 'jose';
import type { FederationProvider } from '../../handles/googleTypes';
import { fetchKeys } from '../../server/fetchKeys';
import { StsError } from './StsError';

/** Longest time from `iat` to `exp`. Source: reference, google section 1. */
const MAX_AGE_SECONDS = 48 * 3600;

const invalidGrant = (description: string) =>
  new StsError('invalid_grant', description);

/** Checks an external JWT against its provider and gives its claims. Keys come from the provider's issuer, over HTTP. */
export async function verifySubjectToken(
  token: string,
  provider: FederationProvider,
  now: Date,
): Promise<JWTPayload> {
  const { header, claims } = decode(token);
  if (header.alg !== 'RS256' && header.alg !== 'ES256')
    throw invalidGrant(
      `Unsupported algorithm ${header.alg} in the ID Token; only RS256 and ES256 are supported.`,
    );
  if (typeof header.kid !== 'string')
    throw invalidGrant("The ID Token's header must have the field 'kid'.");
  if (claims.iss !== provider.issuer)
    throw invalidGrant(
      `The issuer in ID Token ${claims.iss} does not match the expected ones: ${provider.issuer}`,
    );
  const published = await fetchKeys(
    provider.issuer,
    'google-cloud-simulator',
  ).catch(() => {
    throw invalidGrant("Error connecting to the given credential's issuer.");
  });
  const keys = createLocalJWKSet(published);
  await jwtVerify(token, keys, {
    algorithms: ['RS256', 'ES256'],
    requiredClaims: ['iat', 'exp', 'sub', 'aud'],
    currentDate: now,
  }).catch(error => {
    throw invalidGrant(
      error.code === 'ERR_JWT_EXPIRED'
        ? `ID Token issued at ${claims.iat} is stale to sign-in.`
        : `The ID Token is not valid: ${error.code ?? 'malformed'}.`,
    );
  });
  checkTimes(claims, now);
  checkAudience(claims, provider);
  return claims;
}

function decode(token: string) {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch {
    throw new StsError('invalid_request', 'Unable to parse the ID Token.');
  }
}

function checkTimes({ iat, exp }: JWTPayload, now: Date): void {
  if (iat! * 1000 > now.getTime())
    throw invalidGrant(`ID Token issued at ${iat} is in the future.`);
  if (exp! - iat! >= MAX_AGE_SECONDS)
    throw invalidGrant(
      "The ID Token's expiration time is more than 48 hours after it was issued.",
    );
}

function checkAudience(claims: JWTPayload, provider: FederationProvider): void {
  const canonical = `//iam.googleapis.com/${provider.name}`;
  const expected =
    provider.audiences.length > 0
      ? provider.audiences
      : [canonical, `https:${canonical}`];
  const audiences = [claims.aud ?? []].flat();
  if (!audiences.some(audience => expected.includes(audience)))
    throw invalidGrant(
      `The audience in ID Token [${audiences.join(
        ', ',
      )}] does not match the expected audience ${expected.join(', ')}.`,
    );
}
