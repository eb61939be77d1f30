// What `npm test` checks, in this order.
import path from 'node:path';
import { repoDir } from '../toolchain.mjs';
import { apiReports, emitTypes, packagesWithReport } from './apiReports.mjs';
import {
  readJestReport,
  readPlaywrightReport,
  readTapReport,
} from './reports.mjs';

export const resultsDir = path.join(repoDir, '.cache', 'test');
const jestReport = path.join(resultsDir, 'jest.json');
/** Made anew each time, because it keeps trainings, too. */
const simulatorsBundle = path.join(resultsDir, 'simulators');
const playwrightReport = path.join(resultsDir, 'playwright.json');

/** jest's own 5 s are short for a test that starts a backend on a busy build machine. */
const TEST_TIMEOUT_MS = 30_000;

/** One more than the cores of a small build machine: many tests wait for a deadline, or for another process. */
const WORKERS = 3;
const MINUTE_MS = 60_000;

/**
 * One list after the other; the stages of a list at the same time, because none of them keeps two cores busy. Each stage is a
 * list of commands, run one after the other until one fails.
 * `report` reads what its tests left behind; `skip` answers why there is nothing to do.
 */
export const stages = [
  [
    {
      name: 'typecheck',
      title: 'Type check',
      // Also writes dist-types, from which the API reports and the build read.
      commands: [emitTypes],
      limitMs: 10 * MINUTE_MS,
    },
    {
      name: 'lint',
      title: 'Lint',
      commands: [['backstage-cli', 'repo', 'lint', '--max-warnings', '0']],
      limitMs: 10 * MINUTE_MS,
    },
    {
      name: 'format',
      title: 'Formatting',
      commands: [['prettier', '--check', '--loglevel', 'warn', '.']],
      limitMs: 5 * MINUTE_MS,
    },
  ],
  [
    {
      name: 'config',
      title: 'Configuration',
      commands: [
        [
          'backstage-cli',
          'config:check',
          '--lax',
          '--strict',
          ...config('app-config.yaml', 'app-config.demo.yaml'),
        ],
      ],
      limitMs: 5 * MINUTE_MS,
    },
    {
      name: 'api',
      title: 'API reports',
      commands: [
        // Out of date? `npm run reports` writes them.
        apiReports('--ci'),
      ],
      skip: () =>
        packagesWithReport().length
          ? undefined
          : 'no package has a report.api.md yet',
      limitMs: 10 * MINUTE_MS,
    },
    {
      name: 'scripts',
      title: 'Tests of these scripts',
      commands: [
        ['node', '--test', '--test-reporter=tap', 'scripts/**/*.test.mjs'],
      ],
      report: () => readTapReport(path.join(resultsDir, 'scripts.log')),
      limitMs: 2 * MINUTE_MS,
    },
    {
      name: 'build',
      title: 'Production build',
      // The types of the packages come from dist-types, so a build without the type check needs it first.
      commands: ({ selected }) => [
        ...(selected.has('typecheck') ? [] : [emitTypes]),
        ['backstage-cli', 'repo', 'build', '--all'],
      ],
      limitMs: 15 * MINUTE_MS,
    },
  ],
  [
    {
      name: 'unit',
      title: 'Unit and integration tests, SQLite and PostgreSQL',
      commands: ({ filter }) => [
        [
          ...['yarn', 'workspace', 'modelops-simulators', 'bundle'],
          `--outdir=${simulatorsBundle}`,
        ],
        [
          'node',
          path.join(repoDir, 'scripts', 'test', 'withPostgres.mjs'),
          ...[
            'backstage-cli',
            'repo',
            'test',
            '--watch=false',
            '--ci',
            `--maxWorkers=${WORKERS}`,
          ],
          `--testTimeout=${TEST_TIMEOUT_MS}`,
          ...['--json', `--outputFile=${jestReport}`],
          ...(filter ? [filter] : []),
        ],
      ],
      env: { MODELOPS_SIMULATORS_BUNDLE: simulatorsBundle },
      report: () => readJestReport(jestReport),
      limitMs: 25 * MINUTE_MS,
    },
  ],
  [
    {
      name: 'browser',
      title: 'Browser tests',
      commands: ({ selected, filter }) => [
        ...(selected.has('build')
          ? []
          : [['yarn', 'workspace', 'app', 'build']]),
        [
          'playwright',
          'test',
          '--config',
          'packages/e2e/playwright.config.ts',
          ...(filter ? [filter] : []),
        ],
      ],
      env: { MODELOPS_E2E_REPORT: playwrightReport },
      report: () => readPlaywrightReport(playwrightReport),
      limitMs: 15 * MINUTE_MS,
    },
  ],
];

function config(...files) {
  return files.flatMap(file => ['--config', file]);
}
