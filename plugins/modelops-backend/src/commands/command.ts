/** Where a command writes. @public */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
}

/** A use of a command that cannot give a result. */
export class UsageError extends Error {}

/** Whether `parseArgs` of node:util did not understand the arguments. */
export function isArgumentError(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith(
    'ERR_PARSE_ARGS',
  );
}
