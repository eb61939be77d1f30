/** Longest description and name that is shown, in characters. */
const LONGEST_TEXT = 2_000;
const LONGEST_NAME = 320;

/** White space, control characters, halves of characters, and marks that turn the direction of writing. */
const UNSOUND =
  /[\s\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/**
 * Text that people wrote on a platform, to be shown as plain text: on one line, without characters that would change how the
 * rest is shown, and of at most `longest` characters. Undefined for nothing.
 * @public
 */
export function shownText(
  text: string | undefined,
  longest: number = LONGEST_TEXT,
): string | undefined {
  // Cut first: what a stranger made long must not be searched whole.
  const shown = text?.slice(0, longest).replace(UNSOUND, ' ').trim();
  return shown || undefined;
}

/** The name of a person, a group or a thing, as it is shown. @public */
export function shownName(name: string | undefined): string | undefined {
  return shownText(name, LONGEST_NAME);
}

/** At most so many bytes from the end, without a broken character at the beginning. @public */
export function tailOf(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let start = bytes.length - maxBytes;
  // Second and later bytes of a UTF-8 character are 0x80 to 0xBF.
  while (start < bytes.length && bytes[start] >= 0x80 && bytes[start] <= 0xbf)
    start += 1;
  return bytes.subarray(start).toString('utf8');
}
