import type { RestRoute } from 'backstage-plugin-modelops-common';
import express, { type Request, type Response } from 'express';
import { InvalidRequestError } from '../errors';
import { isNestedDeeper, MAX_NESTING } from '../reading/nesting';

/** Largest body of a request, in bytes, unless its route says otherwise. */
const MAX_BODY_BYTES = 100 * 1024;

/** Reads the body of a route's requests, if it has one. What it throws says nothing of what the body says. */
export function bodyReader(
  route: RestRoute,
): (req: Request, res: Response) => Promise<void> {
  if (!route.body) return async () => {};
  const limit = route.maxBodyBytes ?? MAX_BODY_BYTES;
  const parse = express.json({ limit, strict: true });
  return async (req, res) => {
    await new Promise<void>((resolve, reject) => {
      parse(req, res, error => (error ? reject(error) : resolve()));
    }).catch(error => {
      throw toOurs(error, route, limit);
    });
    if (isNestedDeeper(req.body, MAX_NESTING)) {
      throw new InvalidRequestError(
        'request-invalid',
        `request: the body is nested more than ${MAX_NESTING} deep`,
      );
    }
  };
}

/** Errors of express.json carry a type such as `entity.parse.failed`, and the body itself, which must not go back. */
function toOurs(error: unknown, route: RestRoute, limit: number): unknown {
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (typeof type !== 'string' || typeof status !== 'number' || status >= 500)
    return error;
  return type === 'entity.too.large' && route.maxBodyBytes !== undefined
    ? new InvalidRequestError(
        'prediction-too-large',
        `request: the body has more than ${limit} bytes`,
      )
    : new InvalidRequestError(
        'request-invalid',
        `request: the body is not JSON of at most ${limit} bytes`,
      );
}
