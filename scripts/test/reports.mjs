// What jest, Playwright and node:test write down about a run → counts, and the failures for a person to read.
import { existsSync, readFileSync } from 'node:fs';

/** Marks the runs of a test on each database; see `TestDatabases` in @backstage/backend-test-utils. */
const SQLITE = 'SQLITE_3';
const POSTGRES = 'POSTGRES_18';

export function readJestReport(file) {
  if (!existsSync(file)) return undefined;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const tests = report.testResults.flatMap(suite =>
    suite.assertionResults.map(test => ({ ...test, file: suite.name })),
  );
  const failures = tests
    .filter(test => test.status === 'failed')
    .map(test => describe(test.file, test.fullName, test.failureMessages[0]));
  // A file that could not be run at all has no test that failed, yet it is a failure.
  for (const suite of report.testResults) {
    if (
      suite.status === 'failed' &&
      !suite.assertionResults.some(test => test.status === 'failed')
    ) {
      failures.push(
        describe(suite.name, 'the file could not be run', suite.message),
      );
    }
  }
  // Without its connection string PostgreSQL is left out silently, and half of what we promise would go untested.
  const on = database => tests.some(test => test.fullName.includes(database));
  if (on(SQLITE) && !on(POSTGRES))
    failures.push('The database tests ran on SQLite, but not on PostgreSQL.');

  return {
    passed: report.numPassedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

export function readPlaywrightReport(file) {
  if (!existsSync(file)) return undefined;
  const { stats, errors, suites } = JSON.parse(readFileSync(file, 'utf8'));
  const failures = errors.map(error => error.message);
  for (const { title, spec } of suites.flatMap(suite => specsOf(suite, []))) {
    for (const test of spec.tests.filter(
      entry => entry.status === 'unexpected',
    )) {
      failures.push(
        describe(spec.file, title, test.results.at(-1)?.errors[0]?.message),
      );
    }
  }
  return {
    passed: stats.expected + stats.flaky,
    skipped: stats.skipped,
    failures,
  };
}

/** The output of `node --test --test-reporter=tap`. */
export function readTapReport(file) {
  if (!existsSync(file)) return undefined;
  const output = readFileSync(file, 'utf8');
  const count = name =>
    Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  const failures = [...output.matchAll(/^not ok \d+ - (.*)$/gm)].map(
    ([, title]) => title,
  );
  return { passed: count('pass'), skipped: count('skipped'), failures };
}

function specsOf(suite, path) {
  const titles = [...path, suite.title];
  return [
    ...(suite.specs ?? []).map(spec => ({
      title: [...titles, spec.title].join(' › '),
      spec,
    })),
    ...(suite.suites ?? []).flatMap(inner => specsOf(inner, titles)),
  ];
}

/** Colour codes; the reports keep them, but a log has no use for them. */
// eslint-disable-next-line no-control-regex
const COLOUR = /\u001b\[[0-9;]*m/g;

function describe(file, title, message = '') {
  const lines = message.replace(COLOUR, '').trim().split('\n').slice(0, 30);
  return [`${title}\n  in ${file}`, ...lines.map(line => `  ${line}`)].join(
    '\n',
  );
}
