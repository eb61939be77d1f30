import { DatabricksError } from './errors';

/** Which names a search is about. */
export type NameFilter = (name: string) => boolean;

/**
 * Reads the only filters that are needed here: `name = 'x'`, `name LIKE 'x%'` and `name ILIKE '%x%'`. Undefined without a
 * filter.
 */
export function readNameFilter(
  filter: string | undefined,
): NameFilter | undefined {
  if (filter === undefined || filter.trim() === '') return undefined;
  const parsed = /^\s*name\s*(=|LIKE|ILIKE)\s*(['"])(.*)\2\s*$/i.exec(filter);
  if (!parsed)
    throw new DatabricksError(
      400,
      'INVALID_PARAMETER_VALUE',
      `Invalid filter '${filter}'. Supported are name = 'x', name LIKE 'x' and name ILIKE 'x'.`,
    );
  const [, operator, , wanted] = parsed;
  if (operator === '=') return name => name === wanted;
  const pattern = new RegExp(
    `^${wanted
      .split('%')
      .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    operator.toUpperCase() === 'ILIKE' ? 'i' : '',
  );
  return name => pattern.test(name);
}
