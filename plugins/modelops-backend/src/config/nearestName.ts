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

/** Letters to insert, remove or replace to get from one text to the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      current[j] = Math.min(
        previous[j] + 1,
        current[j - 1] + 1,
        previous[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1),
      );
    }
    previous = current;
  }
  return previous[to.length];
}
