import type { Request, RequestHandler, Response } from 'express';
import { parseJson, stringifyJson } from '../server/json';
import type { RequestLog } from '../server/requestLog';
import {
  credentialMissing,
  DatabricksError,
  invalidParameter,
  invalidToken,
} from './errors';
import type { Principal } from './principals';
import { requireScope } from './scopes';
import type { Sessions } from './Sessions';
import type { Workspace } from './Workspace';

/** A call that has been let in: who calls, and with what. */
export interface ApiCall {
  workspace: Workspace;
  principal: Principal;
  /** A path parameter, decoded. */
  param(name: string): string;
  /** A query parameter; the last one when repeated. */
  query(name: string): string | undefined;
  /** The JSON body. */
  body(): Record<string, unknown>;
}

/** An answer in another form than JSON, or with headers of its own. */
export class PlainAnswer {
  constructor(
    readonly body: string,
    readonly headers: Record<string, string>,
  ) {}
}

/** Makes routes of the REST API: credential, scope, handler, and errors in Databricks' shape. */
export type ApiRoute = (
  scopes: string[],
  handle: (call: ApiCall) => unknown,
) => RequestHandler;

/** Azure Databricks refuses a token with this many seconds left, or fewer. Source: reference, databricks section 1.2. */
const AZURE_MINIMUM_SECONDS = 30;

/** The maker of routes over one workspace. `running` is a function, because a reset replaces it. */
export function createApiRoute(
  running: () => { workspace: Workspace; sessions: Sessions },
  log: RequestLog,
): ApiRoute {
  return (scopes, handle) => async (req, res) => {
    try {
      const { workspace, sessions } = running();
      const session = sessions.findValid(
        bearerToken(req),
        workspace.behaviour.azure ? AZURE_MINIMUM_SECONDS : 0,
      );
      if (!session) throw invalidToken();
      log.setPrincipal(req, session.principal.userName);
      requireScope(session.scopes, scopes);
      const answer = await handle(toCall(req, workspace, session.principal));
      if (answer instanceof PlainAnswer) sendPlain(res, answer);
      else sendJson(res, 200, answer);
    } catch (error) {
      sendError(res, error);
    }
  };
}

/** Answers a path no API lives on, and a handler that threw. */
export function sendError(res: Response, error: unknown): void {
  const refusal =
    error instanceof DatabricksError
      ? error
      : new DatabricksError(500, 'INTERNAL_ERROR', `Simulator bug: ${error}`);
  if (refusal.status === 401)
    res.setHeader('www-authenticate', 'Bearer realm="DatabricksRealm"');
  if (refusal.status === 401 || refusal.status === 403) {
    res.setHeader(
      'x-databricks-reason-phrase',
      refusal.message.replace(/[^\x20-\x7e]/g, ' '),
    );
  }
  sendJson(res, refusal.status, refusal.body());
}

function sendJson(res: Response, status: number, value: unknown): void {
  res.statusCode = status;
  res.setHeader('content-type', 'application/json');
  res.end(stringifyJson(value));
}

function sendPlain(res: Response, { headers, body }: PlainAnswer): void {
  res.statusCode = 200;
  for (const [name, value] of Object.entries(headers))
    res.setHeader(name, value);
  res.end(body);
}

function bearerToken(req: Request): string {
  const token = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
  if (!token) throw credentialMissing();
  return token;
}

function toCall(
  req: Request,
  workspace: Workspace,
  principal: Principal,
): ApiCall {
  const { searchParams } = new URL(req.originalUrl, 'http://127.0.0.1');
  return {
    workspace,
    principal,
    param: name => req.params[name],
    query: name => searchParams.getAll(name).pop(),
    body: () => {
      try {
        const body = parseJson(String(req.body || '{}'));
        if (typeof body === 'object' && body !== null && !Array.isArray(body))
          return body as Record<string, unknown>;
      } catch {
        // Falls through to the same refusal as a body that is not an object.
      }
      throw new DatabricksError(
        400,
        'MALFORMED_REQUEST',
        'Could not parse request object: expected a JSON object',
      );
    },
  };
}

/** An int64 id from a query (text) or a body (number), kept exact. */
export function readId(value: unknown, field: string): bigint {
  if (value === undefined)
    throw invalidParameter(`Missing required field: ${field}`);
  if (/^\d{1,19}$/.test(String(value))) return BigInt(String(value));
  throw invalidParameter(`Invalid value for ${field}: expected an int64`);
}

/** A whole number from a query, within its limits. */
export function readLimit(
  value: string | undefined,
  name: string,
  limits: { default: number; max: number },
): number {
  if (value === undefined) return limits.default;
  if (!/^\d{1,9}$/.test(value))
    throw invalidParameter(
      `Invalid value for ${name}: expected a whole number`,
    );
  if (Number(value) > limits.max)
    throw invalidParameter(`${name} must be at most ${limits.max}`);
  return Number(value) === 0 ? limits.default : Number(value);
}
