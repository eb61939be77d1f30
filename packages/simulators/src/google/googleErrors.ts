/** Codes of google.rpc.Code with their HTTP status. Source: google/rpc/code.proto. */
const CODES = {
  CANCELLED: { code: 1, http: 499 },
  UNKNOWN: { code: 2, http: 500 },
  INVALID_ARGUMENT: { code: 3, http: 400 },
  DEADLINE_EXCEEDED: { code: 4, http: 504 },
  NOT_FOUND: { code: 5, http: 404 },
  ALREADY_EXISTS: { code: 6, http: 409 },
  PERMISSION_DENIED: { code: 7, http: 403 },
  RESOURCE_EXHAUSTED: { code: 8, http: 429 },
  FAILED_PRECONDITION: { code: 9, http: 400 },
  ABORTED: { code: 10, http: 409 },
  UNIMPLEMENTED: { code: 12, http: 501 },
  INTERNAL: { code: 13, http: 500 },
  UNAVAILABLE: { code: 14, http: 503 },
  UNAUTHENTICATED: { code: 16, http: 401 },
} as const;

/** Name of a google.rpc.Code. */
export type RpcCode = keyof typeof CODES;

/** A google.rpc.Status as a resource carries it: `code` is the rpc code there. */
export interface RpcStatus {
  code: number;
  message: string;
}

/** One entry of `details`, with its `@type`. */
export type ErrorDetail = { '@type': string } & Record<string, unknown>;

/** An error of a JSON API of Google. Source: reference, google section 3.8. */
export class GoogleError extends Error {
  constructor(
    readonly status: RpcCode,
    message: string,
    readonly details: ErrorDetail[] = [],
  ) {
    super(message);
    this.name = 'GoogleError';
  }

  get httpStatus(): number {
    return CODES[this.status].http;
  }

  /** The answer's body; `code` is the HTTP status there. */
  body(): Record<string, unknown> {
    return {
      error: {
        code: this.httpStatus,
        message: this.message,
        status: this.status,
        ...(this.details.length > 0 && { details: this.details }),
      },
    };
  }
}

/** The status of a job or operation that ended badly. */
export function rpcStatus(status: RpcCode, message: string): RpcStatus {
  return { code: CODES[status].code, message };
}

export function errorInfo(
  reason: string,
  domain: string,
  metadata: Record<string, string>,
): ErrorDetail {
  return {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain,
    metadata,
  };
}

export function invalidArgument(message: string): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', message);
}

/** A body or query the API's own parser refuses: one violation a field. */
export function badRequest(field: string, description: string): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', description, [
    {
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ ...(field && { field }), description }],
    },
  ]);
}

export function notFound(message: string): GoogleError {
  return new GoogleError('NOT_FOUND', message);
}

export function failedPrecondition(message: string): GoogleError {
  return new GoogleError('FAILED_PRECONDITION', message);
}

/** `resource` without leading slashes; left out where Google does not name it. */
export function permissionDenied(
  permission: string,
  resource?: string,
): GoogleError {
  const service = `${permission.split('.')[0]}.googleapis.com`;
  const on = resource === undefined ? '' : ` '//${service}/${resource}'`;
  return new GoogleError(
    'PERMISSION_DENIED',
    `Permission '${permission}' denied on resource${on} (or it may not exist).`,
    [
      errorInfo('IAM_PERMISSION_DENIED', service, {
        permission,
        ...(resource !== undefined && { resource }),
      }),
    ],
  );
}

/** No bearer token. Text recalled. */
export function credentialsMissing(): GoogleError {
  return new GoogleError(
    'UNAUTHENTICATED',
    'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    [errorInfo('CREDENTIALS_MISSING', 'googleapis.com', {})],
  );
}

/** An unknown, expired or revoked token. Source of the text: reference, google section 1. */
export function credentialsInvalid(): GoogleError {
  return new GoogleError(
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    [errorInfo('ACCESS_TOKEN_EXPIRED', 'googleapis.com', {})],
  );
}

/** The caller may not have its calls counted on the project. Text recalled. */
export function userProjectDenied(project: string): GoogleError {
  return new GoogleError(
    'PERMISSION_DENIED',
    `Caller does not have required permission to use project ${project}. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission, by visiting https://console.developers.google.com/iam-admin/iam/project?project=${project} and then retry. Propagation of the new permission may take a few minutes.`,
    [
      errorInfo('USER_PROJECT_DENIED', 'googleapis.com', {
        consumer: `projects/${project}`,
      }),
    ],
  );
}

/** The body of an injected error; 429 is too many requests, not too few machines. Source: reference, google section 3.8. */
export function injectedErrorBody(status: number): string {
  const name = (Object.keys(CODES) as RpcCode[]).find(
    code => CODES[code].http === status,
  );
  return JSON.stringify({
    error: {
      code: status,
      message: 'The request could not be served. [injected fault]',
      status: name ?? 'UNKNOWN',
      ...(status === 429 && {
        details: [errorInfo('RATE_LIMIT_EXCEEDED', 'googleapis.com', {})],
      }),
    },
  });
}
