import path from 'node:path';
import { Locator, Page, TestInfo } from '@playwright/test';
import { REPO } from './paths';

const IMAGES = path.join(REPO, 'docs/images');

/** Wide enough for every column of our tables, and no higher than what there is to see. */
const SIZE = { width: 1600, height: 800 };

/**
 * Takes a picture for the documentation. It goes to docs/images only with MODELOPS_UPDATE_IMAGES=1, so that an
 * ordinary test run leaves the checkout as it was; otherwise it lies beside the results of the test.
 */
export async function takeDocumentationImage(
  page: Page,
  testInfo: TestInfo,
  name: string,
  /** What has to be in the middle of it. */
  middle?: Locator,
) {
  const update = process.env.MODELOPS_UPDATE_IMAGES === '1';
  const file = `${name}.png`;
  const before = page.viewportSize();
  await page.setViewportSize(SIZE);
  // A pointer that hovers over something would be seen in the picture.
  await page.mouse.move(SIZE.width - 1, SIZE.height - 1);
  await middle?.evaluate(element =>
    element.scrollIntoView({ block: 'center' }),
  );
  await page.screenshot({
    path: update ? path.join(IMAGES, file) : testInfo.outputPath(file),
    animations: 'disabled',
    caret: 'hide',
  });
  if (before) await page.setViewportSize(before);
}
