import type { ApiCall } from '../apiRoute';
import { listPage } from '../listPage';
import { withReadMask } from './fieldMask';
import { ordered } from './listQuery';
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

/** The page of a list that a call asks for, in its order and under its read mask; an empty list has no field. */
export function listAnswer(
  call: ApiCall,
  field: string,
  views: Message[],
  orderFields: readonly string[],
): Message {
  const { items, nextPageToken } = listPage(
    call,
    ordered(views, call.query('orderBy'), orderFields),
    PAGES,
  );
  return {
    ...(items.length > 0 && {
      [field]: items.map(view => withReadMask(view, call.query('readMask'))),
    }),
    ...(nextPageToken && { nextPageToken }),
  };
}
