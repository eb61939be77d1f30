/** What a condition may look at. */
export interface ConditionInput {
  assertion: Record<string, unknown>;
  google: { subject: string; groups: string[] };
}

const PATH = String.raw`(?:assertion|google)(?:\.\w+)+`;
const LITERAL = String.raw`true|false|\d+|'[^'&]*'|"[^"&]*"`;
const COMPARISON = new RegExp(`^(${PATH})\\s*(==|!=)\\s*(${LITERAL})$`);
const MEMBERSHIP = new RegExp(`^(${LITERAL})\\s+in\\s+(${PATH})$`);
const TEXT_TEST = new RegExp(
  `^(${PATH})\\.(startsWith|endsWith)\\((${LITERAL})\\)$`,
);

/**
 * A small part of CEL, enough for the conditions people write: `==`, `!=` with a literal, `'x' in assertion.groups`,
 * `.startsWith('x')`, `.endsWith('x')`, joined by `&&`. Anything else is a TypeError. A claim that is missing makes the
 * condition false, as an error in CEL does.
 */
export function meetsCondition(
  condition: string,
  input: ConditionInput,
): boolean {
  return condition
    .split('&&')
    .map(term => meetsTerm(term.trim(), input))
    .every(Boolean);
}

function meetsTerm(term: string, input: ConditionInput): boolean {
  const test = TEXT_TEST.exec(term);
  if (test) {
    const value = valueAt(test[1], input);
    const wanted = literalOf(test[3]);
    return (
      typeof value === 'string' &&
      typeof wanted === 'string' &&
      value[test[2] as 'startsWith' | 'endsWith'](wanted)
    );
  }
  const comparison = COMPARISON.exec(term);
  if (comparison) {
    const value = valueAt(comparison[1], input);
    if (value === undefined) return false;
    return (value === literalOf(comparison[3])) === (comparison[2] === '==');
  }
  const membership = MEMBERSHIP.exec(term);
  if (membership) {
    const list = valueAt(membership[2], input);
    return Array.isArray(list) && list.includes(literalOf(membership[1]));
  }
  throw new TypeError(`The simulator does not know the condition '${term}'`);
}

function valueAt(path: string, input: ConditionInput): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' &&
        value !== null &&
        Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined,
      input,
    );
}

function literalOf(text: string): unknown {
  return /^['"]/.test(text) ? text.slice(1, -1) : JSON.parse(text);
}
