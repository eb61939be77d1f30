import { randomUUID } from 'node:crypto';

/** One entry of an error's `details`. */
export type ErrorDetail = Record<string, unknown>;

/** An error of the REST API. Source: reference, databricks section 5. */
export class DatabricksError extends Error {
  constructor(
    readonly status: number,
    /** A number where the workspace's front door answers, not the API behind it. */
    readonly errorCode: string | number,
    message: string,
    readonly details?: ErrorDetail[],
  ) {
    super(message);
    this.name = 'DatabricksError';
  }

  body(): Record<string, unknown> {
    return {
      error_code: this.errorCode,
      message: this.message,
      ...(this.details && { details: this.details }),
    };
  }
}

export function invalidParameter(message: string): DatabricksError {
  return new DatabricksError(400, 'INVALID_PARAMETER_VALUE', message);
}

export function permissionDenied(message: string): DatabricksError {
  return new DatabricksError(403, 'PERMISSION_DENIED', message);
}

export function resourceDoesNotExist(message: string): DatabricksError {
  return new DatabricksError(404, 'RESOURCE_DOES_NOT_EXIST', message);
}

/** No credential, or one of a kind the API does not take. The text is as recorded from a real workspace. */
export function credentialMissing(): DatabricksError {
  return new DatabricksError(
    401,
    401,
    'Credential was not sent or was of an unsupported type for this API.',
  );
}

/** A wrong, expired or revoked token is 403, not 401. */
export function invalidToken(): DatabricksError {
  return new DatabricksError(403, 403, 'Invalid access token.');
}

/** Unity Catalog adds `details`; the second entry has no `metadata`, on which the official JavaScript client stumbles. */
export function unityCatalogError(
  status: number,
  code: string,
  message: string,
): DatabricksError {
  return new DatabricksError(status, code, message, [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: code,
      domain: 'unity-catalog.databricks.com',
      metadata: {},
    },
    {
      '@type': 'type.googleapis.com/google.rpc.RequestInfo',
      request_id: randomUUID(),
      serving_data: '',
    },
  ]);
}

/** Error codes by status, for injected errors. */
const CODES = new Map([
  [400, 'BAD_REQUEST'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [409, 'RESOURCE_CONFLICT'],
  [429, 'REQUEST_LIMIT_EXCEEDED'],
  [500, 'INTERNAL_ERROR'],
  [501, 'NOT_IMPLEMENTED'],
  [503, 'TEMPORARILY_UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);

/** The body of an injected error. */
export function injectedErrorBody(
  status: number,
  numericErrorCode: boolean,
): string {
  const code = numericErrorCode ? status : CODES.get(status) ?? 'UNKNOWN';
  return JSON.stringify({
    error_code: code,
    message: 'The request could not be served. [injected fault]',
  });
}
