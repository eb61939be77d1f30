import { fork } from 'node:child_process';
import { join } from 'node:path';
import { type Row, toText } from './table';
import { writeRecord } from './writeRecord';

/** In the order of the table. */
const NAMES = ['gate', 'decision', 'ledger', 'reconciler', 'memory'];

/** Each benchmark in a process of its own, so that none is measured with the heap and the compiled code of another. */
async function main(): Promise<void> {
  const only = process.env.BENCH_ONLY?.split(',');
  const rows: Row[] = [];
  for (const name of NAMES) {
    if (only && !only.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    rows.push(...(await runAlone(name)));
  }
  process.stdout.write(`${toText(rows)}\n`);
  // Only a run of everything is a record.
  if (!only && !process.env.BENCH_QUICK) await writeRecord(rows);
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
