import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { attachSimulators, type Simulators } from './attachSimulators';
import {
  DEMO_OPTIONS,
  toArguments,
  type SimulatorOptions,
} from './simulatorOptions';

/** How to start the simulators for a test. */
export type StartSimulatorsOptions = Partial<SimulatorOptions>;

/** A run of 60 s takes 0.3 s: long enough to be seen RUNNING, short enough for a test. */
const TEST_TIME_SCALE = 200;

/** Names the folder of `yarn workspace modelops-simulators bundle`. */
const BUNDLE_VARIABLE = 'MODELOPS_SIMULATORS_BUNDLE';

/** What the child says when all listen. */
interface ReadyMessage {
  idpUrl: string;
  databricksUrl: string;
  googleUrl: string;
}

/**
 * Starts the simulators in a process of their own and gives handles to them. A process, because jest cannot load all
 * that they are built from; it ends with `close()` or with the process that started it.
 */
export async function startSimulators(
  options: StartSimulatorsOptions = {},
): Promise<Simulators> {
  const program = findProgram();
  const child = fork(
    program.file,
    toArguments({
      ...withTestDefaults(options),
      trainings: options.trainings ?? program.trainings,
    }),
    {
      execArgv: program.execArgv,
      // Nothing of the parent's settings or secrets.
      env: {
        PATH: process.env.PATH,
        TMPDIR: process.env.TMPDIR,
        NODE_ENV: 'development',
        NODE_COMPILE_CACHE: program.compiled,
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  const ready = await untilReady(child);
  // What it says from here on is a bug of a simulator: show it.
  child.stderr?.on('data', chunk => process.stderr.write(chunk));
  // A test that forgets to close must not hang.
  child.unref();
  child.channel?.unref();
  (child.stderr as unknown as { unref(): void }).unref();
  return { ...attachSimulators(ready), close: () => end(child) };
}

/** How the simulators are run, and where they keep what the next ones need, too. */
interface Program {
  file: string;
  execArgv: string[];
  trainings?: string;
  compiled?: string;
}

/** `npm test` bundles them once, because nearly every file of tests starts some: that takes a third of the time. */
function findProgram(): Program {
  const bundled = process.env[BUNDLE_VARIABLE];
  if (bundled)
    return {
      file: join(bundled, 'cli.js'),
      execArgv: [],
      trainings: join(bundled, 'trainings'),
      compiled: join(bundled, 'compiled'),
    };
  return {
    // This package is private and never built: it runs from its sources.
    // eslint-disable-next-line no-restricted-syntax
    file: join(__dirname, 'cli.ts'),
    execArgv: [
      '--require',
      require.resolve('@backstage/cli/config/nodeTransform.cjs'),
    ],
  };
}

function withTestDefaults(options: StartSimulatorsOptions): SimulatorOptions {
  const { runSeconds } = options;
  return {
    idpPort: options.idpPort ?? 0,
    databricksPort: options.databricksPort ?? 0,
    googlePort: options.googlePort ?? 0,
    redirectUris: options.redirectUris ?? [],
    runSeconds: runSeconds ?? DEMO_OPTIONS.runSeconds,
    // A test that says how long a run takes means it.
    timeScale:
      options.timeScale ?? (runSeconds === undefined ? TEST_TIME_SCALE : 1),
    manualRuns: options.manualRuns ?? false,
  };
}

async function untilReady(child: ChildProcess): Promise<ReadyMessage> {
  let complaint = '';
  child.stderr?.on('data', chunk => {
    complaint += chunk;
  });
  return new Promise((resolve, reject) => {
    // Not the first message: the TypeScript transform reports each file it loads over the same channel.
    child.on('message', message => {
      if (isReady(message)) resolve(message);
    });
    child.once('error', reject);
    child.once('exit', code =>
      reject(
        new Error(
          `The simulators did not start (exit code ${code}): ${complaint.trim()}`,
        ),
      ),
    );
  });
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof (message as ReadyMessage | null)?.googleUrl === 'string';
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  await new Promise<void>(resolve => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
