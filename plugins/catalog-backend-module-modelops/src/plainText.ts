/** Control characters, halves of characters, and those that turn the direction of text or cannot be seen. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu;
/** What begins a heading, a quote, a list or a rule. */
const LEADING_MARKS = /^[\s#>*+=~|-]+/;

/**
 * Text of a platform as plain text on one line, at most `maxLength` characters; undefined if nothing is left. Backstage shows
 * descriptions as Markdown: without brackets and schemes there is no link, no image that tells somebody who looked, and no HTML.
 */
export function toPlainText(
  text: string | undefined,
  maxLength: number,
): string | undefined {
  const plain = (text ?? '')
    // What is far over the length need not be looked at.
    .slice(0, maxLength * 4)
    .replace(INVISIBLE, ' ')
    .replace(/[<[]/g, '(')
    .replace(/[>\]]/g, ')')
    .replace(/[`\\]/g, "'")
    .replace(/\b[a-z][a-z0-9+.-]*:\/\//gi, '')
    .replace(/\bwww\./gi, '')
    .replace(/\s+/g, ' ')
    .replace(LEADING_MARKS, '')
    .trim();
  const short =
    plain.length > maxLength
      ? `${plain
          .slice(0, maxLength - 1)
          .replace(/\p{Cs}/gu, '')
          .trim()}…`
      : plain;
  return short === '' ? undefined : short;
}
