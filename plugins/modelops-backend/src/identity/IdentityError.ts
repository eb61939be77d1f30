import { NotAllowedError, ServiceUnavailableError } from '@backstage/errors';
import type { ErrorCode } from 'backstage-plugin-modelops-common';

/** Codes of a refused ID token. */
export type IdentityErrorCode = Exclude<
  Extract<ErrorCode, `identity-${string}`>,
  'identity-provider-unreachable' | 'identity-needed'
>;

/**
 * An ID token, or the person it names, was refused. Always 403, also for a missing or expired token: the Backstage
 * session is fine, and a 401 would say that it is not. The message never holds anything from the token.
 */
export class IdentityError extends NotAllowedError {
  /** Whether the signature was valid; claims of any other token are never stored. */
  declare readonly signatureVerified: boolean;
  /** Subject of the token; only with a valid signature. */
  declare readonly subject?: string;

  constructor(
    readonly code: IdentityErrorCode,
    message: string,
    verified?: { subject: string | undefined },
  ) {
    super(message);
    // Not enumerable: Backstage's error handler sends every enumerable field to the browser.
    Object.defineProperty(this, 'signatureVerified', {
      value: verified !== undefined,
    });
    Object.defineProperty(this, 'subject', { value: verified?.subject });
  }
}

/** The identity provider did not answer, or its answer cannot be used: nothing could be verified. 503. */
export class IdentityProviderError extends ServiceUnavailableError {
  readonly code = 'identity-provider-unreachable' satisfies ErrorCode;
}
