import type { Parameters } from 'backstage-plugin-modelops-common';

/** What stands in the row, the ledger and every answer instead of a secret value. */
export const MASK = '********';

/** Names whose value is masked although the platform does not mark the parameter as secret. Documented in the README. */
const SECRET_NAME =
  /pass(word|wd|phrase)|secret|token|credential|api[_-]?key|private[_-]?key|access[_-]?key/i;

/**
 * Parameters as they may be stored and shown: without the values of fields marked secret, of names that sound like a secret,
 * and without values equal to a secret the request itself carries.
 */
export function maskParameters(
  parameters: Readonly<Record<string, string | number | boolean>>,
  secrets: {
    fields: ReadonlySet<string>;
    values: readonly string[];
    /** Whether names come from a platform's job; those of a change are of served versions, such as `token-classifier-3`. */
    byName: boolean;
  },
): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const masked =
        secrets.fields.has(name) ||
        (secrets.byName && SECRET_NAME.test(name)) ||
        secrets.values.some(secret => String(value).includes(secret));
      return [name, masked && value !== '' ? MASK : value];
    }),
  );
}

/** Parameters whose value we still know, to compare a job with. */
export function unmasked(
  parameters: Parameters,
): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(parameters).filter(
      (entry): entry is [string, string | number | boolean] =>
        entry[1] !== MASK &&
        ['string', 'number', 'boolean'].includes(typeof entry[1]),
    ),
  );
}
