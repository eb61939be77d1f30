import type { Request } from 'express';
import { LOCATION, PROJECT_NUMBER } from '../names';

/** The own host of a dedicated endpoint. Source: reference, google section 3.6. */
export function dedicatedDnsOf(id: string): string {
  return `${id}.${LOCATION}-${PROJECT_NUMBER}.prediction.vertexai.goog`;
}

/**
 * Whether a request came to the host that all endpoints share. One server plays all hosts, so the name that the caller used
 * tells them apart: `127.0.0.1` is the shared host, `localhost` or the endpoint's own name is the dedicated one.
 */
export function isSharedHost(request: Request): boolean {
  return request.hostname === '127.0.0.1';
}
