// `npm run test:kill`: kills a portal at every step and then again and again at random times, and counts after each time.
import path from 'node:path';
import {
  onStopSignal,
  startGroup,
  stopAllGroups,
} from './lib/childProcesses.mjs';
import { fail, PlainFailure, say } from './lib/terminal.mjs';
import { prepareToolchain, repoDir } from './toolchain.mjs';

const DATABASES = {
  sqlite: ['SQLITE_3'],
  postgres: ['POSTGRES_18'],
  both: ['SQLITE_3', 'POSTGRES_18'],
};
const USAGE = `npm run test:kill [-- options]

  --kills=<number>                 kills at random times, in all (1000)
  --database=sqlite|postgres|both  where (both)
  --seed=<number>                  the same kills as in the run that named this seed
  --help                           show this

A thousand take about ten minutes on two cores.`;

async function main(args) {
  const options = readOptions(args);
  if (options.help) {
    say(USAGE);
    return 0;
  }
  onStopSignal(async () => {
    await stopAllGroups();
    process.exit(130);
  });
  const { env } = await prepareToolchain();
  const bin = path.join(repoDir, 'node_modules', '.bin');
  const databases = DATABASES[options.database];
  const { code } = await startGroup(
    'node',
    [
      path.join(repoDir, 'scripts', 'test', 'withPostgres.mjs'),
      ...['backstage-cli', 'package', 'test', '--watch=false'],
      'src/proofs/killed.test.ts',
    ],
    {
      cwd: path.join(repoDir, 'plugins', 'modelops-backend'),
      env: {
        ...env,
        PATH: `${env.PATH}${path.delimiter}${bin}`,
        MODELOPS_KILLS: String(Math.ceil(options.kills / databases.length)),
        MODELOPS_KILL_DATABASES: databases.join(','),
        MODELOPS_KILL_TIMES: '2',
        ...(options.seed && { MODELOPS_SEED: options.seed }),
      },
    },
  ).exited;
  return code;
}

function readOptions(args) {
  const options = { kills: 1000, database: 'both', seed: '', help: false };
  for (const arg of args) {
    const [name, value = ''] = arg.split(/=(.*)/s);
    if (name === '--help') options.help = true;
    else if (name === '--kills' && /^\d+$/.test(value))
      options.kills = Number(value);
    else if (name === '--seed' && /^\d+$/.test(value)) options.seed = value;
    else if (name === '--database' && Object.hasOwn(DATABASES, value))
      options.database = value;
    else fail(`Unknown option ${arg}.\n\n${USAGE}`);
  }
  return options;
}

main(process.argv.slice(2)).then(
  code => process.exit(code),
  async error => {
    say(error instanceof PlainFailure ? error.message : error.stack);
    await stopAllGroups();
    process.exit(1);
  },
);
