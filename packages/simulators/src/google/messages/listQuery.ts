import { invalidArgument } from '../googleErrors';
import { toJsonName, type Message } from './readMessage';

/** One condition: a field or a label, compared with a text; `:` asks whether a label is there. */
const CONDITION =
  /^(?<field>[a-zA-Z_]+)(?:\.(?<key>"[^"]*"|[^\s=!:"]+))?\s*(?<operator>!=|=|:)\s*(?<value>"[^"]*"|[^\s"]+)$/;

/** Which fields may be compared, by JSON name, and what they are of a message. */
export type ComparedFields = Record<string, (item: Message) => string>;

/**
 * Those messages that a list filter lets through. Of the grammar `AND` is here, no `OR` and no `NOT`. Source:
 * ListModelsRequest.filter, ListEndpointsRequest.filter.
 */
export function filtered(
  items: Message[],
  filter: string | undefined,
  fields: ComparedFields,
): Message[] {
  if (!filter?.trim()) return items;
  const conditions = filter
    .trim()
    .split(/\s+AND\s+/)
    .map(text => readCondition(text, filter, fields));
  return items.filter(item => conditions.every(holds => holds(item)));
}

function readCondition(
  text: string,
  filter: string,
  fields: ComparedFields,
): (item: Message) => boolean {
  const { field, key, operator, value } =
    CONDITION.exec(text.trim())?.groups ?? {};
  const wanted = unquoted(value);
  if (field === 'labels') {
    if (operator === ':')
      return item =>
        Object.hasOwn(item.labels ?? {}, key ? unquoted(key) : wanted);
    if (operator === '=' && key)
      return item => item.labels?.[unquoted(key)] === wanted;
  }
  const name = toJsonName(field ?? '');
  if (!Object.hasOwn(fields, name) || key || operator === ':')
    throw invalidArgument(`The filter "${filter}" is invalid.`);
  const of = fields[name];
  return item => (of(item) === wanted) === (operator === '=');
}

function unquoted(text = ''): string {
  return text.replace(/^"(.*)"$/, '$1');
}

/** In the order that `orderBy` asks for: `display_name, create_time desc`. Without one as they are. */
export function ordered(
  items: Message[],
  orderBy: string | undefined,
  fields: readonly string[],
): Message[] {
  if (!orderBy?.trim()) return items;
  const orders = orderBy.split(',').map(part => {
    const [name, direction = 'asc', ...more] = part.trim().split(/\s+/);
    const field = toJsonName(name);
    if (
      !fields.includes(field) ||
      !['asc', 'desc'].includes(direction) ||
      more.length > 0
    )
      throw invalidArgument(`The order_by "${orderBy}" is invalid.`);
    return { field, sign: direction === 'asc' ? 1 : -1 };
  });
  return [...items].sort((a, b) => {
    for (const { field, sign } of orders)
      if (a[field] !== b[field]) return a[field] < b[field] ? -sign : sign;
    return 0;
  });
}
