import { LaunchOptions, Page, test as base } from '@playwright/test';
import { LAUNCH_OPTIONS_VARIABLE } from './globalSetup';
import { Person, signIn } from './personas';
import { Portal, startPortal } from './portal';

export { expect } from '@playwright/test';

interface TestFixtures {
  /** Opens the portal in a browser of that person's own and signs the person in. */
  signInAs(person: Person): Promise<Page>;
}

interface WorkerFixtures {
  launchOptions: LaunchOptions;
  portal: Portal;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  launchOptions: [
    async ({}, use) => {
      await use(JSON.parse(process.env[LAUNCH_OPTIONS_VARIABLE] ?? '{}'));
    },
    { scope: 'worker' },
  ],

  portal: [
    async ({}, use) => {
      const portal = await startPortal();
      await use(portal);
      await portal.close();
    },
    { scope: 'worker', timeout: 180_000 },
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
