import { randomUUID } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import type { TokenOverrides } from '../handles/IdpHandle';
import type { Person } from '../people';
import { claimsOf } from './claims';
import { PORTAL_CLIENT_ID } from './clients';
import type { SigningKey, SigningKeys } from './SigningKeys';

/** Seconds an ID token lives unless told otherwise: one hour, as with most providers. */
export const ID_TOKEN_SECONDS = 3600;

/** Signs ID tokens outside a login, for tests. */
export class TokenMint {
  /** Seconds the provider's clock is ahead of the machine's. */
  clockOffsetSeconds = 0;

  constructor(
    private readonly issuer: string,
    private readonly keys: SigningKeys,
  ) {}

  async idToken(
    person: Person,
    overrides: TokenOverrides = {},
    key: SigningKey = this.keys.current,
  ): Promise<string> {
    const header = {
      alg: 'RS256',
      typ: 'JWT',
      kid: key.kid,
      ...overrides.header,
    };
    return new SignJWT(this.payload(person, overrides))
      .setProtectedHeader(header)
      .sign(key.privateKey);
  }

  payload(person: Person, overrides: TokenOverrides): JWTPayload {
    const now = Math.floor(Date.now() / 1000) + this.clockOffsetSeconds;
    const lifetime = overrides.lifetimeSeconds ?? ID_TOKEN_SECONDS;
    const claims = {
      iss: this.issuer,
      aud: PORTAL_CLIENT_ID,
      iat: lifetime < 0 ? now + lifetime - ID_TOKEN_SECONDS : now,
      exp: now + lifetime,
      // Two tokens of one second differ, as the provider's own do by their at_hash.
      jti: randomUUID(),
      ...claimsOf(person),
      ...overrides.claims,
    };
    return Object.fromEntries(
      Object.entries(claims).filter(([, value]) => value !== null),
    );
  }

  /** The same token as issued by a provider whose clock is off. */
  async withClockOffset(claims: JWTPayload): Promise<string> {
    const shifted = { ...claims };
    for (const name of ['iat', 'exp', 'auth_time'] as const) {
      if (typeof shifted[name] === 'number')
        shifted[name] = shifted[name] + this.clockOffsetSeconds;
    }
    const { kid, privateKey } = this.keys.current;
    return new SignJWT(shifted)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
      .sign(privateKey);
  }
}
