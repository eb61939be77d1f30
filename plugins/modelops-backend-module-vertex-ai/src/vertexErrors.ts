import { ERROR_CODES } from 'backstage-plugin-modelops-common';
import {
  codeForStatus,
  codeForStrangeBody,
  isRefusalStatus,
  PlatformError,
  type PlatformErrorCode,
  type PlatformResponse,
  retryAfterSeconds,
} from 'backstage-plugin-modelops-node';
import { parseGoogleStatus, type GoogleStatus } from './google/googleStatus';

/** What a request was for, so that a refusal can say what to do. @internal */
export interface Purpose {
  /** What was asked for, `endpoint/4567`. */
  target: string;
  /** Permission that it needs, `aiplatform.endpoints.get`. */
  needs: string;
  /** Service account that what is made runs as: the caller needs `iam.serviceAccounts.actAs` on it. */
  actAs?: string;
  /** Machines that are asked for, `2 × n1-standard-8 with 1 NVIDIA_TESLA_T4`: without quota for them a 429 is about them. */
  asksFor?: string;
}

/** What to do when there is no quota. @internal */
export const QUOTA_ADVICE = `${ERROR_CODES['job-quota-exceeded']}.`;

/** google.rpc codes by name. Source: google/rpc/code.proto. */
const CODES: ReadonlyMap<string, PlatformErrorCode> = new Map([
  ['UNAUTHENTICATED', 'platform-refused-credential'],
  ['PERMISSION_DENIED', 'platform-permission-denied'],
  ['NOT_FOUND', 'platform-not-found'],
  ['ALREADY_EXISTS', 'platform-conflict'],
  ['ABORTED', 'platform-conflict'],
  ['INVALID_ARGUMENT', 'platform-rejected-request'],
  ['FAILED_PRECONDITION', 'platform-rejected-request'],
  ['OUT_OF_RANGE', 'platform-rejected-request'],
]);

/** The error of an answer that is no success. `project`: whose owner can help. @internal */
export function toPlatformError(
  connection: { id: string; project: string },
  response: PlatformResponse,
  purpose: Purpose,
): PlatformError {
  const { status } = response;
  const said = parseGoogleStatus(response.text);
  // A certain no is a 4xx in Google's own form. A page in HTML may come from anything in between.
  const refused = said !== undefined && isRefusalStatus(status);
  const code = said
    ? codeOf(status, purpose, said)
    : codeForStrangeBody(status);
  return new PlatformError(
    connection.id,
    code,
    sentenceFor(connection, code, status, purpose, said),
    { refused, retryAfterSeconds: retryAfterSeconds(response.headers) },
  );
}

function codeOf(
  status: number,
  purpose: Purpose,
  said: GoogleStatus,
): PlatformErrorCode {
  if (status >= 500) return 'platform-failed';
  if (status === 429)
    // Too many requests a minute and too few machines both are RESOURCE_EXHAUSTED. Only the first has a reason of its own, and
    // the words of the second are not documented: who asked for machines got none.
    return said.reason !== 'RATE_LIMIT_EXCEEDED' &&
      (said.quotaMetric || purpose.asksFor)
      ? 'platform-quota-exceeded'
      : 'platform-throttled';
  return CODES.get(said.status ?? '') ?? codeForStatus(status);
}

