import { z } from 'zod';

/** What a person writes: no control characters but tab and line breaks; databases and logs refuse the others. @public */
export const plainTextSchema = z
  .string()
  .regex(/^(?:[^\p{Cc}]|[\t\r\n])*$/u, 'must not contain control characters');

/** Full entity reference, `kind:namespace/name`, in lower case. @public */
export const entityRefSchema = z
  .string()
  .max(300)
  .regex(
    /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?:[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i,
    'must be a full entity reference, kind:namespace/name',
  )
  .transform(ref => ref.toLowerCase());

/** A bound resource, `<connection>:<resource>`: one of several that an annotation names. @public */
export const targetSchema = z
  .string()
  .max(600)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}:\S+$/,
    'has to be <connection>:<resource>',
  );

/** Version of a model as its registry writes it. @public */
export const versionSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,128}$/, 'is no version');

/** A point in time: RFC 3339, UTC, milliseconds. @public */
export const timestampSchema = z.iso.datetime({ precision: 3 });

/** Parameters by name, as the person typed them or as the platform got them. @public */
export const parametersSchema = z.record(z.string().min(1).max(128), z.json());
/** Parameters by name. @public */
export type Parameters = z.infer<typeof parametersSchema>;

/** Largest page of a list. @public */
export const MAX_PAGE = 100;

/** Query parameters of every paged list: an opaque cursor and a page size of 1–100 (default 25). @public */
export const pageQuerySchema = z.object({
  cursor: z.string().min(1).max(4096).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(25),
});

/** A page: its items and, unless it is the last one, the cursor of the next. @public */
export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

/** The schema of a page of `item`. @public */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().optional(),
  });
}

/**
 * How fresh an answer is that was read from a platform. With `failure` the platform could not be asked just now: this is
 * the last good answer that the same person had, read at `readAt`.
 * @public
 */
export const freshnessSchema = z.object({
  readAt: timestampSchema,
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
});
/** How fresh an answer is. @public */
export type Freshness = z.infer<typeof freshnessSchema>;
