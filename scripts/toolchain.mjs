// Node 24, yarn and the dependencies, on a machine that may have nothing but Node 20 and npm.
// Runs before anything is installed, so it may import Node's own modules only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToEnd } from './lib/childProcesses.mjs';
import { duration, fail, say } from './lib/terminal.mjs';

export const repoDir = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '..',
);

/** The Node majors Backstage 1.55 supports (`engines` of its packages). */
const SUPPORTED_NODE = ['22', '24'];
const INSTALLED_NODE = '24';
const YARN = '4.13.0';

const toolsDir = path.join(repoDir, '.tools');
const toolModules = path.join(toolsDir, 'node_modules');
const installStamp = path.join(repoDir, 'node_modules', '.modelops-install');

/**
 * Makes sure that Node, yarn and the dependencies are there, installing what is missing.
 * Returns the Node to run and the environment for every child process.
 */
export async function prepareToolchain() {
  const ownNode = SUPPORTED_NODE.includes(process.versions.node.split('.')[0]);
  const wanted = [`@yarnpkg/cli-dist@${YARN}`];
  if (!ownNode) wanted.unshift(`${nodePackage()}@${INSTALLED_NODE}`);
  await installTools(wanted);

  const node = ownNode ? process.execPath : installedNode();
  const env = childEnvironment([
    path.dirname(node),
    path.join(toolModules, '.bin'),
  ]);
  await installDependencies(env);
  return { node, env };
}

/** The npm package that holds nothing but Node's own binary; it needs no install script. */
function nodePackage() {
  const prefix =
    process.platform === 'darwin' && process.arch === 'arm64'
      ? 'node-bin'
      : 'node';
  return `${prefix}-${process.platform}-${process.arch}`;
}

function installedNode() {
  return path.join(toolModules, nodePackage(), 'bin', 'node');
}

async function installTools(wanted) {
  const stamp = path.join(toolsDir, 'installed.txt');
  const content = `${wanted.join('\n')}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === content) return;

  say(`Installing ${wanted.join(' and ')} into .tools (once)`);
  const started = Date.now();
  mkdirSync(toolsDir, { recursive: true });
  // A package.json of its own keeps npm from climbing up to the workspace.
  writeFileSync(path.join(toolsDir, 'package.json'), '{ "private": true }\n');
  const args = [
    'install',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--loglevel=error',
    ...wanted,
  ];
  // npm is to run on the machine's own Node, so it gets the environment as it is.
  const code = await runToEnd('npm', args, { cwd: toolsDir, env: process.env });
  if (code !== 0) {
    fail(
      `npm could not install ${wanted.join(' and ')} (see above).\n` +
        `Check the network and npm's registry setting, or install Node ${INSTALLED_NODE} yourself and try again.`,
    );
  }
  if (
    wanted.length > 1 &&
    spawnSync(installedNode(), ['--version']).status !== 0
  ) {
    fail(
      `The installed ${nodePackage()} does not run on this system (is it one without glibc?).\n` +
        `Install Node ${INSTALLED_NODE} yourself and try again.`,
    );
  }
  writeFileSync(stamp, content);
  say(`  done in ${duration(started)}`);
}

/**
 * The environment of this process without what npm put there: `NODE` and the `npm_*` variables
 * still point at the machine's own Node, and some tools prefer them to the one on PATH.
 */
function childEnvironment(firstOnPath) {
  const env = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^npm_/i.test(name) && name !== 'NODE' && name !== 'INIT_CWD')
      env[name] = value;
  }
  env.PATH = [...firstOnPath, process.env.PATH].join(path.delimiter);
  return env;
}

async function installDependencies(env) {
  const wanted = dependenciesDigest();
  if (existsSync(installStamp) && readFileSync(installStamp, 'utf8') === wanted)
    return;

  say(
    'Installing the dependencies with yarn (one to three minutes the first time)',
  );
  const started = Date.now();
  const code = await runToEnd('yarn', ['install', '--immutable'], {
    cwd: repoDir,
    env: { ...env, ...npmNetworkSettings(env) },
  });
  if (code !== 0) {
    fail(
      'yarn install --immutable failed (see above).\n' +
        'After a change to a package.json, run `yarn install` once and commit yarn.lock.',
    );
  }
  writeFileSync(installStamp, wanted);
  say(`  done in ${duration(started)}`);
}

/** Changes whenever an install could have something to do. */
function dependenciesDigest() {
  const hash = createHash('sha256').update(process.platform + process.arch);
  const files = ['package.json', 'yarn.lock', '.yarnrc.yml'];
  for (const parent of ['packages', 'plugins']) {
    for (const name of readdirSync(path.join(repoDir, parent)).sort()) {
      files.push(path.join(parent, name, 'package.json'));
    }
  }
  for (const file of files) {
    const absolute = path.join(repoDir, file);
    if (existsSync(absolute))
      hash.update(`\0${file}\0`).update(readFileSync(absolute));
  }
  return `${hash.digest('hex')}\n`;
}

/**
 * yarn does not read npm's settings. On a machine where npm is told about a mirror, a proxy or a
 * private certificate authority, and yarn is not, yarn is given the same ones.
 */
function npmNetworkSettings(env) {
  const untouched = yarnDefaults(env);
  const settings = {};
  for (const [npmKey, yarnKey, variable] of [
    ['registry', 'npmRegistryServer', 'YARN_NPM_REGISTRY_SERVER'],
    ['cafile', 'httpsCaFilePath', 'YARN_HTTPS_CA_FILE_PATH'],
    ['proxy', 'httpProxy', 'YARN_HTTP_PROXY'],
    ['https-proxy', 'httpsProxy', 'YARN_HTTPS_PROXY'],
  ]) {
    if (!untouched.has(yarnKey)) continue;
    const value = answer('npm', ['config', 'get', npmKey], process.env);
    if (value && value !== 'null' && value !== 'undefined')
      settings[variable] = value.replace(/\/$/, '');
  }
  return settings;
}

/** Settings that nobody has given yarn: those may be taken from npm. */
function yarnDefaults(env) {
  return new Set(
    answer('yarn', ['config', '--json'], env)
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line))
      .filter(setting => setting.source === '<default>')
      .map(setting => setting.key),
  );
}

function answer(command, args, env) {
  const { status, stdout } = spawnSync(command, args, {
    cwd: repoDir,
    env,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : '';
}
