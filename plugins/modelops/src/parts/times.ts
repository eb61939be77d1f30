const two = (value: number) => String(value).padStart(2, '0');

/** `2026-11-21 14:03:09` in the reader's own time zone, the same in every language. */
export function timeWord(timestamp: string | Date): string {
  const at = new Date(timestamp);
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())];
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two);
  return `${day.join('-')} ${clock.join(':')}`;
}

/** `45 s`, `3 min 05 s`, `2 h 07 min`. */
export function durationWord(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** The same for a `time` element's `dateTime`. */
export function isoDuration(milliseconds: number): string {
  return `PT${Math.max(0, Math.round(milliseconds / 1000))}S`;
}

/** `just now`, `3 minutes ago`, `2 hours ago`, `5 days ago`. */
export function ageWord(milliseconds: number): string {
  const minutes = Math.floor(Math.max(0, milliseconds) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${counted(minutes, 'minute')} ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${counted(hours, 'hour')} ago`;
  return `${Math.floor(hours / 24)} days ago`;
}

function counted(count: number, unit: string): string {
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}
