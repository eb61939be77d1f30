/** A compiled pattern: anchored, `*` stands for any characters (none and `:` and `/` included). @public */
export interface Glob {
  readonly pattern: string;
  /** Text before the first `*`; the whole pattern if there is none. */
  readonly prefix: string;
  /** Text after the last `*`; empty if there is none. */
  readonly suffix: string;
  readonly wildcard: boolean;
  matches(text: string): boolean;
}

/**
 * Compiles a pattern. Matching looks for each piece once, from left to right, and never goes back: its time grows with the
 * length of the text, whatever the pattern. (A regular expression with several `.*` would try all ways to share the text out.)
 * @public
 */
export function compileGlob(pattern: string): Glob {
  const [prefix, ...rest] = pattern.split(/\*+/);
  if (rest.length === 0) {
    return {
      pattern,
      prefix,
      suffix: '',
      wildcard: false,
      matches: text => text === pattern,
    };
  }
  const suffix = rest.pop() as string;
  const pieces = rest;
  const shortest = prefix.length + suffix.length;
  return {
    pattern,
    prefix,
    suffix,
    wildcard: true,
    matches(text) {
      if (
        text.length < shortest ||
        !text.startsWith(prefix) ||
        !text.endsWith(suffix)
      ) {
        return false;
      }
      const end = text.length - suffix.length;
      let from = prefix.length;
      for (const piece of pieces) {
        const at = text.indexOf(piece, from);
        if (at === -1 || at + piece.length > end) return false;
        from = at + piece.length;
      }
      return true;
    },
  };
}
