import { fork } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Row, toText } from './table';
import { writeRecord } from './writeRecord';

/** In the order of the table. */
const NAMES = [
  'gate',
  'decision',
  'ledger',
  'reconciler',
  'memory',
  'ingestion',
];

/** Each benchmark in a process of its own, so that none is measured with the heap and the compiled code of another. */
async function main(): Promise<void> {
  const only = process.env.BENCH_ONLY?.split(',');
  const isRecord = !only && !process.env.BENCH_QUICK;
  const started = performance.now();
  const rows: Row[] = [];
  for (const name of NAMES) {
    if (only && !only.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    rows.push(...(await runAlone(name)));
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    process.stderr.write(`${name} done, ${minutes} min since the start\n`);
    // After every part: a run that is broken off leaves what it measured.
    if (isRecord) await writeRecord(rows, NAMES.slice(NAMES.indexOf(name) + 1));
  }
  process.stdout.write(`${toText(rows)}\n`);
}

function runAlone(name: string): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, 'worker.ts'), [name]);
    // The TypeScript transform reports the files it loads over the same channel.
    child.on('message', message => {
      const { rows } = message as { rows?: Row[] };
      if (rows) resolve(rows);
    });
    child.once('error', reject);
    child.once('exit', code =>
      reject(new Error(`The benchmark ${name} ended with code ${code}`)),
    );
  });
}

main().then(
  () => process.exit(0),
  error => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
