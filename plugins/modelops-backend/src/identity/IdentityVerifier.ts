import type { LoggerService } from '@backstage/backend-plugin-api';
import { Secret } from 'backstage-plugin-modelops-node';
import { compactVerify, decodeProtectedHeader, errors } from 'jose';
import type { VerifiedIdentity } from './Caller';
import { checkClaims } from './checkClaims';
import type { IdentityConfig } from './IdentityConfig';
import { IdentityError } from './IdentityError';
import { OpenIdProvider, type KeySet } from './OpenIdProvider';

/** Largest ID token accepted, in bytes: design §5, step 2. Node limits all headers of a request to 16 kB. */
const MAX_TOKEN_BYTES = 8 * 1024;

/** Signatures only the identity provider can make. With `none` or HS256 anybody who knows a public value could. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Verifies the ID token of a request. */
export class IdentityVerifier {
  readonly #config: IdentityConfig;
  readonly #clock: () => Date;
  readonly #provider: OpenIdProvider;

  constructor(options: {
    config: IdentityConfig;
    clock: () => Date;
    logger: LoggerService;
    /** Shared with WorkloadIdentity; made here when left out. */
    provider?: OpenIdProvider;
  }) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#provider = options.provider ?? new OpenIdProvider(options);
  }

  /** Throws IdentityError when the token is refused, IdentityProviderError when it could not be checked. */
  async verify(token: string): Promise<VerifiedIdentity> {
    checkShape(token);
    const claims = claimsOf(await this.#verifySignature(token));
    const checked = checkClaims(claims, this.#config, this.#clock());
    return {
      token: new Secret(token),
      issuer: this.#config.issuer,
      subject: checked.subject,
      claims,
      expiresAt: checked.expiresAt,
      groupsOverage: checked.groupsOverage,
    };
  }

  async #verifySignature(token: string): Promise<Uint8Array> {
    const keys = await this.#provider.getKeys();
    return verifyWith(keys, token).catch(async error => {
      if (!isKeyUnknown(error)) throw error;
      const newer = await this.#provider.findNewerKeys();
      if (!newer) throw error;
      return verifyWith(newer, token);
    });
  }
}

/** What can be told without a key. */
function checkShape(token: string) {
  if (token === '') {
    throw new IdentityError(
      'identity-missing',
      'The request carries no ID token. Sign in with the identity provider.',
    );
  }
  if (Buffer.byteLength(token) > MAX_TOKEN_BYTES) {
    throw new IdentityError(
      'identity-too-large',
      'The ID token is over 8 kB. Ask the identity provider to put fewer claims into it.',
    );
  }
  const header = headerOf(token);
  if (typeof header.alg !== 'string' || !ALGORITHMS.includes(header.alg)) {
    throw new IdentityError(
      'identity-algorithm',
      'The ID token is not signed with an asymmetric algorithm. Choose one (RS256, ES256 …) at the identity provider.',
    );
  }
  // RFC 8725 §3.11: access tokens say `at+jwt`, logout tokens `logout+jwt`; an ID token says `JWT` or nothing.
  if (
    header.typ !== undefined &&
    (typeof header.typ !== 'string' || header.typ.toUpperCase() !== 'JWT')
  ) {
    throw new IdentityError(
      'identity-type',
      'The header typ of the token says that it is no ID token. Send the ID token, not an access or logout token.',
    );
  }
}

function headerOf(token: string) {
  // Three parts exactly: five would be an encrypted token, and anything else is none.
  if (!/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/.test(token)) {
    throw malformed();
  }
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw malformed();
  }
}

function claimsOf(payload: Uint8Array): Readonly<Record<string, unknown>> {
  let claims: unknown;
  try {
    claims = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(payload),
    );
  } catch {
    throw malformed();
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw malformed();
  }
  return claims as Record<string, unknown>;
}

async function verifyWith(keys: KeySet, token: string): Promise<Uint8Array> {
  try {
    const { payload } = await compactVerify(token, keys, {
      algorithms: ALGORITHMS,
    });
    return payload;
  } catch (error) {
    throw toIdentityError(error);
  }
}

function toIdentityError(error: unknown): IdentityError {
  if (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return new IdentityError(
      'identity-key-unknown',
      'The ID token was signed with a key that the identity provider does not publish. Sign in again.',
    );
  }
  if (
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSENotSupported
  ) {
    return malformed();
  }
  return new IdentityError(
    'identity-signature',
    'The signature of the ID token is not valid. Sign in again.',
  );
}

function isKeyUnknown(error: unknown): boolean {
  return (
    error instanceof IdentityError && error.code === 'identity-key-unknown'
  );
}

function malformed() {
  return new IdentityError(
    'identity-malformed',
    'The ID token is not a signed JWT. Send it as the identity provider issued it.',
  );
}
