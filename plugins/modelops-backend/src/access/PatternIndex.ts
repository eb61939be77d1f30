import { compileGlob, type Glob } from 'backstage-plugin-modelops-common';

interface Entry<T> {
  glob: Glob;
  value: T;
}

/** Patterns by one gram each, and those that say too little to have one. */
interface ByGram<T> {
  found: Map<number, Entry<T>[]>;
  /** 1 at the place of each gram of `found`: where there is 0 no look into the map is needed, and most grams end here. */
  marks: Uint8Array;
  others: Entry<T>[];
}

/** Characters of a gram, a piece of text that patterns are found by. Four of seven bits each are one small number. */
const GRAM = 4;
/** Places of marks: many more than there are patterns, few enough to stay in the processor's cache. */
const MARKS = 2 ** 16;
const PLACE_SHIFT = 16;

/**
 * Values by pattern. Finds the patterns that match a text without trying each: those without `*` by the text itself, each of the
 * others by a gram that it has between its `*`, the one that fewest others have. Every text that it matches has that gram too.
 */
export class PatternIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #byPattern = new Map<string, T>();
  readonly #wildcards: Entry<T>[] = [];
  #byGram?: ByGram<T>;
  #last?: { text: string; values: readonly T[] };

  /** The value of a pattern, made when it is asked for the first time. */
  getOrAdd(pattern: string, make: () => T): T {
    const known = this.#byPattern.get(pattern);
    if (known !== undefined) return known;
    const glob = compileGlob(pattern);
    const value = make();
    this.#byPattern.set(pattern, value);
    if (glob.wildcard) this.#wildcards.push({ glob, value });
    else this.#exact.set(pattern, value);
    this.#byGram = undefined;
    this.#last = undefined;
    return value;
  }

  matching(text: string): readonly T[] {
    // A refusal asks twice: which rules are the asker's, and which are anybody's.
    if (this.#last?.text !== text) {
      this.#last = { text, values: this.#find(text) };
    }
    return this.#last.values;
  }

  #find(text: string): T[] {
    this.#byGram ??= arrange(this.#wildcards);
    const { found, marks, others } = this.#byGram;
    const near = new Set([others]);
    eachGram(text, gram => {
      if (!marks[placeOf(gram)]) return;
      const entries = found.get(gram);
      if (entries) near.add(entries);
    });
    const exact = this.#exact.get(text);
    const values: T[] = exact === undefined ? [] : [exact];
    for (const entries of near) {
      for (const { glob, value } of entries) {
        if (glob.matches(text)) values.push(value);
      }
    }
    return values;
  }
}

function arrange<T>(entries: readonly Entry<T>[]): ByGram<T> {
  const timesOf = new Map<number, number>();
  for (const { glob } of entries) {
    eachGramOf(glob, gram => timesOf.set(gram, (timesOf.get(gram) ?? 0) + 1));
  }
  const arranged: ByGram<T> = {
    found: new Map(),
    marks: new Uint8Array(MARKS),
    others: [],
  };
  for (const entry of entries) {
    let rarest: number | undefined;
    eachGramOf(entry.glob, gram => {
      if (rarest === undefined || timesOf.get(gram)! < timesOf.get(rarest)!)
        rarest = gram;
    });
    if (rarest === undefined) {
      arranged.others.push(entry);
      continue;
    }
    const alike = arranged.found.get(rarest);
    if (alike) alike.push(entry);
    else {
      arranged.found.set(rarest, [entry]);
      arranged.marks[placeOf(rarest)] = 1;
    }
  }
  return arranged;
}

function eachGramOf(glob: Glob, tell: (gram: number) => void): void {
  for (const piece of glob.pattern.split('*')) eachGram(piece, tell);
}

/** Spreads grams over the places. Two may share one; then the map is asked in vain. */
function placeOf(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> PLACE_SHIFT;
}

/** Two pieces of text may be the same gram; then a pattern is tried that does not match. */
function eachGram(text: string, tell: (gram: number) => void): void {
  let gram = 0;
  for (let at = 0; at < text.length; at++) {
    // Seven bits a letter, in one small integer: this runs for each letter of each question.
    // eslint-disable-next-line no-bitwise
    gram = ((gram << 7) | (text.charCodeAt(at) & 0x7f)) & 0xfffffff;
    if (at >= GRAM - 1) tell(gram);
  }
}
