import type { DatabricksBehaviour } from '../handles/databricksTypes';

/** The workspace's own time: the machine's, plus the offset a test has set. */
export class DatabricksClock {
  constructor(private readonly behaviour: DatabricksBehaviour) {}

  /** Epoch milliseconds. */
  now(): number {
    return Date.now() + this.behaviour.clockOffsetSeconds * 1000;
  }
}
