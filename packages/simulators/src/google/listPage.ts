import type { ApiCall } from './apiRoute';
import { invalidArgument } from './googleErrors';

/** One page of a list: the items as they are shown, and where the next page begins. */
export interface ListPage<T> {
  items: T[];
  /** Absent on the last page. */
  nextPageToken?: string;
}

/** Cuts the page out that `pageSize` and `pageToken` ask for. The token is good for the same list, filter and caller only. */
export function listPage<T>(
  call: ApiCall,
  items: T[],
  sizes: { default: number; max: number },
): ListPage<T> {
  const asked = call.query('pageSize') ?? '0';
  if (!/^\d{1,9}$/.test(asked))
    throw invalidArgument('page_size must be a whole number, 0 or above.');
  // A larger page than the largest is cut, not refused. Source: google.aip.dev/158.
  const size = Math.min(Number(asked) || sizes.default, sizes.max);
  const list = [
    call.request.path,
    call.query('filter'),
    call.query('orderBy'),
    call.principal.name,
  ].join('\n');
  const from = call.cloud.pageTokens.offsetOf(list, call.query('pageToken'));
  const to = from + size;
  return {
    items: items.slice(from, to),
    ...(to < items.length && {
      nextPageToken: call.cloud.pageTokens.issue(list, to),
    }),
  };
}
