// Is a port free, and if not, whose is it?
import { spawnSync } from 'node:child_process';
import net from 'node:net';

/** A port is free if nobody answers on either loopback address and we could listen on it ourselves. */
export async function isFree(port) {
  if ((await answers('127.0.0.1', port)) || (await answers('::1', port)))
    return false;
  return canListen(port);
}

/** The program that listens on a port, as `node (process 4711)`, or undefined if the system does not say. */
export function holderOf(port) {
  const { stdout } = spawnSync(
    'lsof',
    ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'],
    { encoding: 'utf8' },
  );
  const [, pid, name] = /^p(\d+)\nc(.+)$/m.exec(stdout ?? '') ?? [];
  if (pid) return `${name} (process ${pid})`;

  const sockets =
    spawnSync('ss', ['-Hltnp', `sport = :${port}`], { encoding: 'utf8' })
      .stdout ?? '';
  const [, ssName, ssPid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(sockets) ?? [];
  return ssPid && `${ssName} (process ${ssPid})`;
}

function answers(host, port) {
  return new Promise(resolve => {
    const socket = net.connect({ host, port });
    const done = result => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.setTimeout(1_000, () => done(false));
  });
}

function canListen(port) {
  return new Promise(resolve => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () =>
      server.close(() => resolve(true)),
    );
  });
}
