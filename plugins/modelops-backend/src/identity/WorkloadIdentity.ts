import { readFile } from 'node:fs/promises';
import { ServiceUnavailableError } from '@backstage/errors';
import type { ErrorCode } from 'backstage-plugin-modelops-common';
import {
  requestToken,
  Secret,
  type IssuedToken,
} from 'backstage-plugin-modelops-node';
import { decodeJwt } from 'jose';
import type { WorkloadConfig } from './IdentityConfig';
import type { OpenIdProvider } from './OpenIdProvider';

/** A token is renewed this long before it ends, in milliseconds, so that nobody is handed one about to expire. */
const RENEW_EARLY_MS = 60_000;
/** Longest that one renewal may take, in milliseconds, discovery included. */
const DEADLINE_MS = 15_000;
/** Largest secret or token file, in bytes. */
const MAX_FILE_BYTES = 64 * 1024;

/** The portal cannot prove its own identity. 503. */
export class WorkloadIdentityError extends ServiceUnavailableError {
  readonly code = 'workload-identity-missing' satisfies ErrorCode;
}

/** The portal's own token, for reading on behalf of nobody. Secrets are read again on each use, so they can rotate. */
export class WorkloadIdentity {
  readonly #config: WorkloadConfig | undefined;
  readonly #provider: OpenIdProvider;
  readonly #clock: () => Date;
  #held: IssuedToken | undefined;
  #inFlight: Promise<IssuedToken> | undefined;

  constructor(options: {
    config: WorkloadConfig | undefined;
    provider: OpenIdProvider;
    clock: () => Date;
  }) {
    this.#config = options.config;
    this.#provider = options.provider;
    this.#clock = options.clock;
  }

  /**
   * Throws WorkloadIdentityError when none is configured or its file cannot be used, PlatformError when the token endpoint
   * refused, IdentityProviderError when discovery failed. `signal` ends the waiting, not a request others wait for.
   */
  async getToken(signal: AbortSignal): Promise<IssuedToken> {
    signal.throwIfAborted();
    const config = this.#config;
    if (!config) {
      throw new WorkloadIdentityError(
        'The portal has no identity of its own. Configure modelops.identity.workload.',
      );
    }
    if (config.kind === 'tokenFile')
      return this.#readTokenFile(config.tokenFile);
    if (this.#held && !this.#isEnding(this.#held)) return this.#held;
    this.#inFlight ??= this.#request(config)
      .then(issued => {
        this.#held = issued;
        return issued;
      })
      .finally(() => {
        this.#inFlight = undefined;
      });
    return unlessAborted(this.#inFlight, signal);
  }

  async #request(
    config: Extract<WorkloadConfig, { kind: 'client' }>,
  ): Promise<IssuedToken> {
    const clientSecret =
      config.clientSecret instanceof Secret
        ? config.clientSecret
        : new Secret(
            await readSmallFile(config.clientSecret.file, 'clientSecretFile'),
          );
    return requestToken({
      connection: 'modelops.identity.workload',
      tokenEndpoint: await this.#provider.getTokenEndpoint(),
      form: {
        grant_type: 'client_credentials',
        ...(config.scope && { scope: config.scope }),
        ...(config.resource && { resource: config.resource }),
        ...(config.audience && { audience: config.audience }),
      },
      basic: { clientId: config.clientId, clientSecret },
      clock: this.#clock,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
  }

  async #readTokenFile(file: string): Promise<IssuedToken> {
    const text = await readSmallFile(file, 'tokenFile');
    const issued = { token: new Secret(text), expiresAt: expiryOf(text) };
    if (issued.expiresAt <= this.#clock()) {
      throw new WorkloadIdentityError(
        'The token in modelops.identity.workload.tokenFile has expired. Check what renews that file.',
      );
    }
    return issued;
  }

  #isEnding(issued: IssuedToken): boolean {
    return (
      issued.expiresAt.getTime() - this.#clock().getTime() <= RENEW_EARLY_MS
    );
  }
}

async function readSmallFile(file: string, key: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const trimmed = text?.trim();
  if (!trimmed || Buffer.byteLength(trimmed) > MAX_FILE_BYTES) {
    throw new WorkloadIdentityError(
      `The file of modelops.identity.workload.${key} is missing, empty or too large`,
    );
  }
  return trimmed;
}

/** `exp` of our own token. Nothing is trusted because of it: the receiver verifies the token. */
function expiryOf(token: string): Date {
  let exp: number | undefined;
  try {
    exp = decodeJwt(token).exp;
  } catch {
    exp = undefined;
  }
  if (exp === undefined) {
    throw new WorkloadIdentityError(
      'The file of modelops.identity.workload.tokenFile holds no JWT with an expiry',
    );
  }
  return new Date(exp * 1000);
}

async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  return Promise.race([promise, aborted]).finally(() =>
    signal.removeEventListener('abort', abort),
  );
}
