import { invalidArgument } from '../googleErrors';

/** Lowercase letters of any script, digits, `_` and `-`. Source: Endpoint.labels. */
const LABEL = /^[\p{Ll}\p{Lo}\p{N}_-]*$/u;
const MAX_LABELS = 64;
const MAX_CODE_POINTS = 64;

/** Refuses labels that a resource cannot have. */
export function requireLabels(
  labels: Record<string, string> | undefined,
): Map<string, string> {
  const entries = Object.entries(labels ?? {});
  if (entries.length > MAX_LABELS)
    throw invalidArgument(`A resource can have at most ${MAX_LABELS} labels.`);
  for (const [key, value] of entries)
    if (key === '' || !isLabel(key) || !isLabel(value))
      throw invalidArgument(
        `Label "${key}" is invalid: keys and values can be no longer than ${MAX_CODE_POINTS} characters and can only contain lowercase letters, numeric characters, underscores and dashes.`,
      );
  return new Map(entries);
}

function isLabel(text: string): boolean {
  return LABEL.test(text) && [...text].length <= MAX_CODE_POINTS;
}
