import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  baseUrlProblem,
  parseJson,
  platformFetch,
} from 'backstage-plugin-modelops-node';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { z } from 'zod';
import type { IdentityConfig } from './IdentityConfig';
import { IdentityProviderError } from './IdentityError';

/** Longest the identity provider may take per document, in milliseconds. */
const DEADLINE_MS = 5_000;
/** Largest document read, in bytes. Real ones have a few kB; a key set with certificates may have some 20 kB. */
const MAX_BYTES = 256 * 1024;
/** How long discovery and keys are used without asking again, in milliseconds; a withdrawn key ends at the latest then. */
const FRESH_MS = 10 * 60_000;
/** How long they are used when the identity provider does not answer, in milliseconds. */
const USABLE_MS = 60 * 60_000;
/**
 * Shortest time between two fetches asked for by an unknown key id, and between two attempts that failed, in
 * milliseconds. Tokens with made-up key ids would otherwise let anyone hammer the identity provider.
 */
const COOL_DOWN_MS = 30_000;
/** The same after a fetch for an unknown key id that failed: short, because whoever has a new key waits for it. */
const FAILED_PAUSE_MS = 1_000;

const metadataSchema = z.object({
  issuer: z.string(),
  jwks_uri: z.string(),
  token_endpoint: z.string().optional(),
});
const keySetSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string() })).max(200),
});

/** Finds the key that a token's header names. */
export type KeySet = ReturnType<typeof createLocalJWKSet>;

interface Documents {
  tokenEndpoint?: string;
  keys: KeySet;
  fetchedAt: number;
}

/** Discovery document and keys of `modelops.identity.issuer`, cached. Throws IdentityProviderError. */
export class OpenIdProvider {
  readonly #config: Pick<IdentityConfig, 'issuer' | 'insecure'>;
  readonly #clock: () => Date;
  readonly #logger: LoggerService;
  #documents: Documents | undefined;
  #inFlight: Promise<Documents> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;
  #forcedAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    config: Pick<IdentityConfig, 'issuer' | 'insecure'>;
    clock: () => Date;
    logger: LoggerService;
  }) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  async getKeys(): Promise<KeySet> {
    return (await this.#getDocuments()).keys;
  }

  /** The keys again after a key id was not found, or undefined within the cool-down after they were had. */
  async findNewerKeys(): Promise<KeySet | undefined> {
    const now = this.#clock().getTime();
    if (now - this.#forcedAt < COOL_DOWN_MS) return undefined;
    if (now - this.#failedAt < FAILED_PAUSE_MS) {
      throw new IdentityProviderError(
        'The identity provider did not send its keys a moment ago. Try again.',
      );
    }
    const { keys } = await this.#fetchOnce();
    // Not before: when nobody could look, nobody may be told that a key is unknown.
    this.#forcedAt = now;
    return keys;
  }

  async getTokenEndpoint(): Promise<string> {
    const { tokenEndpoint } = await this.#getDocuments();
    if (!tokenEndpoint) {
      throw new IdentityProviderError(
        'The identity provider names no token endpoint in its discovery document',
      );
    }
    return tokenEndpoint;
  }

  async #getDocuments(): Promise<Documents> {
    const held = this.#documents;
    const now = this.#clock().getTime();
    const age = held ? now - held.fetchedAt : Number.POSITIVE_INFINITY;
    if (held && age < FRESH_MS) return held;
    if (held && age < USABLE_MS) {
      if (now - this.#failedAt < COOL_DOWN_MS) return held;
      return this.#fetchOnce().catch(() => held);
    }
    return this.#fetchOnce();
  }

  #fetchOnce(): Promise<Documents> {
    this.#inFlight ??= this.#fetch()
      .catch(error => {
        this.#failedAt = this.#clock().getTime();
        this.#logger.error(error.message);
        throw error;
      })
      .finally(() => {
        this.#inFlight = undefined;
      });
    return this.#inFlight;
  }

  async #fetch(): Promise<Documents> {
    const { issuer } = this.#config;
    const fetchedAt = this.#clock().getTime();
    const metadata = await this.#read(
      `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
      'discovery document',
      metadataSchema,
    );
    if (metadata.issuer !== issuer) {
      throw new IdentityProviderError(
        'The discovery document of the identity provider names another issuer than modelops.identity.issuer; the two have to be equal, a slash at the end included',
      );
    }
    const keySet = await this.#read(
      this.#checkedAddress(metadata.jwks_uri, 'jwks_uri'),
      'key set',
      keySetSchema,
    );
    this.#documents = {
      tokenEndpoint:
        metadata.token_endpoint &&
        this.#checkedAddress(metadata.token_endpoint, 'token_endpoint'),
      keys: createLocalJWKSet(keySet as JSONWebKeySet),
      fetchedAt,
    };
    return this.#documents;
  }

  #checkedAddress(address: string, name: string): string {
    // A query is usual here (Azure AD B2C), so only the rest of the address is judged.
    const problem = baseUrlProblem(
      address.replace(/\?.*$/s, ''),
      this.#config.insecure,
    );
    if (problem) {
      throw new IdentityProviderError(
        `${name} in the discovery document of the identity provider ${problem}`,
      );
    }
    return address;
  }

  async #read<S extends z.ZodType>(
    address: string,
    what: string,
    schema: S,
  ): Promise<z.output<S>> {
    const url = new URL(address);
    const response = await platformFetch({
      connection: 'modelops.identity.issuer',
      host: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      repeat: 'read',
      signal: AbortSignal.timeout(DEADLINE_MS),
      deadlineMs: DEADLINE_MS,
      maxBytes: MAX_BYTES,
    }).catch(() => {
      throw new IdentityProviderError(
        `The identity provider did not send its ${what}. Try again later; if it lasts, check modelops.identity.issuer.`,
      );
    });
    if (response.status !== 200) {
      throw new IdentityProviderError(
        `The identity provider answered ${response.status} instead of its ${what}. Try again later; if it lasts, check modelops.identity.issuer.`,
      );
    }
    const parsed = schema.safeParse(parseJson(response.text));
    if (!parsed.success) {
      throw new IdentityProviderError(
        `The identity provider sent something that is no ${what}. Check modelops.identity.issuer.`,
      );
    }
    return parsed.data;
  }
}
