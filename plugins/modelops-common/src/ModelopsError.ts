import { CustomErrorBase } from '@backstage/errors';
import type { ErrorCode } from './errorCodes';

/** An answer of the backend that is not a success. @public */
export class ModelopsError extends CustomErrorBase {
  readonly name = 'ModelopsError';

  constructor(
    /** HTTP status; 0 when there was no answer. */
    readonly statusCode: number,
    /** Code to switch on; `internal` when the answer carried none. */
    readonly code: ErrorCode | (string & {}),
    message: string,
    /** `Retry-After` of the answer. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}
