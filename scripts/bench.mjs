// `npm run bench`: measures everything in one run on this machine, prints one table and writes docs/benchmarks.md.
import path from 'node:path';
import {
  onStopSignal,
  startGroup,
  stopAllGroups,
} from './lib/childProcesses.mjs';
import { PlainFailure, say } from './lib/terminal.mjs';
import { prepareToolchain, repoDir } from './toolchain.mjs';

async function main() {
  onStopSignal(async () => {
    await stopAllGroups();
    process.exit(130);
  });
  const { env } = await prepareToolchain();
  const bin = path.join(repoDir, 'node_modules', '.bin');
  const { code } = await startGroup(
    'node',
    [
      path.join(repoDir, 'scripts', 'test', 'withPostgres.mjs'),
      'node',
      ...['--require', '@backstage/cli/config/nodeTransform.cjs'],
      '--expose-gc',
      'src/main.ts',
    ],
    {
      cwd: path.join(repoDir, 'packages', 'benchmarks'),
      env: {
        ...env,
        PATH: `${env.PATH}${path.delimiter}${bin}`,
        // Tests throw their database away; a benchmark pays for the disk as production does.
        MODELOPS_POSTGRES_FSYNC: 'on',
      },
    },
  ).exited;
  if (code !== 0) return code;
  // As `npm test` wants it.
  const record = path.join(repoDir, 'docs', 'benchmarks.md');
  const formatting = startGroup(
    path.join(bin, 'prettier'),
    ['--write', '--loglevel', 'warn', record],
    { cwd: repoDir, env },
  );
  return (await formatting.exited).code;
}

main().then(
  code => process.exit(code),
  async error => {
    say(error instanceof PlainFailure ? error.message : error.stack);
    await stopAllGroups();
    process.exit(1);
  },
);
