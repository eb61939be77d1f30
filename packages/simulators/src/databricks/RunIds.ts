import { randomInt } from 'node:crypto';
import type { Job } from './jobs';

/** First run id; about fifteen digits, as real ones have. */
const FIRST = 415_000_000_000_000n;
/** Runs of a job whose id is above 2^53 have such ids too. */
const FIRST_BIG = 9_007_199_254_750_000n;
/** Largest gap to the next id: as in a shared workspace, so that nobody guesses it. */
const MAX_GAP = 50_000;

/** Hands out run ids, over resets as well: no test meets an id of the test before it. */
export class RunIds {
  private lastOffset = 0n;

  /** The id of a run; the one after it is its task's. */
  next(job: Job): bigint {
    this.lastOffset += 2n * BigInt(randomInt(1, MAX_GAP));
    return (
      (job.jobId > BigInt(Number.MAX_SAFE_INTEGER) ? FIRST_BIG : FIRST) +
      this.lastOffset +
      1n
    );
  }
}
