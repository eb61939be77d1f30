// `npm run reports`: writes what is made from the sources and kept in git: openapi.json, API reports, SQL reports.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fail, say } from './lib/terminal.mjs';
import { apiReports, emitTypes } from './test/apiReports.mjs';
import { prepareToolchain, repoDir } from './toolchain.mjs';

const { env } = await prepareToolchain();
env.PATH = `${env.PATH}${path.delimiter}${path.join(
  repoDir,
  'node_modules',
  '.bin',
)}`;
for (const [command, ...args] of [
  ['yarn', 'workspace', 'backstage-plugin-modelops-backend', 'openapi'],
  emitTypes,
  apiReports(),
]) {
  say(`${command} ${args[0]}`);
  const { status } = spawnSync(command, args, {
    cwd: repoDir,
    env,
    stdio: 'inherit',
  });
  if (status !== 0) fail(`'${command} ${args.join(' ')}' failed (see above).`);
}
say('Reports written. Look at what changed in them, and commit them.');
