import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startSimulators } from './startSimulators';

const TRANSFORM = require.resolve('@backstage/cli/config/nodeTransform.cjs');

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(args: string[]): {
  child: ChildProcess;
  ready: Promise<string>;
  ended: Promise<Ended>;
} {
  const child = spawn(process.execPath, [
    '--require',
    TRANSFORM,
    join(__dirname, 'cli.ts'),
    ...args,
  ]);
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  const ready = new Promise<string>(resolve => {
    child.stdout.on('data', chunk => {
      stdout += chunk;
      if (stdout.includes('Simulators ready')) resolve(stdout);
    });
  });
  const ended = new Promise<Ended>(resolve =>
    child.on('exit', code => resolve({ code, stdout, stderr })),
  );
  return { child, ready, ended };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  'says when it is ready and ends cleanly on %s',
  async signal => {
    const { child, ready, ended } = run([
      '--idp-port',
      '0',
      '--databricks-port',
      '0',
      '--google-port',
      '0',
    ]);
    const [idpUrl] = (await ready).match(/http:\/\/127\.0\.0\.1:\d+/)!;
    expect(await answers(idpUrl)).toBe(true);
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(await answers(idpUrl)).toBe(false);
  },
);

it('names a busy port in one line', async () => {
  const busy = createServer();
  await new Promise<void>(resolve => busy.listen(0, '127.0.0.1', resolve));
  const { port } = busy.address() as AddressInfo;
  try {
    const { code, stderr } = await run([
      '--idp-port',
      '0',
      '--databricks-port',
      String(port),
    ]).ended;
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Port ${port} for the Databricks simulator is in use; stop what listens there or choose another port\n`,
    );
    await expect(startSimulators({ idpPort: port })).rejects.toThrow(
      `Port ${port} for the OpenID provider`,
    );
  } finally {
    busy.close();
  }
});

it.each([
  [
    ['--idp-port', 'high'],
    "--idp-port is a port from 0 (any) to 65535, not 'high'",
  ],
  [['--time-scale', '0'], "--time-scale is a number above 0, not '0'"],
  [['--speed', '2'], "Unknown option '--speed'"],
])('refuses %j', async (args, complaint) => {
  const { code, stderr } = await run(args).ended;
  expect(code).toBe(1);
  expect(stderr).toContain(complaint);
  expect(stderr).toContain('Usage: simulators');
});

it('ends when the process that started it does', async () => {
  const parent = spawn(
    process.execPath,
    [
      '--require',
      TRANSFORM,
      '--eval',
      `require(${JSON.stringify(
        join(__dirname, 'startSimulators.ts'),
      )}).startSimulators().then(simulators => {
        console.log(simulators.idp.issuer);
        setInterval(() => {}, 1000);
      })`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const issuer = await new Promise<string>(resolve =>
    parent.stdout.once('data', chunk => resolve(String(chunk).trim())),
  );
  expect(await answers(issuer)).toBe(true);
  parent.kill('SIGKILL');
  for (let tries = 0; tries < 100 && (await answers(issuer)); tries += 1) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  expect(await answers(issuer)).toBe(false);
});

it('listens on loopback only', async () => {
  const simulators = await startSimulators();
  try {
    expect(new URL(simulators.idp.issuer).hostname).toBe('127.0.0.1');
    const { networkInterfaces } =
      require('node:os') as typeof import('node:os');
    const outside = Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of outside) {
      const { port } = new URL(simulators.databricks.host);
      expect(await answers(`http://${address}:${port}/`)).toBe(false);
    }
  } finally {
    await simulators.close();
  }
});
