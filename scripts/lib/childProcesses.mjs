// Child processes that never outlive us. Each runs in a process group of its own, because killing
// only the child would leave its own children behind, holding their ports.
import { spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** How long a group may take to end by itself. A Backstage backend takes one to three seconds. */
const GRACE_MS = 8_000;
const WATCHDOG = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  'watchdog.mjs',
);

const groups = new Set();
let watchdog;

/**
 * Starts a command in its own process group.
 * With `log` its output goes to that file, otherwise to our own output.
 */
export function startGroup(command, args, { cwd, env, log }) {
  startWatchdog();
  const output = log ? openSync(log, 'a') : 'inherit';
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', output, output],
  });
  if (log) closeSync(output);

  const group = { pid: child.pid, exited: undefined };
  group.exited = new Promise(resolve => {
    child.once('error', error => resolve({ error, code: 127 }));
    child.once('exit', (code, signal) => resolve({ code: code ?? 1, signal }));
  }).then(exit => {
    // What the child itself left running goes with it.
    if (group.pid) {
      signalGroup(group.pid, 'SIGKILL');
      watchdog?.stdin.write(`forget ${group.pid}\n`);
    }
    groups.delete(group);
    return exit;
  });
  if (group.pid) {
    groups.add(group);
    watchdog.stdin.write(`watch ${group.pid}\n`);
  }
  return group;
}

/** Runs a command to its end; answers its exit code. */
export async function runToEnd(command, args, options) {
  const { code } = await startGroup(command, args, options).exited;
  return code;
}

/** Asks a group to end, and makes it after a while. */
export async function stopGroup(group) {
  signalGroup(group.pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(group.pid, 'SIGKILL'), GRACE_MS);
  await group.exited;
  clearTimeout(timer);
}

export async function stopAllGroups() {
  await Promise.all([...groups].map(stopGroup));
}

function killAllGroups() {
  for (const group of groups) signalGroup(group.pid, 'SIGKILL');
}

/**
 * Calls `stop` when we are told to end. A second signal does not wait for it any longer.
 * Also covers an npm that was killed under us: then nobody is left who could pass on a signal.
 */
export function onStopSignal(stop) {
  let stopping = false;
  const handle = signal => {
    if (stopping) {
      killAllGroups();
      process.exit(130);
    }
    stopping = true;
    stop(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, handle);
  process.once('exit', killAllGroups);

  if (process.env.npm_lifecycle_event) {
    const npm = process.ppid;
    setInterval(
      () => !stopping && process.ppid !== npm && handle('SIGHUP'),
      1_000,
    ).unref();
  }
}

/** The last lines of a log, for a person to read. */
export function lastLines(file, count) {
  try {
    return readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-count)
      .join('\n');
  } catch {
    return '';
  }
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already, which is what we wanted.
  }
}

/** One small process that ends our groups if we die without the chance to do so (SIGKILL, a crash). */
function startWatchdog() {
  if (watchdog) return;
  watchdog = spawn(process.execPath, [WATCHDOG], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.stdin.on('error', () => {});
  watchdog.unref();
  watchdog.stdin.unref?.();
}
