import fc, { type RunDetails } from 'fast-check';

/** What broke a law and how, with the seed and path to play it again; undefined if nothing did. */
export function counterexample<T>(found: RunDetails<T>): string | undefined {
  const { errorInstance } = found;
  return found.failed
    ? [
        errorInstance instanceof Error ? errorInstance.message : errorInstance,
        fc.defaultReportMessage(found),
      ].join('\n')
    : undefined;
}
