import type { Request, RequestHandler } from 'express';
import { stringifyJson } from './json';

/** A control route: its result is the answer, its error a 400 with the reason. */
export function controlRoute(
  handle: (req: Request) => unknown,
): RequestHandler {
  return async (req, res) => {
    res.setHeader('content-type', 'application/json');
    try {
      res.end(stringifyJson((await handle(req)) ?? {}));
    } catch (error) {
      res.statusCode = 400;
      res.end(stringifyJson({ error: String((error as Error).message) }));
    }
  };
}
