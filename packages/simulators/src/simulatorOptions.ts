import { parseArgs } from 'node:util';

/** What can be set when the simulators start. */
export interface SimulatorOptions {
  /** 0 takes a free port. */
  idpPort: number;
  databricksPort: number;
  googlePort: number;
  /** Redirect URIs of the portal besides the demo's own. */
  redirectUris: string[];
  /** Seconds a run takes from PENDING to TERMINATED when `timeScale` is 1. */
  runSeconds: number;
  /** How many times faster runs go. */
  timeScale: number;
  /** Runs wait in each state until a test advances them. */
  manualRuns: boolean;
  /** Folder where trainings are kept for other processes; `KeptTrainings` says what to heed. */
  trainings?: string;
}

/** The demo's settings: fixed ports, and runs slow enough to be watched. */
export const DEMO_OPTIONS: SimulatorOptions = {
  idpPort: 8401,
  databricksPort: 8402,
  googlePort: 8403,
  redirectUris: [],
  runSeconds: 60,
  timeScale: 4,
  manualRuns: false,
};

/** How the command is used; printed when it is used wrongly. */
export const USAGE = `Usage: simulators [--idp-port 8401] [--databricks-port 8402] [--google-port 8403]
                  [--redirect-uri URI]... [--run-seconds 60] [--time-scale 4] [--manual-runs] [--trainings FOLDER]`;

/** Reads the command line. */
export function readArguments(args: string[]): SimulatorOptions {
  const { values } = parseArgs({
    args,
    options: {
      'idp-port': { type: 'string' },
      'databricks-port': { type: 'string' },
      'google-port': { type: 'string' },
      'redirect-uri': { type: 'string', multiple: true },
      'run-seconds': { type: 'string' },
      'time-scale': { type: 'string' },
      'manual-runs': { type: 'boolean' },
      trainings: { type: 'string' },
    },
  });
  return {
    idpPort: readPort(values['idp-port'], '--idp-port') ?? DEMO_OPTIONS.idpPort,
    databricksPort:
      readPort(values['databricks-port'], '--databricks-port') ??
      DEMO_OPTIONS.databricksPort,
    googlePort:
      readPort(values['google-port'], '--google-port') ??
      DEMO_OPTIONS.googlePort,
    redirectUris: values['redirect-uri'] ?? DEMO_OPTIONS.redirectUris,
    runSeconds:
      readPositive(values['run-seconds'], '--run-seconds') ??
      DEMO_OPTIONS.runSeconds,
    timeScale:
      readPositive(values['time-scale'], '--time-scale') ??
      DEMO_OPTIONS.timeScale,
    manualRuns: values['manual-runs'] ?? DEMO_OPTIONS.manualRuns,
    trainings: values.trainings,
  };
}

/** Writes options as a command line. */
export function toArguments(options: SimulatorOptions): string[] {
  return [
    `--idp-port=${options.idpPort}`,
    `--databricks-port=${options.databricksPort}`,
    `--google-port=${options.googlePort}`,
    ...options.redirectUris.map(uri => `--redirect-uri=${uri}`),
    `--run-seconds=${options.runSeconds}`,
    `--time-scale=${options.timeScale}`,
    ...(options.manualRuns ? ['--manual-runs'] : []),
    ...(options.trainings ? [`--trainings=${options.trainings}`] : []),
  ];
}

function readPort(value: string | undefined, flag: string): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535)
    throw new TypeError(
      `${flag} is a port from 0 (any) to 65535, not '${value}'`,
    );
  return port;
}

function readPositive(
  value: string | undefined,
  flag: string,
): number | undefined {
  if (value === undefined) return undefined;
  if (!(Number(value) > 0 && Number.isFinite(Number(value))))
    throw new TypeError(`${flag} is a number above 0, not '${value}'`);
  return Number(value);
}
