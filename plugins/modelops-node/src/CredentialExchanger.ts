import type { z } from 'zod';
import type { Connection, Credential } from './Connection';
import type { IdentityClaims } from './identityClaims';
import type { Secret } from './Secret';

/** What a credential is asked for. @public */
export interface ExchangeRequest {
  connection: Connection;
  /** The `user` or `reader` block of the connection, as `userSettings` or `readerSettings` made it. */
  settings: Record<string, unknown>;
  /** The person's ID token, or the portal's own token. */
  subjectToken: Secret;
  /**
   * Who the credential has to be. `person`: whoever the verified claims name. `service-principal`: the one a rule's
   * `as` or the reader names, by the platform's own id; with the claims of the person whose ID token is handed in for it, and
   * without any where that is the portal's own token.
   */
  wanted:
    | { kind: 'person'; claims: IdentityClaims }
    | { kind: 'service-principal'; id: string; claims?: IdentityClaims };
  signal: AbortSignal;
}

/**
 * Turns a token of the identity provider into a credential of a platform. Has to ask the platform who the credential
 * is, where it can tell, and to throw `platform-identity-mismatch` for anyone but the wanted principal. Must not fall
 * back to another credential, ever.
 * @public
 */
export interface CredentialExchanger {
  /** Value of `exchange:` in a connection, `databricks-federation`. */
  readonly id: string;
  /** Keys of a connection's `user` block beside `exchange`. */
  readonly userSettings: z.ZodObject;
  /** Keys of a connection's `reader` block beside `exchange`; they have to name the reader's principal. */
  readonly readerSettings: z.ZodObject;
  /**
   * Name the platform will know the wanted principal by, known before anything is exchanged. Undefined if there is none: the
   * claims hold no name that the identity provider vouches for, or the id cannot be one of the platform. Nothing is exchanged
   * then: a person without such a name becomes no service principal either. Asked without claims it also tells app-config
   * whether the id can exist.
   */
  principalOf(
    request: Pick<ExchangeRequest, 'settings' | 'wanted'>,
  ): string | undefined;
  /** Throws PlatformError. */
  exchange(request: ExchangeRequest): Promise<Credential>;
}
