import type { IncomingMessage, ServerResponse } from 'node:http';

/** Header every control call carries. A page of another site cannot set it without a preflight, and we answer none. */
export const CONTROL_HEADER = 'x-simulator-control';

/** True for a path under `/__control`. */
export function isControlCall(url: URL): boolean {
  return (
    url.pathname === '/__control' || url.pathname.startsWith('/__control/')
  );
}

/**
 * Refuses what is not a local tool. The server listens on loopback only; the checks here are against a browser on the
 * same machine: another site's page (Origin, our header) and a name re-bound to 127.0.0.1 (Host).
 */
export function refuseControlCall(
  req: IncomingMessage,
  res: ServerResponse,
): boolean {
  const host = (req.headers.host ?? '').replace(/:\d+$/, '');
  const local = host === '127.0.0.1' || host === 'localhost';
  if (
    local &&
    req.headers[CONTROL_HEADER] === '1' &&
    req.headers.origin === undefined
  )
    return false;
  res.statusCode = 403;
  res.setHeader('content-type', 'application/json');
  res.end(
    JSON.stringify({
      error: `Control calls are local and carry the header '${CONTROL_HEADER}: 1'`,
    }),
  );
  return true;
}
