import {
  BrowserContext,
  LaunchOptions,
  Page,
  test as base,
} from '@playwright/test';
import { LAUNCH_OPTIONS_VARIABLE } from './globalSetup';
import { Person, expectSignedIn, signIn } from './personas';
import { Portal, startPortal } from './portal';
import { finishRollouts } from './serving';
import { endTrainings } from './training';

export { expect } from '@playwright/test';

interface TestFixtures {
  /** Opens the portal in a browser of that person's own and signs the person in. */
  signInAs(person: Person): Promise<Page>;
  /**
   * Opens a page of the portal in the browser where that person has signed in before. A browser is shared by all tests
   * of a worker, because a sign-in takes seconds.
   */
  openAs(person: Person, path: string): Promise<Page>;
  /** Leaves nothing behind that would reach into the next test. */
  tidiedUp: void;
}

interface WorkerFixtures {
  launchOptions: LaunchOptions;
  portal: Portal;
  /** A browser by person, signed in when first asked for. */
  browserOf(person: Person): Promise<BrowserContext>;
}

/** How long an ID token of the OpenID provider lives, unless a test says otherwise. */
const ID_TOKEN_SECONDS = 3600;

export const test = base.extend<TestFixtures, WorkerFixtures>({
  launchOptions: [
    async ({}, use) => {
      await use(JSON.parse(process.env[LAUNCH_OPTIONS_VARIABLE] ?? '{}'));
    },
    { scope: 'worker' },
  ],

  portal: [
    async ({}, use) => {
      const portal = await startPortal({ manualRuns: true });
      await use(portal);
      await portal.close();
    },
    { scope: 'worker', timeout: 180_000 },
  ],

  browserOf: [
    async ({ browser, portal }, use, workerInfo) => {
      const contexts = new Map<Person, BrowserContext>();
      await use(async person => {
        const known = contexts.get(person);
        if (known) return known;
        const context = await browser.newContext({
          ...workerInfo.project.use,
          baseURL: portal.url,
        });
        contexts.set(person, context);
        const page = await context.newPage();
        await signIn(page, portal.url, person);
        await page.close();
        return context;
      });
      for (const context of contexts.values()) await context.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  openAs: async ({ browserOf }, use) => {
    const opened: Page[] = [];
    await use(async (person, path) => {
      const page = await (await browserOf(person)).newPage();
      opened.push(page);
      await page.goto(path);
      await expectSignedIn(page);
      return page;
    });
    for (const page of opened) await page.close();
  },

  tidiedUp: [
    async ({ portal }, use, testInfo) => {
      await use();
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('backend.log', { body: portal.backendLog() });
      }
      await portal.simulators.idp.clearFaults();
      await portal.simulators.idp.setIdTokenLifetime(ID_TOKEN_SECONDS);
      await portal.simulators.databricks.clearFaults();
      await portal.simulators.google.clearFaults();
      await finishRollouts(portal);
      await endTrainings(portal);
    },
    { auto: true },
  ],

  baseURL: async ({ portal }, use) => {
    await use(portal.url);
  },

  signInAs: async ({ browser, portal }, use, testInfo) => {
    const opened: Page[] = [];
    await use(async person => {
      const context = await browser.newContext({
        ...testInfo.project.use,
        baseURL: portal.url,
      });
      const page = await context.newPage();
      opened.push(page);
      await signIn(page, portal.url, person);
      return page;
    });
    for (const page of opened) await page.context().close();
  },
});
