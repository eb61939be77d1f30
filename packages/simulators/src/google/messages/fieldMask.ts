import { invalidArgument } from '../googleErrors';
import { toJsonName, type Message } from './readMessage';

/**
 * The paths of a field mask, by JSON names: from a query it is text with commas, JSON and proto names both count. A path
 * that is not in `allowed` is refused.
 */
export function readFieldMask(
  mask: string | undefined,
  allowed: readonly string[],
): string[] {
  const paths = (mask ?? '')
    .split(',')
    .map(path => toJsonName(path.trim()))
    .filter(path => path !== '');
  if (paths.length === 0)
    throw invalidArgument('The update mask is required and must not be empty.');
  for (const path of paths)
    if (!allowed.includes(path))
      throw invalidArgument(`Update of field path "${path}" is not supported.`);
  return paths;
}

/** What a read mask leaves of an answer: whole top-level fields. Without a mask, or with `*`, all of it. */
export function withReadMask(view: Message, mask: string | undefined): Message {
  if (mask === undefined || mask === '' || mask === '*') return view;
  const kept = mask.split(',').map(path => {
    const [field] = toJsonName(path.trim()).split('.');
    return field;
  });
  return Object.fromEntries(
    Object.entries(view).filter(([field]) => kept.includes(field)),
  );
}
