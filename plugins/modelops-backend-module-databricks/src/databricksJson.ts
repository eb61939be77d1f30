import { LosslessNumber, parse, stringify } from 'lossless-json';

/**
 * Reads JSON without losing digits: an integer above 2^53 stays text, because `job_id` and `run_id` are int64.
 * Undefined for anything that is not JSON.
 * @internal
 */
export function parseDatabricksJson(text: string): unknown {
  return (
    parseStrictly(text, whole => whole) ??
    parseStrictly(text, withoutBareNonFinite)
  );
}

/**
 * The same for an answer that a schema reads, 15 times as fast for all that holds no long number: a list of 10,000 models is
 * megabytes, read every few minutes. Only for schemas, because it takes any depth of nesting.
 * @internal
 */
export function parseForSchema(text: string): unknown {
  // 2^53 has 16 digits; below that no number loses any.
  if (/[0-9]{16}/.test(text)) return parseDatabricksJson(text);
  try {
    return JSON.parse(text);
  } catch {
    return parseDatabricksJson(text); // bare NaN, for one
  }
}

function parseStrictly(
  text: string,
  prepare: (text: string) => string,
): unknown {
  try {
    return parse(prepare(text), undefined, {
      parseNumber,
      onDuplicateKey: ({ newValue }) => newValue, // as JSON.parse does
    });
  } catch {
    return undefined; // also a RangeError: an answer nested ten thousand deep is no answer
  }
}

function parseNumber(digits: string): number | string {
  const value = Number(digits);
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(value)
    ? digits
    : value;
}

/**
 * MLflow has sent NaN and Infinity as bare words, which are not JSON. Texts are matched first, so they stay; one that does
 * not end is matched, too, or the search would begin again at each of its quotes.
 */
function withoutBareNonFinite(text: string): string {
  return text.replace(
    /"[^"\\]*(?:\\.[^"\\]*)*"?|-?\bInfinity\b|\bNaN\b/gs,
    match => (match.startsWith('"') ? match : 'null'),
  );
}

/** Digits of an id as a JSON number, all of them. @internal */
export function jsonId(digits: string): LosslessNumber {
  return new LosslessNumber(digits);
}

/** Writes a body in which `jsonId` may stand for a number. @internal */
export function stringifyDatabricksJson(body: Record<string, unknown>): string {
  return stringify(body) as string;
}

/**
 * Reads JSON that is to be written again: every number keeps its digits as it came. Undefined for anything that is not JSON.
 * @internal
 */
export function parseToCarryOver(text: string): unknown {
  try {
    return parse(text, undefined, {
      onDuplicateKey: ({ newValue }) => newValue,
    });
  } catch {
    return undefined;
  }
}
