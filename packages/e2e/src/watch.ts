import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Page, Request } from '@playwright/test';
import { REPO } from './paths';

const BUILT_APP = path.join(REPO, 'packages/app/dist/static');

/** Longer than two pauses between two readings of something that is followed. */
const LONGER_THAN_A_PAUSE_MS = 7_000;

/** What a page asks of our backend from here on, `POST /runs`. */
export function watchModelops(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', request => {
    const { pathname } = new URL(request.url());
    const [, ours] = pathname.split('/api/modelops/v1');
    if (ours !== undefined) seen.push(`${request.method()} ${ours}`);
  });
  return seen;
}

/** What a page asks of our backend while nobody touches it. That something does not come takes time to see. */
export async function watchLeftAlone(page: Page): Promise<string[]> {
  const seen = watchModelops(page);
  await page.waitForTimeout(LONGER_THAN_A_PAUSE_MS);
  return [...seen];
}

/** The scripts that a page loads from here on. */
export function watchScripts(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', (request: Request) => {
    if (request.resourceType() === 'script') {
      seen.push(path.basename(new URL(request.url()).pathname));
    }
  });
  return seen;
}

/** The scripts of the built app that hold this text. */
export function scriptsWith(text: string): string[] {
  return readdirSync(BUILT_APP).filter(
    file =>
      file.endsWith('.js') &&
      readFileSync(path.join(BUILT_APP, file), 'utf8').includes(text),
  );
}

/** As if the person looked at another tab, or came back to this one. */
export async function showTab(page: Page, visible: boolean) {
  await page.evaluate(hidden => {
    Object.defineProperty(document, 'hidden', {
      configurable: true,
      get: () => hidden,
    });
    document.dispatchEvent(new Event('visibilitychange'));
  }, !visible);
}
