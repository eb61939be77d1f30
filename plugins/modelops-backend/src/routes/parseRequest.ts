import type { z } from 'zod';
import { InvalidRequestError } from '../errors';

/** Most problems of a request that one answer names. */
const MAX_NAMED = 5;

/** Checks what came in. Throws `request-invalid`, which names the fields and what they have to be, never their values. */
export function parseRequest<S extends z.ZodType>(
  schema: S,
  value: unknown,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, MAX_NAMED)
    .map(
      issue =>
        `${
          issue.path.map(String).join('.').slice(0, 80) || 'request'
        }: ${issue.message.slice(0, 200)}`,
    );
  throw new InvalidRequestError('request-invalid', problems.join('; '));
}
