import { z } from 'zod';

// JSON of protocol buffers: what has its default value is left out, so everything may be absent.

/** Text that may be absent; an empty one is. @internal */
export const text = z
  .string()
  .nullish()
  .transform(value => value || undefined);

/** RFC 3339, with up to nine digits of a second. @internal */
export const time = z
  .string()
  .max(40)
  .nullish()
  .transform((value, context) => {
    if (!value) return undefined;
    const date = new Date(value);
    if (!Number.isNaN(date.getTime())) return date;
    context.addIssue('is no time');
    return z.NEVER;
  });

/** A list that may be absent. @internal */
export function listOf<S extends z.ZodType>(item: S) {
  return z
    .array(item)
    .nullish()
    .transform(items => items ?? []);
}

/** Labels of a resource. @internal */
export const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform(map => map ?? {});
