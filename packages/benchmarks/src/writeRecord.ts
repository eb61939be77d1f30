import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { type Row, toMarkdown } from './table';

const FILE = join(__dirname, '../../../docs/benchmarks.md');
const GIBIBYTE = 2 ** 30;

/** Writes docs/benchmarks.md. */
export async function writeRecord(rows: readonly Row[]): Promise<void> {
  const [cpu] = os.cpus();
  await writeFile(
    FILE,
    `# Benchmarks

Written by \`npm run bench\`, which measures everything in one run and takes about a quarter of an hour. Figures of another machine
cannot be compared with these; ratios can.

Machine: ${os.cpus().length} cores (${cpu.model.trim()}), ${Math.round(
      os.totalmem() / GIBIBYTE,
    )} GiB, ${os.type()}, Node ${
      process.versions.node
    }. Load, simulators, databases and what is measured share it. PostgreSQL is a
real server with fsync on; SQLite is a file. Each figure is the median of several rounds; the spread is half the distance between the
lowest and the highest of them. Where an aim was missed the table says so.

${toMarkdown(rows)}

## What is measured

- **gate**: a whole Backstage backend over HTTP, with warm credentials. _gate_ is \`POST /runs\` through every step of
  [the gate](../README.md#how-the-gate-works), four commits included; _proxy_ is the same call to the platform through Backstage's own
  \`@backstage/plugin-proxy-backend\` with a static token, recording nothing and asking nobody; _bare_ is the call itself. The CPU is that of the
  backend process alone.
- **decision**: one role decision, against casbin with the same rules, members and patterns, after both gave equal answers to the same random requests.
- **ledger**: appending through \`ledger.commit\` and, for comparison, with one transaction per entry; verifying; listing with the filters of \`GET /audit\`.
- **reconciler**: one look at all open runs: calls to the platform, and CPU.
- **memory**: resident memory of the backend after many starts, less before, both after a garbage collection.

\`BENCH_QUICK=1\` runs small sizes, \`BENCH_ONLY=ledger,decision\` some; neither writes this file.
`,
  );
}
