import { z } from 'zod';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether an address stays on this machine. @public */
export function isLoopbackUrl(url: URL): boolean {
  return LOOPBACK.has(url.hostname);
}

/**
 * Address of an outside system from app-config: an https origin, or plain http on loopback when `insecure` is set beside it.
 * No path, query, user or password. Returns the problem, or undefined.
 * @public
 */
export function baseUrlProblem(
  text: string,
  insecure: boolean,
): string | undefined {
  // The parser is lenient: it drops tabs and line breaks, and reads `https:host` and `https:\\host` as addresses.
  if (!/^[a-z]+:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text))
    return 'is not an address such as https://dbc-a1b2.cloud.databricks.com';
  const url = new URL(text);
  if (url.username || url.password)
    return 'must not contain a user or password';
  if (/[?#]/.test(text)) return 'must not contain a query or fragment';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return 'must begin with https://';
  if (!isLoopbackUrl(url))
    return 'must begin with https://; plain http is for loopback addresses only';
  return insecure
    ? undefined
    : 'is plain http; set insecure: true beside it to allow that on loopback (never in production)';
}

/** A host of a connection: an origin, without a path. @public */
export const hostSchema = z
  .string()
  .refine(
    text => !URL.canParse(text) || new URL(text).pathname === '/',
    'must be a host without a path',
  )
  .transform(text => text.replace(/\/$/, ''));
