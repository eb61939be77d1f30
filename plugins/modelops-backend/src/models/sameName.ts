/**
 * Whether two names are one principal. Only ASCII letters are folded: other case rules make different names equal
 * (the Kelvin sign and `k`).
 */
export function sameName(
  one: string | undefined,
  other: string | undefined,
): boolean {
  return one !== undefined && other !== undefined && fold(one) === fold(other);
}

function fold(name: string): string {
  return name.replace(/[A-Z]/g, letter => letter.toLowerCase());
}
