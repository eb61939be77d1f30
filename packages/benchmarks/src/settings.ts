/** How much is measured. Everything that makes a run long is here. */
export interface Settings {
  /** Rounds of each measurement; the figures are their medians. */
  rounds: number;
  /** Seconds of load per round and case. */
  loadSeconds: number;
  /** Entries in the ledger that is called full. */
  fullLedger: number;
  /** Milliseconds of appending per round and case. */
  appendMs: number;
  /** Lists per filter. */
  lists: number;
  /** Rules, and with how many requests casbin is compared at each. casbin takes a tenth of a second per request at 10,000. */
  rules: ReadonlyArray<{ count: number; comparisons: number }>;
  /** Open runs of the two ticks that are compared. */
  openRuns: readonly number[];
  /** Starts between the two looks at the memory. */
  memoryStarts: number;
  /** Models that the catalog takes. */
  ingestedModels: number;
}

/** What docs/benchmarks.md is made from: about half an hour on a quiet machine with two cores, most of it memory and ingestion. */
const FULL: Settings = {
  rounds: 5,
  loadSeconds: 1.5,
  fullLedger: 1_000_000,
  appendMs: 500,
  lists: 100,
  rules: [
    { count: 10, comparisons: 8_500 },
    { count: 1_000, comparisons: 1_350 },
    { count: 10_000, comparisons: 150 },
  ],
  openRuns: [10, 1_000],
  memoryStarts: 10_000,
  ingestedModels: 10_000,
};

/** For working on a benchmark: says whether it runs, and little about the figures. */
const QUICK: Settings = {
  ...FULL,
  rounds: 2,
  loadSeconds: 0.7,
  fullLedger: 50_000,
  appendMs: 200,
  lists: 30,
  rules: [
    { count: 10, comparisons: 300 },
    { count: 1_000, comparisons: 50 },
  ],
  openRuns: [10, 300],
  memoryStarts: 300,
  ingestedModels: 1_000,
};

/** `BENCH_QUICK=1` for small sizes, `BENCH_FULL_LEDGER` and `BENCH_ROUNDS` for single ones. */
export function readSettings(env = process.env): Settings {
  const settings = env.BENCH_QUICK ? QUICK : FULL;
  return {
    ...settings,
    fullLedger: Number(env.BENCH_FULL_LEDGER ?? settings.fullLedger),
    rounds: Number(env.BENCH_ROUNDS ?? settings.rounds),
  };
}
