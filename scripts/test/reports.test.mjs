import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import {
  readJestReport,
  readPlaywrightReport,
  readTapReport,
} from './reports.mjs';

const home = mkdtempSync(path.join(os.tmpdir(), 'modelops-reports-'));
after(() => rmSync(home, { recursive: true }));

function written(content) {
  const file = path.join(home, 'report');
  writeFileSync(
    file,
    typeof content === 'string' ? content : JSON.stringify(content),
  );
  return file;
}

function jestReport(...suites) {
  const tests = suites.flatMap(suite => suite.assertionResults);
  const count = status => tests.filter(entry => entry.status === status).length;
  return written({
    numPassedTests: count('passed'),
    numPendingTests: count('pending'),
    numTodoTests: 0,
    testResults: suites,
  });
}

function suite(status, ...tests) {
  const assertionResults = tests.map(([state, fullName]) => ({
    status: state,
    fullName,
    failureMessages: state === 'failed' ? ['it broke'] : [],
  }));
  return {
    name: 'a.test.ts',
    status,
    message: 'no such file',
    assertionResults,
  };
}

test('jest: counts what passed, was skipped and failed', () => {
  const report = readJestReport(
    jestReport(
      suite('failed', ['passed', 'a'], ['pending', 'b'], ['failed', 'c']),
    ),
  );
  assert.equal(report.passed, 1);
  assert.equal(report.skipped, 1);
  assert.match(report.failures.join(), /^c\n.*a\.test\.ts\n {2}it broke$/s);
});

test('jest: a file that cannot be run is a failure', () => {
  const { failures } = readJestReport(jestReport(suite('failed')));
  assert.equal(failures.length, 1);
});

test('jest: database tests without PostgreSQL are a failure', () => {
  const onSqlite = suite('passed', ['passed', 'RunStore SQLITE_3 keeps runs']);
  const onPostgres = suite('passed', [
    'passed',
    'RunStore POSTGRES_18 keeps runs',
  ]);
  assert.equal(readJestReport(jestReport(onSqlite)).failures.length, 1);
  assert.equal(
    readJestReport(jestReport(onSqlite, onPostgres)).failures.length,
    0,
  );
});

test('playwright: names the failed test with its groups', () => {
  const failing = {
    title: 'trains',
    file: 'train.spec.ts',
    tests: [
      {
        status: 'unexpected',
        results: [{ errors: [{ message: 'no button' }] }],
      },
    ],
  };
  const report = readPlaywrightReport(
    written({
      stats: { expected: 3, flaky: 0, skipped: 1, unexpected: 1 },
      errors: [],
      suites: [
        {
          title: 'train.spec.ts',
          suites: [{ title: 'Ada', specs: [failing] }],
        },
      ],
    }),
  );
  assert.equal(report.passed, 3);
  assert.match(report.failures[0], /Ada › trains\n.*no button/s);
});

test('tap: counts what passed and names what failed', () => {
  const report = readTapReport(
    written(
      'ok 1 - a\nnot ok 2 - b\n# tests 2\n# pass 1\n# fail 1\n# skipped 0\n',
    ),
  );
  assert.deepEqual(report, { passed: 1, skipped: 0, failures: ['b'] });
});

test('a run that left no report has none', () => {
  assert.equal(readJestReport(path.join(home, 'missing')), undefined);
});
