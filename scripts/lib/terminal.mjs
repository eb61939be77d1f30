// What the person in front of the terminal sees.

const colourful = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = code => text =>
  colourful ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);

export function say(line = '') {
  process.stdout.write(`${line}\n`);
}

/** A failure the person can do something about: its message is all they get to see, no stack. */
export class PlainFailure extends Error {}

export function fail(message) {
  throw new PlainFailure(message);
}

/** Seconds since `started`, as `4 s` or `2 min 5 s`. */
export function duration(started) {
  const seconds = Math.round((Date.now() - started) / 1000);
  return seconds < 60
    ? `${seconds} s`
    : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Draws a frame around lines of plain text. */
export function box(lines) {
  const width = Math.max(...lines.map(line => line.length));
  const rule = '─'.repeat(width + 2);
  const body = lines.map(line => `│ ${line.padEnd(width)} │`);
  return [`┌${rule}┐`, ...body, `└${rule}┘`].join('\n');
}
