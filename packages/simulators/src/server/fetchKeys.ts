import type { JSONWebKeySet } from 'jose';

/** Milliseconds the issuer has to answer for each of its two documents. */
const ISSUER_TIMEOUT_MS = 5000;

/**
 * The keys that an issuer signs with, found through its metadata as a platform finds them.
 * @param userAgent - who asks, as the issuer's request log shows it
 * @throws whatever went wrong; each platform words it in its own way
 */
export async function fetchKeys(
  issuer: string,
  userAgent: string,
): Promise<JSONWebKeySet> {
  const read = async (url: string): Promise<unknown> => {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS),
      headers: { 'user-agent': userAgent },
    });
    if (!response.ok) throw new Error(`${response.status}`);
    return response.json();
  };
  const { jwks_uri: jwksUri } = (await read(
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  )) as { jwks_uri: string };
  return (await read(jwksUri)) as JSONWebKeySet;
}
