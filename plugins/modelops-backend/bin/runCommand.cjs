const { existsSync } = require('node:fs');
const { resolve } = require('node:path');

/** Runs a command of this package: from its sources in the repository, from what was built where it is installed. */
module.exports = async function runCommand(name) {
  const isRepository = existsSync(resolve(__dirname, '../src'));
  if (isRepository) require('@backstage/cli/config/nodeTransform.cjs');
  const commands = require(isRepository
    ? '../src/commands'
    : '../dist/commands.cjs.js');
  const terminal = {
    out: text => process.stdout.write(`${text}\n`),
    error: text => process.stderr.write(`${text}\n`),
  };
  try {
    process.exitCode = await commands[name](process.argv.slice(2), terminal);
  } catch (error) {
    terminal.error(error.stack);
    process.exitCode = 2; // it found nothing; Node's 1 would say that it did
  }
};
