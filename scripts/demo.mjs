// `npm run demo`: the whole portal, with simulated platforms, on this machine only.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import {
  demoDir,
  demoEnvironment,
  logDir,
  ports,
  services,
  welcome,
} from './demo/settings.mjs';
import {
  lastLines,
  onStopSignal,
  startGroup,
  stopAllGroups,
} from './lib/childProcesses.mjs';
import { holderOf, isFree } from './lib/ports.mjs';
import {
  bold,
  box,
  duration,
  fail,
  PlainFailure,
  red,
  say,
} from './lib/terminal.mjs';
import { waitForOk } from './lib/waitFor.mjs';
import { prepareToolchain } from './toolchain.mjs';

/** From nothing to a page took 25 s on two cores; a busy laptop may take some times that. */
const START_DEADLINE_MS = 5 * 60_000;

const USAGE = `npm run demo [-- options]

Starts the portal with simulated platforms on this machine and prints where to look.

  --reset   forget what earlier demos stored (.demo), then start
  --help    show this

Other ports, if one is in use: ${ports
  .map(entry => entry.variable)
  .join(', ')}`;

let stopping = false;

async function main(args) {
  const unknown = args.filter(arg => !['--reset', '--help'].includes(arg));
  if (unknown.length) fail(`Unknown option ${unknown.join(' ')}.\n\n${USAGE}`);
  if (args.includes('--help')) return say(USAGE);

  onStopSignal(async () => {
    stopping = true;
    say('\nStopping…');
    await stopAllGroups();
    // Being stopped is how a demo ends, so it is no error.
    process.exit(0);
  });

  await requireFreePorts();
  const toolchain = await prepareToolchain();
  if (stopping) return undefined;
  if (args.includes('--reset'))
    rmSync(demoDir, { recursive: true, force: true });
  rmSync(logDir, { recursive: true, force: true });
  mkdirSync(logDir, { recursive: true });

  say('Starting the portal and the simulated platforms');
  const started = Date.now();
  const env = demoEnvironment(toolchain.env);
  const running = services.map(service => start(service, toolchain.node, env));
  const firstEnd = Promise.race(running.map(endOf));
  await Promise.race([allReady(running, started), firstEnd.then(reportEnd)]);
  if (stopping) return undefined;

  say(`\n${bold(box(welcome))}\n`);
  say(`Ready after ${duration(started)}.`);
  return reportEnd(await firstEnd);
}

/** A part that ends by itself takes the rest with it; half a portal would only confuse. */
function reportEnd({ service, exit }) {
  if (stopping) return;
  const how =
    exit.error?.message ??
    (exit.signal
      ? `was killed by ${exit.signal}`
      : `exited with code ${exit.code}`);
  fail(
    `The part '${service.name}' ${how}. The last lines of ${relativeLog(
      service,
    )}:\n\n${tail(service)}`,
  );
}

async function requireFreePorts() {
  for (const { part, variable, port } of ports) {
    if (await isFree(port)) continue;
    const holder = holderOf(port);
    fail(
      `Port ${port}, which ${part} needs, is in use${
        holder ? ` by ${holder}` : ''
      }.\n` +
        `Stop that program, or choose another port: ${variable}=${
          port + 1000
        } npm run demo`,
    );
  }
}

function start(service, node, env) {
  const log = path.join(logDir, `${service.name}.log`);
  return {
    ...service,
    log,
    group: startGroup(node, service.args, { cwd: service.cwd, env, log }),
  };
}

async function endOf(service) {
  return { service, exit: await service.group.exited };
}

async function allReady(running, started) {
  const deadline = started + START_DEADLINE_MS;
  await Promise.all(
    running.map(async service => {
      const since = Date.now();
      let ended = false;
      service.group.exited.then(() => (ended = true));
      for (const { url, headers } of service.ready) {
        const isOver = () => ended || Date.now() > deadline;
        if (await waitForOk(url, { headers, isOver })) continue;
        if (ended) return;
        fail(
          `The part '${
            service.name
          }' does not answer at ${url}. The end of ${relativeLog(
            service,
          )}:\n\n${tail(service)}`,
        );
      }
      say(`  ${service.name.padEnd(12)} ready (${duration(since)})`);
    }),
  );
}

function tail(service) {
  return lastLines(service.log, 25);
}

function relativeLog(service) {
  return path.join('.demo', 'logs', `${service.name}.log`);
}

main(process.argv.slice(2)).then(
  // When we are being stopped, the signal's handler exits, once everything has ended.
  () => stopping || process.exit(0),
  async error => {
    if (stopping) return;
    say(
      `\n${red('The demo stopped.')} ${
        error instanceof PlainFailure ? error.message : error.stack
      }`,
    );
    await stopAllGroups();
    process.exit(1);
  },
);
