import { ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Simulators, startSimulators } from 'modelops-simulators';
import { REPO } from './paths';

const START_DEADLINE_MS = 120_000;
const PAUSE_MS = 250;

/** The portal with everything around it, on ports and in a folder of its own. */
export interface Portal {
  /** Where the browser goes. The backend serves the built app, as in production. */
  url: string;
  simulators: Simulators;
  /** The SQLite file of a backend plugin. */
  databaseFile(pluginId: string): string;
  /** What the backend has logged so far. */
  backendLog(): string;
  close(): Promise<void>;
}

/** How a portal of the tests differs from the demo. */
export interface PortalOptions {
  /** How much faster than in reality a simulated training runs. */
  timeScale?: number;
  /** Trainings wait in each state until a test moves them on; see training.ts. */
  manualRuns?: boolean;
}

/** Starts the simulators and the backend, with the settings of the demo and an empty database. */
export async function startPortal(
  options: PortalOptions = {},
): Promise<Portal> {
  if (!existsSync(path.join(REPO, 'packages/app/dist/index.html'))) {
    throw new Error('The app is not built. Run: npm test -- --only=browser');
  }
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const home = await mkdtemp(path.join(os.tmpdir(), 'modelops-e2e-'));
  const simulators = await startSimulators({
    idpPort: 0,
    databricksPort: 0,
    redirectUris: [`${url}/api/auth/oidc/handler/frame`],
    timeScale: options.timeScale,
    manualRuns: options.manualRuns,
  });

  const auditKey = path.join(home, 'audit-key.pem');
  await writeFile(
    auditKey,
    generateKeyPairSync('ed25519').privateKey.export({
      format: 'pem',
      type: 'pkcs8',
    }),
  );
  const probeToken = randomBytes(24).toString('hex');
  const logFile = path.join(home, 'backend.log');
  const backend = startBackend(logFile, {
    MODELOPS_DEMO_APP_PORT: String(port),
    MODELOPS_DEMO_BACKEND_PORT: String(port),
    MODELOPS_DEMO_IDP_PORT: new URL(simulators.idp.issuer).port,
    MODELOPS_DEMO_DATABRICKS_PORT: new URL(simulators.databricks.host).port,
    MODELOPS_DEMO_GOOGLE_PORT: new URL(simulators.google.host).port,
    MODELOPS_DEMO_CATALOG: path.join(REPO, 'examples/demo'),
    MODELOPS_DEMO_DB: path.join(home, 'db'),
    MODELOPS_DEMO_PROBE_TOKEN: probeToken,
    MODELOPS_DEMO_AUDIT_KEY: auditKey,
    MODELOPS_DEMO_CHECKPOINTS: path.join(home, 'checkpoints.jsonl'),
  });
  const backendLog = () => readFileSync(logFile, 'utf8');
  const close = async () => {
    await stop(backend);
    await simulators.close();
    await rm(home, { recursive: true, force: true });
  };

  try {
    for (const entity of [
      'user/default/ada',
      'resource/default/fraud-detector',
    ]) {
      await waitForOk(
        `${url}/api/catalog/entities/by-name/${entity}`,
        probeToken,
        backend,
      );
    }
  } catch (error) {
    const log = backendLog();
    await close();
    throw new Error(`${error}. The end of its log:\n${log.slice(-4000)}`);
  }
  return {
    url,
    simulators,
    databaseFile: pluginId => path.join(home, 'db', `${pluginId}.sqlite`),
    backendLog,
    close,
  };
}

function startBackend(
  logFile: string,
  settings: Record<string, string>,
): ChildProcess {
  const log = openSync(logFile, 'a');
  const config = ['app-config.yaml', 'app-config.demo.yaml'];
  return spawn(
    process.execPath,
    [
      '--enable-source-maps',
      ...[
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
      ],
      'src/index.ts',
      ...config.flatMap(file => ['--config', path.join(REPO, file)]),
    ],
    {
      cwd: path.join(REPO, 'packages/backend'),
      env: { ...process.env, NODE_ENV: 'development', ...settings },
      stdio: ['ignore', log, log],
    },
  );
}

async function stop(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killed = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(killed);
}

async function waitForOk(url: string, token: string, backend: ChildProcess) {
  const deadline = Date.now() + START_DEADLINE_MS;
  for (;;) {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
    if (response?.ok) return;
    if (backend.exitCode !== null) {
      throw new Error(`The backend exited with code ${backend.exitCode}`);
    }
    if (Date.now() > deadline) {
      throw new Error(`The backend does not answer at ${url}`);
    }
    await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('The probe has no port');
  }
  return address.port;
}
