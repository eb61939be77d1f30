import { setTimeout as pause } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  type ModelopsClient,
  ModelopsError,
  type RegisteredModel,
} from 'backstage-plugin-modelops-common';

/** Most resources taken from one connection. They are in memory at once, some 2 kB each. */
const MAX_RESOURCES = 100_000;
/** Pages may be empty, so that their number says nothing about how much there is. */
const MAX_PAGES = 10_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** Failures that may be over in a moment. A lost answer has status 0. */
const PASSING: ReadonlySet<string> = new Set([
  'exchange-unreachable',
  'identity-provider-unreachable',
  'internal',
  'platform-failed',
  'platform-throttled',
  'platform-unreachable',
]);

/** All the waiting of one listing: twice as long each time, or as long as the platform asks for. */
class Waits {
  constructor(private leftMs: number) {}

  /** Undefined when there is no time left to wait that long. */
  take(attempt: number, retryAfterSeconds?: number): number | undefined {
    const ms =
      retryAfterSeconds === undefined
        ? Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS)
        : retryAfterSeconds * 1000;
    if (ms > this.leftMs) return undefined;
    this.leftMs -= ms;
    return ms;
  }
}

/** Reads everything of one connection: all of it, or an error. */
export class ModelListing {
  constructor(
    private readonly options: {
      connection: string;
      open: (
        signal: AbortSignal,
      ) => Pick<ModelopsClient, 'listRegisteredModels'>;
      logger: LoggerService;
      /** Longest all the waiting of one listing may take, in milliseconds; after that the next sync tries. */
      patienceMs: number;
    },
  ) {}

  async read(signal: AbortSignal): Promise<RegisteredModel[]> {
    const resources = new Map<string, RegisteredModel>();
    const cursors = new Set<string>();
    const waits = new Waits(this.options.patienceMs);
    let cursor: string | undefined;
    do {
      const page = await this.readPage(cursor, waits, signal);
      for (const item of page.items) resources.set(item.resource, item);
      cursor = page.nextCursor;
      if (cursor !== undefined && cursors.has(cursor))
        throw new Error('The list came back to a page it had already given');
      if (cursor !== undefined) cursors.add(cursor);
      if (resources.size > MAX_RESOURCES || cursors.size > MAX_PAGES)
        throw new Error(
          `The list holds more than ${MAX_RESOURCES} resources or ${MAX_PAGES} pages`,
        );
    } while (cursor !== undefined);
    return [...resources.values()];
  }

  private async readPage(
    cursor: string | undefined,
    waits: Waits,
    signal: AbortSignal,
  ) {
    const { connection, open, logger } = this.options;
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      try {
        return await open(signal).listRegisteredModels(connection, { cursor });
      } catch (error) {
        if (!(error instanceof ModelopsError) || !isPassing(error)) throw error;
        const ms = waits.take(attempt, error.retryAfterSeconds);
        if (ms === undefined) throw error;
        logger.debug(
          `${connection}: ${error.code}, asking again in ${ms / 1000} s`,
        );
        await pause(ms, undefined, { signal });
      }
    }
  }
}

function isPassing({ statusCode, code }: ModelopsError): boolean {
  return (
    PASSING.has(code) &&
    (statusCode === 0 || statusCode === 429 || statusCode >= 500)
  );
}
