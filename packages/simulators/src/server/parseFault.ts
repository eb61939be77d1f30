import type { Fault } from './fault';

const EFFECTS: Array<Fault['effect']> = [
  'delay',
  'status',
  'drop',
  'body',
  'html',
  'empty',
  'not-json',
  'huge',
  'drip',
  'redirect',
  'merge',
];

/** Longest answer a fault may make, in megabytes: enough for every size limit, not enough to fill the machine. */
const MAX_MEGABYTES = 100;

/** Checks a fault that came over HTTP, so that a misspelt one is an error and not a fault that never fires. */
export function parseFault(input: unknown): Fault {
  const fault = input as Fault;
  if (typeof fault?.path !== 'string' || !fault.path.startsWith('/')) {
    throw new TypeError("A fault needs a 'path' that starts with '/'");
  }
  if (!EFFECTS.includes(fault.effect))
    throw new TypeError(
      `A fault needs an 'effect', one of ${EFFECTS.join(', ')}`,
    );
  if (
    fault.count !== undefined &&
    !(Number.isInteger(fault.count) && fault.count > 0)
  ) {
    throw new TypeError("A fault's 'count' is a whole number above 0");
  }
  if (
    fault.effect === 'status' &&
    !(fault.status >= 200 && fault.status <= 599)
  ) {
    throw new TypeError("The effect 'status' needs a 'status' from 200 to 599");
  }
  if (fault.effect === 'redirect' && typeof fault.location !== 'string') {
    throw new TypeError("The effect 'redirect' needs a 'location'");
  }
  if (fault.effect === 'body' && typeof fault.body !== 'string')
    throw new TypeError("The effect 'body' needs a 'body'");
  if (
    fault.effect === 'merge' &&
    (typeof fault.json !== 'object' || fault.json === null)
  ) {
    throw new TypeError("The effect 'merge' needs 'json'");
  }
  if (fault.effect === 'huge' && (fault.megabytes ?? 0) > MAX_MEGABYTES) {
    throw new TypeError(
      `The effect 'huge' makes at most ${MAX_MEGABYTES} megabytes`,
    );
  }
  return fault;
}
