import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const library = pathToFileURL(path.join(here, 'childProcesses.mjs')).href;

/** A launcher whose child starts a child of its own that ignores SIGTERM, and prints that one's process id. */
const LAUNCHER = `
  const { onStopSignal, startGroup, stopAllGroups } = await import('${library}');
  onStopSignal(async () => { await stopAllGroups(); process.exit(0); });
  startGroup('sh', ['-c', '(trap "" TERM; echo $$ ready; exec sleep 60) & echo grandchild $!; wait'], {});
`;

async function startLauncher(env = process.env) {
  const launcher = spawn(
    process.execPath,
    ['--input-type=module', '--eval', LAUNCHER],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  for await (const chunk of launcher.stdout) {
    output += chunk;
    const [, grandchild] = /grandchild (\d+)/.exec(output) ?? [];
    if (grandchild && output.includes('ready')) {
      return { launcher, grandchild: Number(grandchild) };
    }
  }
  throw new Error(`The launcher did not start: ${output}`);
}

async function isGoneWithin(pid, seconds) {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)]);
    // A dead process that init has not collected yet (Z) holds nothing any more.
    if (/^(Z.*)?$/.test(stdout.toString().trim())) return true;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return false;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  test(`${signal} ends the children's children too`, async () => {
    const { launcher, grandchild } = await startLauncher();
    launcher.kill(signal);
    await once(launcher, 'exit');
    assert.ok(await isGoneWithin(grandchild, 5));
  });
}

test('a second signal does not wait', async () => {
  const { launcher, grandchild } = await startLauncher();
  launcher.kill('SIGTERM');
  launcher.kill('SIGTERM');
  await once(launcher, 'exit');
  assert.ok(await isGoneWithin(grandchild, 5));
});

test('a killed launcher leaves nothing behind', async () => {
  const { launcher, grandchild } = await startLauncher();
  // On a busy machine the child can speak before its launcher has told the watchdog about it.
  await new Promise(resolve => setTimeout(resolve, 1_000));
  launcher.kill('SIGKILL');
  assert.ok(await isGoneWithin(grandchild, 20));
});
