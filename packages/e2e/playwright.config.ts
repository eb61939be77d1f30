import { defineConfig, type ReporterDescription } from '@playwright/test';

const jsonReport = process.env.MODELOPS_E2E_REPORT;

export default defineConfig({
  testDir: './src/tests',
  outputDir: '../../.cache/e2e',
  globalSetup: './src/globalSetup.ts',
  // A worker has a portal of its own; tests of one file share it in order. They mostly wait for it, so two fit on two cores.
  workers: 2,
  // A test that passes at the second attempt has found something.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [
    ['list'],
    ...(jsonReport
      ? [['json', { outputFile: jsonReport }] satisfies ReporterDescription]
      : []),
  ],
  use: {
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
});
