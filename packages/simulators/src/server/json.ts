import { isInteger, isSafeNumber, parse, stringify } from 'lossless-json';

/** Parses JSON; an integer above 2^53 becomes a `bigint`, since the ids of jobs and runs are int64. */
export function parseJson(text: string): unknown {
  return parse(text, undefined, digits =>
    isInteger(digits) && !isSafeNumber(digits)
      ? BigInt(digits)
      : Number(digits),
  );
}

/** Writes JSON; a `bigint` becomes a number with all its digits. */
export function stringifyJson(value: unknown): string {
  return stringify(value) ?? 'null';
}
