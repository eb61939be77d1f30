import {
  codeForStatus,
  codeForStrangeBody,
  isRefusalStatus,
  PlatformError,
  type PlatformErrorCode,
  type PlatformResponse,
  retryAfterSeconds,
} from 'backstage-plugin-modelops-node';
import { parseDatabricksJson } from './databricksJson';
import { errorSchema } from './databricksSchemas';

/** What a request was for, so that a refusal can say what to do. @internal */
export interface Purpose {
  /** What was asked for, `job/8123`. */
  target: string;
  /** Right on Databricks that it needs, `CAN_VIEW on job/8123`. */
  needs: string;
  /** Reads by id: there, Databricks says 400 INVALID_PARAMETER_VALUE where others say 404. */
  missingIsInvalid?: boolean;
  /** Reads something that a workspace need not have: that it is switched off there means that there is none of it. */
  offIsMissing?: boolean;
}

/** Databricks `error_code`. Source: reference, section 5.1, and `databricks/sdk/errors` of the Python SDK. */
const CODES: ReadonlyMap<string, PlatformErrorCode> = new Map([
  ['UNAUTHENTICATED', 'platform-refused-credential'],
  ['PERMISSION_DENIED', 'platform-permission-denied'],
  ['RESOURCE_DOES_NOT_EXIST', 'platform-not-found'],
  ['NOT_FOUND', 'platform-not-found'],
  // No such API on this host, which says nothing about the resource: a run must not be given up for it.
  ['ENDPOINT_NOT_FOUND', 'platform-response-invalid'],
  ['RESOURCE_CONFLICT', 'platform-conflict'],
  ['ALREADY_EXISTS', 'platform-conflict'],
  ['RESOURCE_ALREADY_EXISTS', 'platform-conflict'],
  ['ABORTED', 'platform-conflict'],
  ['REQUEST_LIMIT_EXCEEDED', 'platform-throttled'],
  ['RESOURCE_EXHAUSTED', 'platform-throttled'],
]);

/** `error_code` of what a workspace does not have: the old registry switched off, no Unity Catalog. */
const OFF: ReadonlySet<string> = new Set([
  'FEATURE_DISABLED',
  'METASTORE_DOES_NOT_EXIST',
]);

/** The error of an answer that is no success. @internal */
export function toPlatformError(
  connection: string,
  response: PlatformResponse,
  purpose: Purpose,
): PlatformError {
  const { status } = response;
  const body = errorSchema.safeParse(parseDatabricksJson(response.text));
  // A certain no is a 4xx in the platform's own words. A page in HTML may come from anything in between.
  const refused = body.success && isRefusalStatus(status);
  const code = body.success
    ? codeOf(status, body.data.error_code ?? undefined, purpose)
    : codeForStrangeBody(status);
  return new PlatformError(
    connection,
    code,
    sentenceFor(connection, code, status, purpose),
    { refused, retryAfterSeconds: retryAfterSeconds(response.headers) },
  );
}

function codeOf(
  status: number,
  errorCode: string | number | undefined,
  purpose: Purpose,
): PlatformErrorCode {
  if (status >= 500) return 'platform-failed';
  // A number instead of a word comes from the front door, which has not looked at rights: 403 is a bad token there.
  if (/^40[13]$/.test(String(errorCode))) return 'platform-refused-credential';
  if (errorCode === 'INVALID_PARAMETER_VALUE' && purpose.missingIsInvalid)
    return 'platform-not-found';
  if (purpose.offIsMissing && OFF.has(String(errorCode)))
    return 'platform-not-found';
  return CODES.get(String(errorCode)) ?? codeForStatus(status);
}

function sentenceFor(
  connection: string,
  code: PlatformErrorCode,
  status: number,
  { target, needs }: Purpose,
): string {
  switch (code) {
    case 'platform-refused-credential':
      return `${connection} refused a credential it had issued. Try again; if it lasts, check that the account is active there and its federation policy.`;
    case 'platform-permission-denied':
      return `${connection} denied access to ${target}. Ask its owner on Databricks for ${needs}.`;
    case 'platform-not-found':
      return `${connection} knows no ${target}. Check the annotation, and that it was not deleted on Databricks.`;
    case 'platform-throttled':
      return `${connection} limits the rate of requests. Wait a minute and try again.`;
    case 'platform-conflict':
      return `${target} of ${connection} was changed at the same time. Look at it on Databricks and try again.`;
    case 'platform-rejected-request':
      return `${connection} refused the request about ${target} as invalid (${status}). Check the parameters and the annotation.`;
    case 'platform-failed':
      return `${connection} failed with an error of its own (${status}). Try again later.`;
    default:
      return `${connection} answered ${status} with something that is not Databricks. Check the host of the connection.`;
  }
}
