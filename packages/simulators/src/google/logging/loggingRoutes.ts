import type { Express } from 'express';
import type { ApiCall, ApiRoute } from '../apiRoute';
import { invalidArgument, permissionDenied } from '../googleErrors';
import { readMessage, type Shape } from '../messages/readMessage';
import { PROJECT_ID, PROJECT_NUMBER } from '../names';
import { filteredEntries } from './logFilter';

/** Source: google/logging/v2/logging.proto, ListLogEntriesRequest. */
const REQUEST: Shape = {
  resourceNames: ['list', 'string'],
  filter: 'string',
  orderBy: 'string',
  pageSize: 'int32',
  pageToken: 'string',
};

/** Source: reference, google section 4. */
const DEFAULT_PAGE = 50;
const MAX_PAGE = 1000;
const MAX_RESOURCES = 100;

/** Cloud Logging, reading only. Source: reference, google section 4. */
export function loggingRoutes(app: Express, api: ApiRoute): void {
  app.post('/v2/entries\\:list', api(undefined, listEntries));
}

function listEntries(call: ApiCall): Record<string, unknown> {
  call.onlyQuery();
  const { pageToken, ...rest } = readMessage(call.body(), REQUEST);
  const { resourceNames = [], filter = '', orderBy = 'timestamp asc' } = rest;
  requireResources(call, resourceNames);
  const size = rest.pageSize ?? DEFAULT_PAGE;
  if (size < 1 || size > MAX_PAGE)
    throw invalidArgument(`page_size must be from 1 to ${MAX_PAGE}.`);
  if (orderBy !== 'timestamp asc' && orderBy !== 'timestamp desc')
    throw invalidArgument(
      "order_by must be 'timestamp asc' or 'timestamp desc'.",
    );

  // Everything besides the page must stay the same from page to page.
  const list = ['entries', call.principal.name, JSON.stringify(rest)].join(
    '\n',
  );
  const { pageTokens, logEntries } = call.cloud;
  const from = pageTokens.offsetOf(list, pageToken);
  // The search is not finished when the first page goes out: it is empty, and says so with a token.
  if (!pageToken) {
    filteredEntries([], filter);
    return { nextPageToken: pageTokens.issue(list, 0) };
  }
  const sign = orderBy.endsWith('asc') ? 1 : -1;
  const found = filteredEntries(logEntries, filter).sort(
    (a, b) => sign * compare(a.timestamp, b.timestamp),
  );
  const entries = found.slice(from, from + size);
  return {
    ...(entries.length > 0 && { entries }),
    ...(from + size < found.length && {
      nextPageToken: pageTokens.issue(list, from + size),
    }),
  };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function requireResources(call: ApiCall, names: string[]): void {
  if (names.length === 0)
    throw invalidArgument('At least one resource name is required.');
  if (names.length > MAX_RESOURCES)
    throw invalidArgument(`At most ${MAX_RESOURCES} resource names.`);
  for (const name of names) {
    if (!/^projects\/[^/]+$/.test(name))
      throw invalidArgument(`Invalid resource name '${name}'.`);
    const project = name.slice('projects/'.length);
    if (
      (project !== PROJECT_ID && project !== PROJECT_NUMBER) ||
      !call.may('logging.logEntries.list', name)
    )
      throw permissionDenied('logging.logEntries.list');
  }
}
