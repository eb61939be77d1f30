import { prepareBrowser } from './browser';

/** How the workers, which are processes of their own, learn what was prepared for them. */
export const LAUNCH_OPTIONS_VARIABLE = 'MODELOPS_E2E_LAUNCH_OPTIONS';

/** Runs once, before any worker. Answers what to do at the end. */
export default async function globalSetup() {
  const browser = await prepareBrowser();
  process.env[LAUNCH_OPTIONS_VARIABLE] = JSON.stringify(browser.launchOptions);
  return browser.remove;
}
