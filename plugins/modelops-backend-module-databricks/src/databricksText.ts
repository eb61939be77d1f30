/** Longest description and name that is shown, in characters. */
const LONGEST_TEXT = 2_000;
const LONGEST_NAME = 320;

/**
 * Text that people wrote on Databricks, to be shown as plain text: without control characters and marks that turn the
 * direction of writing, and of bounded length. Undefined for nothing.
 * @internal
 */
export function shownText(
  text: string | undefined,
  longest = LONGEST_TEXT,
): string | undefined {
  // Cut first: what a stranger made long must not be searched whole.
  const shown = text
    ?.slice(0, longest)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ')
    .trim();
  return shown || undefined;
}

/** The name of a person, a group or a thing, as it is shown. @internal */
export function shownName(name: string | undefined): string | undefined {
  return shownText(name, LONGEST_NAME);
}
