import {
  ConflictError,
  CustomErrorBase,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import type { ErrorCode } from 'backstage-plugin-modelops-common';

/*
 * Errors that reach the browser: a name that decides the HTTP status, a stable code, a sentence of ours, nothing else.
 * Backstage's error handler sends every enumerable field and the cause, so none of these takes a cause.
 */

/** 400: the request itself is wrong. Leaves no audit entry. */
export class InvalidRequestError extends InputError {
  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** 403: refused. */
export class RefusedError extends NotAllowedError {
  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** 404: not there, or not for this caller to see. */
export class MissingError extends NotFoundError {
  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** 409: it does not fit how things stand. */
export class StateConflictError extends ConflictError {
  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** 503: something we need does not work. */
export class UnavailableError extends ServiceUnavailableError {
  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** 429: refused too often within a minute. */
export class TooManyRefusalsError extends CustomErrorBase {
  readonly name = 'TooManyRefusalsError';
  readonly code: ErrorCode = 'too-many-refusals';
  /** Backstage's error handler takes the HTTP status from here. */
  readonly statusCode = 429;

  constructor() {
    super(
      'More than 30 of your requests were refused or failed within a minute. Wait a minute.',
    );
  }
}

/** 429: a served model was asked more often than the deciding rule allows. */
export class PredictionsLimitError extends CustomErrorBase {
  readonly name = 'PredictionsLimitError';
  readonly code: ErrorCode = 'predictions-limit';
  readonly statusCode = 429;

  constructor(role: string, perMinute: number) {
    super(
      `Your role ${role} allows ${perMinute} predictions a minute. Wait a minute.`,
    );
  }
}

/** 429: a platform limits the rate of requests. For services, which wait and ask again; people get a 503 that says to wait. */
export class ThrottledError extends CustomErrorBase {
  readonly name = 'ThrottledError';
  readonly code: ErrorCode = 'platform-throttled';
  readonly statusCode = 429;

  constructor(
    message: string,
    /** What the platform asked for, if it did; sent as `Retry-After`. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

/** Code of an error of ours; `internal` for anything else. */
export function codeOf(error: unknown): ErrorCode {
  const code = (error as { code?: unknown } | undefined)?.code;
  return isOurs(error) && typeof code === 'string'
    ? (code as ErrorCode)
    : 'internal';
}

/** Whether an error was made to be shown: its message and code are ours. */
export function isOurs(error: unknown): error is Error & { code: ErrorCode } {
  return (
    error instanceof CustomErrorBase &&
    typeof (error as { code?: unknown }).code === 'string'
  );
}
