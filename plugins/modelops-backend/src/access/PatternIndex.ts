import { compileGlob, type Glob } from './glob';

interface Entry<T> {
  glob: Glob;
  value: T;
}

/**
 * Values by pattern. Finds the patterns that match a text without trying each: those without `*` by the text itself, the others by
 * what stands before their first and after their last `*`, once for each pair of lengths that occurs.
 */
export class PatternIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #byPattern = new Map<string, T>();
  readonly #byEnds = new Map<string, Entry<T>[]>();
  readonly #lengths = new Map<string, { prefix: number; suffix: number }>();

  /** The value of a pattern, made when it is asked for the first time. */
  getOrAdd(pattern: string, make: () => T): T {
    const known = this.#byPattern.get(pattern);
    if (known !== undefined) return known;
    const glob = compileGlob(pattern);
    const value = make();
    this.#byPattern.set(pattern, value);
    if (glob.wildcard) this.#addWildcard({ glob, value });
    else this.#exact.set(pattern, value);
    return value;
  }

  *matching(text: string): Generator<T> {
    const exact = this.#exact.get(text);
    if (exact !== undefined) yield exact;
    for (const { prefix, suffix } of this.#lengths.values()) {
      if (prefix + suffix > text.length) continue;
      const key = endsKey(
        text.slice(0, prefix),
        text.slice(text.length - suffix),
      );
      for (const { glob, value } of this.#byEnds.get(key) ?? []) {
        if (glob.matches(text)) yield value;
      }
    }
  }

  #addWildcard(entry: Entry<T>) {
    const { prefix, suffix } = entry.glob;
    const key = endsKey(prefix, suffix);
    const others = this.#byEnds.get(key);
    if (others) others.push(entry);
    else this.#byEnds.set(key, [entry]);
    this.#lengths.set(`${prefix.length} ${suffix.length}`, {
      prefix: prefix.length,
      suffix: suffix.length,
    });
  }
}

/** `*` cannot stand in either of the two. */
function endsKey(prefix: string, suffix: string): string {
  return `${prefix}*${suffix}`;
}
