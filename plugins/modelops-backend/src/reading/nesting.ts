/** Deepest JSON that is taken, in levels: tensors of models have a handful. More would end in a stack overflow somewhere. */
export const MAX_NESTING = 64;

/** Whether a JSON value has more than so many levels. */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (
    levels === 0 ||
    Object.values(value).some(inner => isNestedDeeper(inner, levels - 1))
  );
}

/** Whether a JSON value holds a number that is too large for one, `1e400`: it would be sent on as something else. */
export function hasOverflow(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some(hasOverflow)
  );
}
