import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import {
  IDEMPOTENCY_KEY_HEADER,
  idempotencyKeySchema,
  REST_ROUTES,
  type RestRoute,
  type RestRouteName,
} from 'backstage-plugin-modelops-common';
import { pipeline } from 'node:stream/promises';
import type express from 'express';
import type {
  ErrorRequestHandler,
  Request,
  RequestHandler,
  Response,
} from 'express';
import Router from 'express-promise-router';
import type { z } from 'zod';
import type { Download } from '../audit/AuditService';
import {
  InvalidRequestError,
  isOurs,
  ThrottledError,
  UnavailableError,
} from '../errors';
import type { Caller, IdentifiedCaller } from '../identity/Caller';
import { parseRequest } from './parseRequest';
import { bodyReader } from './readBody';
import type { RequestCallers } from './requestCaller';

type Routes = typeof REST_ROUTES;
type Parsed<R, K extends string> = R extends Record<
  K,
  infer S extends z.ZodType
>
  ? z.output<S>
  : undefined;

type CallerOf<R extends RestRoute> = R extends { caller: 'catalog' }
  ? undefined
  : R['idToken'] extends 'required'
  ? IdentifiedCaller
  : Caller;

/** What a handler gets: everything checked, nothing of the request itself. */
export interface Handled<R extends RestRoute> {
  caller: CallerOf<R>;
  path: Parsed<R, 'pathParameters'>;
  query: Parsed<R, 'query'>;
  body: Parsed<R, 'body'>;
  idempotencyKey: R extends { idempotencyKey: true } ? string : undefined;
}

/** One handler for each route of `REST_ROUTES`; a route without one does not compile. */
export type Handlers = {
  [N in RestRouteName]: (handled: Handled<Routes[N]>) => Promise<unknown>;
};

/** What a person may see is nobody else's, browser caches included. */
const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

/** Mounts every route of `REST_ROUTES` under /v1. Translates, and takes no decision. */
export function createRouter(options: {
  handlers: Handlers;
  callers: RequestCallers;
  logger: LoggerService;
}): express.Router {
  const router = Router();
  router.use('/v1', noStore);
  for (const name of Object.keys(REST_ROUTES) as RestRouteName[]) {
    const route: RestRoute = REST_ROUTES[name];
    const handler = options.handlers[name] as (
      handled: Handled<RestRoute>,
    ) => Promise<unknown>;
    const readBody = bodyReader(route);
    router[route.method](`/v1${route.path}`, async (req, res) => {
      // Who is asking comes before what is asked: a stranger learns nothing about the form of a request, and fills no memory.
      const caller = await callerOf(route, req, options.callers);
      await readBody(req, res);
      const answer = await handler({
        caller,
        ...parseAll(route, req),
      } as Handled<RestRoute>);
      await send(route, res, answer, options.logger);
    });
  }
  router.use(hideUnexpected(options.logger));
  return router;
}

function callerOf(
  route: RestRoute,
  req: Request,
  callers: RequestCallers,
): Promise<Caller | void> {
  if (route.caller === 'catalog') return callers.catalogService(req);
  if (route.idToken === 'required') return callers.identified(req);
  return route.idToken === 'accepted'
    ? callers.known(req)
    : callers.signedIn(req);
}

function parseAll(route: RestRoute, req: Request) {
  return {
    path:
      route.pathParameters && parseRequest(route.pathParameters, req.params),
    query: route.query && parseRequest(route.query, req.query),
    body: route.body && parseRequest(route.body, req.body),
    idempotencyKey: route.idempotencyKey ? parseIdempotencyKey(req) : undefined,
  };
}

function parseIdempotencyKey(req: Request): string {
  const key = idempotencyKeySchema.safeParse(
    req.header(IDEMPOTENCY_KEY_HEADER),
  );
  if (key.success) return key.data;
  throw new InvalidRequestError(
    'idempotency-key-invalid',
    `Send the header ${IDEMPOTENCY_KEY_HEADER} with 16 to 128 of A-Z a-z 0-9 _ -`,
  );
}

async function send(
  route: RestRoute,
  res: Response,
  answer: unknown,
  logger: LoggerService,
): Promise<void> {
  res.status(route.status);
  if (route.answer === 'download')
    return sendFile(res, answer as Download, logger);
  if (route.answer === 'text/plain') {
    res
      .set('X-Content-Type-Options', 'nosniff')
      .type('text/plain; charset=utf-8')
      .send(answer);
  } else {
    res.json(answer);
  }
  return undefined;
}

/** An error in the middle cuts the connection, so that what was sent is not taken for the whole. */
async function sendFile(
  res: Response,
  file: Download,
  logger: LoggerService,
): Promise<void> {
  res
    .set('X-Content-Type-Options', 'nosniff')
    .set('Content-Disposition', `attachment; filename="${file.fileName}"`)
    .type(file.contentType);
  await pipeline(file.body, res).catch(error => {
    logger.warn(`A download ended early: ${stringifyError(error)}`);
    res.destroy();
  });
}

/** Errors of Backstage that are as safe as ours: they say what was wrong with the request. */
const SAFE_NAMES = new Set([
  'AuthenticationError',
  'NotAllowedError',
  'NotFoundError',
  'InputError',
]);

/** What is not made to be shown goes to the log, and the browser learns only that something went wrong. */
function hideUnexpected(logger: LoggerService): ErrorRequestHandler {
  return (error, _req, res, next) => {
    if (error instanceof ThrottledError && error.retryAfterSeconds)
      res.set('Retry-After', String(error.retryAfterSeconds));
    if (isOurs(error) || SAFE_NAMES.has(error?.name)) return next(error);
    logger.error(`Unexpected error: ${stringifyError(error)}`);
    return next(
      new UnavailableError(
        'internal',
        'Something went wrong. It is in the log of the backend.',
      ),
    );
  };
}
