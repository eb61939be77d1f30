import path from 'node:path';
import { Page, TestInfo } from '@playwright/test';
import { REPO } from './paths';

const IMAGES = path.join(REPO, 'docs/images');

/**
 * Takes a picture for the documentation. It goes to docs/images only with MODELOPS_UPDATE_IMAGES=1, so that an
 * ordinary test run leaves the checkout as it was; otherwise it lies beside the results of the test.
 */
export async function takeDocumentationImage(
  page: Page,
  testInfo: TestInfo,
  name: string,
) {
  const update = process.env.MODELOPS_UPDATE_IMAGES === '1';
  const file = `${name}.png`;
  await page.screenshot({
    path: update ? path.join(IMAGES, file) : testInfo.outputPath(file),
    animations: 'disabled',
    caret: 'hide',
  });
}
