import type { Request, RequestHandler, Response } from 'express';
import type { RequestLog } from '../server/requestLog';
import type { GoogleCloud } from './GoogleCloud';
import type { Session } from './GoogleSessions';
import {
  badRequest,
  credentialsInvalid,
  credentialsMissing,
  GoogleError,
  invalidArgument,
  permissionDenied,
  userProjectDenied,
} from './googleErrors';
import { isGranted } from './grants';
import { LOCATION, PROJECT_ID, PROJECT_NUMBER } from './names';
import type { Principal } from './principals';

/** A call that has been let in: who calls, and with what. */
export interface ApiCall {
  cloud: GoogleCloud;
  principal: Principal;
  session: Session;
  /** The request itself, for what is not JSON. */
  request: Request;
  /** A path parameter, decoded. */
  param(name: string): string;
  /** A query parameter; the last one when repeated. */
  query(name: string): string | undefined;
  /** Refuses query parameters the method does not know, as the API's front door does. */
  onlyQuery(...names: string[]): void;
  /** The JSON body; `{}` when there is none. */
  body(): Record<string, unknown>;
  /** Refuses the call unless the principal has one more permission; on the called resource unless told. */
  require(permission: string, resource?: string): void;
  /** Whether the principal has a permission on a resource. */
  may(permission: string, resource: string): boolean;
}

/** An answer in another form than JSON, or with headers of its own. */
export class PlainAnswer {
  constructor(
    readonly body: string | Buffer,
    readonly headers: Record<string, string>,
    readonly status = 200,
  ) {}
}

/**
 * Makes routes of the JSON APIs: credential, user project, permission on the called resource, handler, errors as
 * google.rpc.Status. Without a permission the handler checks by itself.
 */
export type ApiRoute = (
  permission: string | undefined,
  handle: (call: ApiCall) => unknown,
) => RequestHandler;

/** Scopes that open every simulated API. */
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

/** Query parameters every method takes. The official clients send `$alt`. */
const SYSTEM_PARAMETERS = ['$alt', 'alt', 'fields', 'prettyPrint', 'quotaUser'];

/** The maker of routes over one cloud. `running` is a function, because a reset replaces it. */
export function createApiRoute(
  running: () => GoogleCloud,
  log: RequestLog,
): ApiRoute {
  return (permission, handle) => async (req, res) => {
    try {
      const cloud = running();
      const session = cloud.sessions.findValid(bearerToken(req));
      if (!session) throw credentialsInvalid();
      log.setPrincipal(req, session.principal.name);
      const call = toCall(req, cloud, session);
      requireScope(session);
      requireUserProject(call);
      requirePlace(req);
      if (permission) call.require(permission);
      const answer = await handle(call);
      if (answer instanceof PlainAnswer) sendPlain(res, answer);
      else sendJson(res, 200, answer ?? {});
    } catch (error) {
      sendError(res, error);
    }
  };
}

/** Answers a path no API lives on, and a handler that threw. */
export function sendError(res: Response, error: unknown): void {
  const refusal =
    error instanceof GoogleError
      ? error
      : new GoogleError('INTERNAL', `Simulator bug: ${error}`);
  if (refusal.status === 'UNAUTHENTICATED')
    res.setHeader(
      'www-authenticate',
      'Bearer realm="https://accounts.google.com/"',
    );
  sendJson(res, refusal.httpStatus, refusal.body());
}

export function sendJson(res: Response, status: number, value: unknown): void {
  res.statusCode = status;
  res.setHeader('content-type', 'application/json; charset=UTF-8');
  res.end(JSON.stringify(value, null, 2));
}

function sendPlain(res: Response, answer: PlainAnswer): void {
  res.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers))
    res.setHeader(name, value);
  res.end(answer.body);
}

function bearerToken(req: Request): string {
  const token = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
  if (!token) throw credentialsMissing();
  return token;
}

function requireScope(session: Session): void {
  if (!session.scopes.includes(CLOUD_PLATFORM))
    throw new GoogleError(
      'PERMISSION_DENIED',
      'Request had insufficient authentication scopes.',
      [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
          domain: 'googleapis.com',
        },
      ],
    );
}

/** The project a call is counted on is checked before everything else. Source: reference, google section 1. */
function requireUserProject(call: ApiCall): void {
  const header = call.request.headers['x-goog-user-project'];
  const project = header === undefined ? call.session.userProject : `${header}`;
  if (project === undefined) return;
  const known = project === PROJECT_ID || project === PROJECT_NUMBER;
  if (
    !known ||
    !call.may('serviceusage.services.use', `projects/${PROJECT_NUMBER}`)
  )
    throw userProjectDenied(project);
}

/** Another project looks like one without rights; another location is not this host's. Texts recalled. */
function requirePlace(req: Request): void {
  const { project, location } = req.params;
  if (
    project !== undefined &&
    project !== PROJECT_ID &&
    project !== PROJECT_NUMBER
  )
    throw new GoogleError(
      'PERMISSION_DENIED',
      `Permission denied on resource project ${project}.`,
      [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'CONSUMER_INVALID',
          domain: 'googleapis.com',
          metadata: { consumer: `projects/${project}` },
        },
      ],
    );
  if (location !== undefined && location !== LOCATION)
    throw invalidArgument(
      `The location '${location}' in the resource name is not served here; expected '${LOCATION}'.`,
    );
}

/** The resource a path is about: `projects/p/locations/l` of a collection, the whole name of one resource. */
function calledResource(req: Request): string {
  const path = decodeURIComponent(req.path).replace(/^\/v\d+\//, '');
  const [name] = path.split(':');
  const segments = name.split('/');
  // A name has pairs of collection and id; an odd segment at the end is a collection, and its parent is asked.
  return segments.slice(0, segments.length - (segments.length % 2)).join('/');
}

function toCall(req: Request, cloud: GoogleCloud, session: Session): ApiCall {
  const { searchParams } = new URL(req.originalUrl, 'http://127.0.0.1');
  const { principal } = session;
  const may = (permission: string, resource: string) =>
    isGranted(cloud.grants, principal, permission, resource);
  return {
    cloud,
    principal,
    session,
    request: req,
    param: name => req.params[name],
    query: name => searchParams.getAll(name).pop(),
    onlyQuery: (...names) => {
      for (const name of searchParams.keys()) {
        if (!names.includes(name) && !SYSTEM_PARAMETERS.includes(name))
          throw badRequest(
            '',
            `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
          );
      }
    },
    body: () => readObject(req),
    may,
    require: (permission, resource = calledResource(req)) => {
      if (!may(permission, resource))
        throw permissionDenied(permission, resource);
    },
  };
}

function readObject(req: Request): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(String(req.body || '{}'));
  } catch {
    throw invalidArgument('Invalid JSON payload received.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidArgument(
      'Invalid JSON payload received. Root element must be a message.',
    );
  return body as Record<string, unknown>;
}
