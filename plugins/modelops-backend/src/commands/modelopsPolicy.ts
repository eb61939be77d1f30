import { parseArgs } from 'node:util';
import { checkPolicy, type PolicyCheck } from './checkPolicy';
import { isArgumentError, type Terminal, UsageError } from './command';
import { findModules, loadModules } from './loadModules';
import { readConfigFiles } from './readConfigFiles';

const USAGE = `Usage: modelops-policy check [app-config.yaml...] [options]

Checks the block 'modelops' of app-config as the backend does when it starts, without a database and without a network.
The files are read in their order, later ones over earlier ones, as with 'backend --config a.yaml --config b.yaml'.
Without files: those that Backstage takes by default.

Options:
  --module <package>  platform module to check connections with; may be repeated. Default: all packages called
                      backstage-plugin-modelops-backend-module-* that ./package.json or ./packages/backend/package.json names
  --production        check for what must not be in production too, as NODE_ENV=production does
  --json              print the result as JSON

Exit code: 0 good (there may be warnings), 1 problems, 2 wrong use, or a file or module that cannot be read.`;

/** `modelops-policy`. Gives the exit code. @public */
export async function modelopsPolicy(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        module: { type: 'string', multiple: true },
        production: {
          type: 'boolean',
          default: process.env.NODE_ENV === 'production',
        },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      terminal.out(USAGE);
      return 0;
    }
    const [verb, ...names] = positionals;
    if (verb !== 'check') throw new UsageError(USAGE);
    const cwd = process.cwd();
    const { config, files } = await readConfigFiles(names, cwd);
    const modules = values.module ?? findModules(cwd);
    const { platforms, exchangers } = await loadModules(modules, cwd, config);
    const check = checkPolicy(config, {
      platforms: [...platforms.values()],
      exchangers: [...exchangers.values()],
      production: values.production,
    });
    terminal.out(
      values.json
        ? JSON.stringify({ files, modules, ...check }, null, 2)
        : toText(files, modules, check),
    );
    return check.problems.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UsageError) && !isArgumentError(error)) throw error;
    terminal.error((error as Error).message);
    return 2;
  }
}

function toText(
  files: readonly string[],
  modules: readonly string[],
  { problems, warnings, unset, mapping }: PolicyCheck,
): string {
  const unchecked = unset.filter(place => place.unchecked);
  const present = unset.filter(place => !place.unchecked);
  return [
    ...listed(
      `${counted(problems.length, 'problem')}:`,
      problems.map(({ path, message }) => `${path}: ${message}`),
    ),
    ...listed(`${counted(warnings.length, 'warning')}:`, warnings),
    ...listed(
      'Not checked, because the variable is not set here:',
      unchecked.map(
        place => `${place.path} (${place.variables}): ${place.unchecked}`,
      ),
    ),
    ...listed(
      'Taken as present, though the variable is not set here:',
      present.map(({ path, variables }) => `${path} (${variables})`),
    ),
    problems.length > 0
      ? `${files.join(', ')}: not good.`
      : `${files.join(', ')}: good${
          mapping
            ? `, ${counted(mapping.roles, 'role')} with ${counted(
                mapping.rules,
                'rule',
              )}, mapping ${mapping.hash}`
            : ' as far as it could be checked'
        }.`,
    `Platform modules: ${modules.join(', ') || 'none'}.`,
  ].join('\n');
}

function listed(title: string, items: readonly string[]): string[] {
  return items.length > 0
    ? [title, ...items.map(item => `  - ${item}`), '']
    : [];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