function sentenceFor(
  connection: { id: string; project: string },
  code: PlatformErrorCode,
  status: number,
  purpose: Purpose,
  said: GoogleStatus | undefined,
): string {
  const { id } = connection;
  const { target } = purpose;
  switch (code) {
    case 'platform-refused-credential':
      return `${id} refused a credential that Google had issued. Try again; if it lasts, check that the pool and its provider are enabled, and that the service account is.`;
    case 'platform-permission-denied':
      return deniedSentence(connection, purpose, said);
    case 'platform-not-found':
      return `${id} knows no ${target}. Check the annotation, project and location of the connection, and that it was not deleted on Google Cloud.`;
    case 'platform-throttled':
      return `${id} limits the rate of requests. Wait a minute and try again.`;
    case 'platform-quota-exceeded':
      return `${quotaSentence(
        connection.project,
        purpose.asksFor,
        said?.quotaMetric,
      )} ${QUOTA_ADVICE}`;
    case 'platform-conflict':
      return `${target} of ${id} was changed at the same time, or exists already. Look at it on Google Cloud and try again.`;
    case 'platform-rejected-request':
      return `${id} refused the request about ${target} as invalid (${
        said?.status ?? status
      }). Check the parameters, and what the connection and its template say${
        purpose.asksFor
          ? `: ${purpose.asksFor} may not exist in this location`
          : ''
      }.`;
    case 'platform-failed':
      return `${id} failed with an error of its own (${status}). Try again later.`;
    default:
      return `${id} answered ${status} with something that is not Vertex AI. Check the host of the connection.`;
  }
}

/**
 * That there is no quota, for what, and which. Where Google names no quota, as many machines as were asked for may just not be
 * free: the code, RESOURCE_EXHAUSTED, is the same.
 * @internal
 */
export function quotaSentence(
  project: string,
  asksFor: string | undefined,
  quotaMetric: string | undefined,
): string {
  return `The quota of project ${project} is used up${
    quotaMetric ? ` (${quotaMetric})` : ', or its location has no machine free'
  }${asksFor ? `; asked for was ${asksFor}` : ''}.`;
}

/** Reasons of a 403 that are not about the permission of the request. Source: google/api/error_reason.proto. */
function deniedSentence(
  { id, project }: { id: string; project: string },
  { target, needs, actAs }: Purpose,
  said: GoogleStatus | undefined,
): string {
  const permission = said?.permission ?? needs;
  switch (said?.reason) {
    case 'SERVICE_DISABLED':
      return `${id} denied access to ${target}: an API is not enabled in project ${project}. Ask the owner of the project to enable aiplatform.googleapis.com and logging.googleapis.com.`;
    case 'USER_PROJECT_DENIED':
      return missingServiceUse(id, target);
    case 'ACCESS_TOKEN_SCOPE_INSUFFICIENT':
      return `${id} denied access to ${target}: the scopes of the credential do not reach so far. Check 'scopes' of the connection.`;
    case 'SECURITY_POLICY_VIOLATED':
      return `${id} denied access to ${target}: a VPC Service Controls perimeter keeps this portal out of project ${project}. Ask the owner of the perimeter.`;
    default:
  }
  if (permission === 'serviceusage.services.use')
    return missingServiceUse(id, target);
  if (permission === 'iam.serviceAccounts.actAs')
    return `${id} denied access to ${target}: the permission iam.serviceAccounts.actAs is missing on ${
      actAs ?? 'the service account that it runs as'
    }. Ask its owner for roles/iam.serviceAccountUser on that account.`;
  return `${id} denied access to ${target}: the permission ${permission} is missing in project ${project}. Ask the owner of the project for a role that has it${roleWith(
    permission,
  )}.`;
}

function missingServiceUse(id: string, target: string): string {
  return `${id} denied access to ${target}: the permission serviceusage.services.use is missing on the project that calls are counted on (userProject of the connection). Ask the owner of that project for roles/serviceusage.serviceUsageConsumer.`;
}

/** A predefined role with a permission, by its service. Source: reference, sections 3.8 and 4. */
function roleWith(permission: string): string {
  if (/^aiplatform\.[A-Za-z]+\.(get|list)$/.test(permission))
    return ', such as roles/aiplatform.viewer';
  if (permission.startsWith('aiplatform.'))
    return ', such as roles/aiplatform.user';
  if (permission.startsWith('logging.'))
    return ', such as roles/logging.viewer';
  if (permission.startsWith('storage.'))
    return ', such as roles/storage.objectViewer';
  return '';
}
