import type { ApiCall } from '../apiRoute';
import { listPage } from '../listPage';
import { withReadMask } from './fieldMask';
import { filtered, ordered, type ComparedFields } from './listQuery';
import type { Message } from './readMessage';

/** Query parameters of a list. */
export const LIST_QUERY = [
  'filter',
  'orderBy',
  'pageSize',
  'pageToken',
  'readMask',
];

/** The default and the largest page are not documented for models and endpoints; these are those of other lists. */
const PAGES = { default: 50, max: 100 };

/** How one list is answered. */
export interface ListKind<T> {
  /** Name of the answer's list. */
  field: string;
  view(item: T): Message;
  /** What a filter may compare, beside labels. */
  compared?: ComparedFields;
  orderFields?: readonly string[];
}

/** The page of a list that a call asks for, in its order and under its read mask; an empty list has no field. */
export function listAnswer<T>(
  call: ApiCall,
  items: T[],
  { field, view, compared = {}, orderFields = [] }: ListKind<T>,
): Message {
  const [filter, orderBy] = [call.query('filter'), call.query('orderBy')];
  // Thousands of models are not all written down for a page of them.
  const plain = !filter && !orderBy;
  const chosen = plain
    ? items
    : ordered(
        filtered(items.map(view), filter, compared),
        orderBy,
        orderFields,
      );
  const page = listPage<T | Message>(call, chosen, PAGES);
  const views = plain
    ? (page.items as T[]).map(view)
    : (page.items as Message[]);
  return {
    ...(views.length > 0 && {
      [field]: views.map(one => withReadMask(one, call.query('readMask'))),
    }),
    ...(page.nextPageToken && { nextPageToken: page.nextPageToken }),
  };
}
