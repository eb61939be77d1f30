/** ` (did you mean 'host'?)` when one of the known names is close to what was written, else nothing. */
export function didYouMean(written: unknown, known: Iterable<unknown>): string {
  if (typeof written !== 'string') return '';
  let nearest: { name: string; distance: number } | undefined;
  for (const name of known) {
    if (typeof name !== 'string') continue;
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (!nearest || distance < nearest.distance) nearest = { name, distance };
  }
  // A third of the letters wrong is still a slip; more is another word.
  const tolerated = Math.max(1, Math.floor(written.length / 3));
  return nearest && nearest.distance <= tolerated
    ? ` (did you mean '${nearest.name}'?)`
    : '';
}

/** Letters to insert, remove, replace or swap with their neighbour to get from one text to the other. */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= from.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= to.length; j++) {
      const swapped =
        i > 1 &&
        j > 1 &&
        from[i - 1] === to[j - 2] &&
        from[i - 2] === to[j - 1];
      rows[i][j] = Math.min(
        rows[i - 1][j] + 1,
        rows[i][j - 1] + 1,
        rows[i - 1][j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1),
        swapped ? rows[i - 2][j - 2] + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return rows[from.length][to.length];
}
