import { benchmarkDecision } from './decision/decision';
import { benchmarkGate } from './gate/gate';
import { benchmarkMemory } from './gate/memory';
import { benchmarkIngestion } from './ingestion/ingestion';
import { benchmarkLedger } from './ledger/ledger';
import { benchmarkReconciler } from './reconciler/reconciler';
import { readSettings, type Settings } from './settings';
import type { Row } from './table';

/** Every benchmark by the name that BENCH_ONLY takes. */
const BENCHMARKS: Record<string, (settings: Settings) => Promise<Row[]>> = {
  gate: benchmarkGate,
  decision: benchmarkDecision,
  ledger: benchmarkLedger,
  reconciler: benchmarkReconciler,
  memory: benchmarkMemory,
  ingestion: benchmarkIngestion,
};

/** Runs the benchmark named on the command line and sends its rows to whoever started this process. */
async function main(): Promise<void> {
  const rows = await BENCHMARKS[process.argv[2]](readSettings());
  process.send!({ rows }, () => process.exit(0));
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
