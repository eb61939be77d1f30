// Reads `watch <group>` and `forget <group>` from the launcher. When that pipe closes, the launcher is
// gone, however that happened, and every group still watched is ended.
import { createInterface } from 'node:readline';

const GRACE_MS = 5_000;
const watched = new Set();

// A signal meant for the launcher's whole session must not end its safety net first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', line => {
  const [verb, group] = line.split(' ');
  if (verb === 'watch') watched.add(Number(group));
  else watched.delete(Number(group));
});
lines.on('close', () => {
  signalAll('SIGTERM');
  const givenUp = Date.now() + GRACE_MS;
  const timer = setInterval(() => {
    const over = Date.now() > givenUp;
    const alive = signalAll(over ? 'SIGKILL' : 0);
    if (over || !alive) clearInterval(timer);
  }, 100);
});

/** Answers whether any watched group still has a process. */
function signalAll(signal) {
  let alive = false;
  for (const group of watched) {
    try {
      process.kill(-group, signal);
      alive = true;
    } catch {
      watched.delete(group);
    }
  }
  return alive;
}
