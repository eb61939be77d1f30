import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { LaunchOptions, chromium as playwright } from '@playwright/test';

/** Where a Chrome that the machine already has would be. */
const INSTALLED = [
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A browser that has been seen to open a page. */
export interface ReadyBrowser {
  launchOptions: LaunchOptions;
  remove(): Promise<void>;
}

/** Finds the machine's own Chrome, or unpacks the one among the dependencies, and tries it. */
export async function prepareBrowser(): Promise<ReadyBrowser> {
  const installed = INSTALLED.find(existsSync);
  if (installed) {
    const launchOptions = { executablePath: installed };
    await tryOut(launchOptions);
    return { launchOptions, remove: async () => {} };
  }

  if (process.platform !== 'linux') {
    throw new Error('The browser tests need Google Chrome on this machine.');
  }
  // A folder of its own: the package reuses whatever lies in the temporary folder, even half a file.
  const home = await mkdtemp(path.join(os.tmpdir(), 'modelops-browser-'));
  const remove = () => rm(home, { recursive: true, force: true });
  try {
    const launchOptions = await unpack(home);
    await tryOut(launchOptions);
    return { launchOptions, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function unpack(home: string): Promise<LaunchOptions> {
  const temporaryDir = process.env.TMPDIR;
  process.env.TMPDIR = home;
  try {
    const { default: chromium, inflate } = await import('@sparticuz/chromium');
    // Its own `args` are for another place: one of them ends the browser after the first context.
    const executablePath = await chromium.executablePath();
    const env = { ...process.env } as Record<string, string>;
    if (!existsSync('/usr/share/fonts')) {
      // Without any font the browser crashes; the package brings one.
      env.FONTCONFIG_PATH = path.join(home, 'fonts');
    }
    if (!hasLibrary('libnss3.so')) {
      await inflate(path.join(packageDir(), 'bin', 'al2023.tar.br'));
      env.LD_LIBRARY_PATH = path.join(home, 'al2023', 'lib');
    }
    return { executablePath, env };
  } finally {
    if (temporaryDir === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporaryDir;
  }
}

function hasLibrary(name: string): boolean {
  return [
    '/usr/lib',
    '/usr/lib64',
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
  ].some(dir => existsSync(path.join(dir, name)));
}

function packageDir(): string {
  const require = createRequire(__filename);
  return path.resolve(require.resolve('@sparticuz/chromium'), '../..');
}

async function tryOut(launchOptions: LaunchOptions): Promise<void> {
  try {
    const browser = await playwright.launch(launchOptions);
    const page = await browser.newPage();
    await page.setContent('<p>Some text, because text needs a font</p>');
    await page.screenshot();
    await browser.close();
  } catch (error) {
    throw new Error(
      'The browser does not start. It needs libnss3 and at least one font; on Debian and Ubuntu:\n' +
        '  apt-get install libnss3 fonts-dejavu-core\n\n' +
        `What it said: ${error}`,
    );
  }
}
