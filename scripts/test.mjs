// `npm test`: every check there is, one line each, and at the end `N passed, N failed`.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import {
  lastLines,
  onStopSignal,
  startGroup,
  stopAllGroups,
  stopGroup,
} from './lib/childProcesses.mjs';
import {
  bold,
  dim,
  duration,
  fail,
  green,
  PlainFailure,
  red,
  say,
} from './lib/terminal.mjs';
import { resultsDir, stages } from './test/stages.mjs';
import { prepareToolchain, repoDir } from './toolchain.mjs';

const NAMES = stages.flat().map(stage => stage.name);
const USAGE = `npm test [-- options]

  --only=<stage>,…   run only these: ${NAMES.join(', ')}
  --filter=<text>    in unit and browser: only test files whose path contains this
  --help             show this

The output of each stage is kept in .cache/test.`;

let stopping = false;

async function main(args) {
  const options = readOptions(args);
  if (options.help) {
    say(USAGE);
    return 0;
  }
  onStopSignal(async () => {
    stopping = true;
    say('\nStopping…');
    await stopAllGroups();
    process.exit(130);
  });

  const { env } = await prepareToolchain();
  const bin = path.join(repoDir, 'node_modules', '.bin');
  env.PATH = `${env.PATH}${path.delimiter}${bin}`;
  // The output goes to files and into the logs of build machines.
  env.FORCE_COLOR = '0';
  rmSync(resultsDir, { recursive: true, force: true });
  mkdirSync(resultsDir, { recursive: true });

  const started = Date.now();
  const total = { passed: 0, failed: 0 };
  for (const together of stages) {
    const results = await runTogether(
      together.filter(({ name }) => options.selected.has(name)),
      options,
      env,
    );
    if (stopping) return undefined;
    for (const { passed, failed } of results) {
      total.passed += passed;
      total.failed += failed;
    }
  }
  say(dim(`\nAll stages took ${duration(started)}.`));
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed ? 1 : 0;
}

function readOptions(args) {
  const options = { selected: new Set(NAMES), filter: '', help: false };
  for (const arg of args) {
    const [name, value = ''] = arg.split(/=(.*)/s);
    if (name === '--help') options.help = true;
    else if (name === '--only' && value)
      options.selected = new Set(value.split(','));
    else if (name === '--filter' && value) options.filter = value;
    else fail(`Unknown option ${arg}.\n\n${USAGE}`);
  }
  const unknown = [...options.selected].filter(name => !NAMES.includes(name));
  if (unknown.length)
    fail(`There is no stage '${unknown.join("', '")}'.\n\n${USAGE}`);
  return options;
}

async function runTogether(together, options, env) {
  if (together.length)
    say(dim(`${together.map(({ title }) => title).join(', ')} …`));
  return Promise.all(together.map(stage => runStage(stage, options, env)));
}

async function runStage(stage, options, env) {
  const reason = stage.skip?.();
  if (reason) {
    say(`${stage.title}: ${dim(`left out: ${reason}`)}`);
    return { passed: 0, failed: 0 };
  }

  const started = Date.now();
  const log = path.join(resultsDir, `${stage.name}.log`);
  const commands =
    typeof stage.commands === 'function'
      ? stage.commands(options)
      : stage.commands;
  const problem = await runCommands(
    commands,
    { cwd: repoDir, env: { ...env, ...stage.env }, log },
    stage.limitMs,
  );
  if (stopping) return undefined;

  const { passed = 0, skipped = 0, failures = [] } = stage.report?.() ?? {};
  // A stage that fails without a test that failed (or without any tests) still counts as one.
  const failed = failures.length || (problem ? 1 : 0);
  const counts = stage.report
    ? `${passed} passed, ${skipped} skipped, ${failed} failed, `
    : '';
  say(
    `${stage.title}: ${
      failed ? red('failed') : green('ok')
    } (${counts}${duration(started)})`,
  );
  if (failed) explain(log, problem, failures);
  return { passed, failed };
}

/** Answers what went wrong, or undefined. */
async function runCommands(commands, spawnOptions, limitMs) {
  for (const [command, ...args] of commands) {
    const group = startGroup(command, args, spawnOptions);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stopGroup(group);
    }, limitMs);
    const { code, error } = await group.exited;
    clearTimeout(timer);
    if (late)
      return `'${command}' did not finish within ${limitMs / 60_000} minutes`;
    if (error) return error.message;
    if (code !== 0) return `'${command}' exited with code ${code}`;
  }
  return undefined;
}

function explain(log, problem, failures) {
  for (const failure of failures) say(`\n${red('✗')} ${failure}`);
  // The tests speak for themselves; everything else is in the log.
  if (!failures.length) say(`\n${lastLines(log, 80)}\n`);
  if (problem) say(problem);
  say(`${bold('Whole output:')} ${path.relative(repoDir, log)}\n`);
}

main(process.argv.slice(2)).then(
  // When we are being stopped, the signal's handler exits, once everything has ended.
  code => stopping || process.exit(code),
  async error => {
    if (stopping) return;
    say(
      `\n${red('The tests could not be run.')} ${
        error instanceof PlainFailure ? error.message : error.stack
      }`,
    );
    await stopAllGroups();
    say('0 passed, 1 failed');
    process.exit(1);
  },
);
