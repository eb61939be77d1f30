import { ServiceUnavailableError } from '@backstage/errors';
import type { ErrorCode } from 'backstage-plugin-modelops-common';

/** Codes a platform module or an exchanger may throw; each has its advice in `ERROR_CODES`. @public */
export type PlatformErrorCode = Extract<
  ErrorCode,
  | `platform-${string}`
  | `exchange-${string}`
  | `credential-${string}`
  | 'logs-disabled'
  | 'operation-unsupported'
>;

/**
 * A platform or its token endpoint failed. Reaches the browser as 503 with a code of ours, never with the platform's
 * status or text, so the message must be written by us: name the connection and say what to do.
 * @public
 */
export class PlatformError extends ServiceUnavailableError {
  constructor(
    readonly connection: string,
    readonly code: PlatformErrorCode,
    message: string,
    options: {
      /**
       * Whether the platform certainly did not do what was asked: it answered with a refusal, or was never reached.
       * False after a lost or unreadable answer. A start that was not certainly refused makes the run `unknown`.
       */
      refused: boolean;
      /** `Retry-After` of a platform that limits the rate of requests. */
      retryAfterSeconds?: number;
    },
  ) {
    super(message);
    const { refused, retryAfterSeconds } = options;
    // Not enumerable: Backstage's error handler sends every enumerable field to the browser.
    Object.defineProperties(this, {
      refused: { value: refused, enumerable: false },
      retryAfterSeconds: { value: retryAfterSeconds, enumerable: false },
    });
  }

  declare readonly refused: boolean;
  declare readonly retryAfterSeconds?: number;
}
