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

/** A refusal of ours: nothing was sent that starts or changes something. @public */
export function refusal(
  connection: string,
  code: PlatformErrorCode,
  message: string,
): PlatformError {
  return new PlatformError(connection, code, message, { refused: true });
}

/**
 * The platform answered something that is not what the request asks for; `what` continues the name of the connection,
 * `sent a list without an end`. It may have done what was asked all the same.
 * @public
 */
export function invalidAnswer(connection: string, what: string): PlatformError {
  return new PlatformError(
    connection,
    'platform-response-invalid',
    `${connection} ${what}. Check the host of the connection; if it is right, report it with the trace id.`,
    { refused: false },
  );
}

/** Statuses that can mean "I stopped waiting" rather than "no". */
const UNDECIDED_STATUSES: ReadonlySet<number> = new Set([408, 425, 499]);

/** Whether a status, sent in the platform's own form, is a certain no: nothing was started or changed. @public */
export function isRefusalStatus(status: number): boolean {
  return status >= 400 && status < 500 && !UNDECIDED_STATUSES.has(status);
}

/**
 * Runs one step of which we know what its failure means, whatever the step itself knew: a lost answer to a question
 * starts nothing, and a question that fails after a start leaves the start open.
 * @public
 */
export async function failingAs<T>(
  outcome: { refused: boolean },
  step: Promise<T>,
): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    throw new PlatformError(
      error.connection,
      error.code,
      error.message,
      outcome,
    );
  }
}

/** Undefined for what the platform does not know (`platform-not-found`). @public */
export async function ifFound<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch(error => {
    if (error instanceof PlatformError && error.code === 'platform-not-found')
      return undefined;
    throw error;
  });
}
