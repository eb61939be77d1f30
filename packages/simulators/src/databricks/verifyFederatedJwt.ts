import { createLocalJWKSet, decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { fetchKeys } from '../server/fetchKeys';
import type { FederationPolicy } from './federation';
import { OAuthError } from './OAuthError';

/**
 * Checks a JWT against the policies that may apply and gives its claims with the policy that accepted it. Keys come
 * from the policy's issuer, never from the token's.
 */
export async function verifyFederatedJwt(
  token: string,
  policies: FederationPolicy[],
  now: Date,
): Promise<{ claims: JWTPayload; policy: FederationPolicy }> {
  const issuer = issuerOf(token);
  const ofIssuer = policies.filter(policy => policy.issuer === issuer);
  if (ofIssuer.length === 0) throw invalidCredentials();

  const published = await fetchKeys(
    ofIssuer[0].issuer,
    'databricks-simulator',
  ).catch(() => {
    throw new OAuthError(
      400,
      'invalid_grant',
      'The keys of the issuer could not be read',
    );
  });
  const keys = createLocalJWKSet(published);
  const { payload: claims } = await jwtVerify(token, keys, {
    issuer: ofIssuer[0].issuer,
    algorithms: ['RS256', 'ES256'],
    requiredClaims: ['exp'],
    currentDate: now,
  }).catch(error => {
    throw new OAuthError(
      400,
      'invalid_grant',
      `The subject token is not valid: ${error.code ?? 'malformed'}`,
    );
  });

  const audiences = [claims.aud ?? []].flat();
  const ofAudience = ofIssuer.filter(policy =>
    policy.audiences.some(audience => audiences.includes(audience)),
  );
  if (ofAudience.length === 0) {
    throw new OAuthError(
      400,
      'invalid_grant',
      "The subject token's audience is not one of the federation policy's",
    );
  }
  const policy = ofAudience.find(({ subject, subjectClaim }) => {
    const value = claims[subjectClaim ?? 'sub'];
    return (
      typeof value === 'string' && (subject === undefined || subject === value)
    );
  });
  if (!policy) throw invalidCredentials();
  return { claims, policy };
}

/** No policy, or no such user. The workspace does not say which. */
export function invalidCredentials(): OAuthError {
  return new OAuthError(401, 'invalid_client', 'Invalid credentials.');
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw new OAuthError(
      400,
      'invalid_grant',
      'The subject token is not a JWT',
    );
  }
}
