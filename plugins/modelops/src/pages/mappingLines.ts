/**
 * One side of a difference between two role mappings, a key a line. Keys that are the same on the other side are left out, so
 * that what is left is what changed. A text that is no whole JSON, because it was too long for an entry, stays as it is.
 */
export function mappingLines(json: string, otherJson?: string): string {
  const keys = parse(json);
  const other = otherJson === undefined ? {} : parse(otherJson);
  if (!keys || !other) return json;
  return Object.entries(keys)
    .map(([key, value]) => [key, oneLine(value), oneLine(other[key])] as const)
    .filter(([, value, otherValue]) => value !== otherValue)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n');
}

function parse(json: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Spaces after commas, because lines break there. A line break inside a text is written as `\n`. */
function oneLine(value: unknown): string | undefined {
  return JSON.stringify(value, null, 1)?.replace(/\n\s*/g, ' ');
}
