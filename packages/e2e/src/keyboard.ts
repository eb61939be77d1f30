import { Locator, Page, expect } from '@playwright/test';

/** More stops than any of our pages has. */
const MOST_STOPS = 150;

/** Walks to an element with the Tab key alone, as somebody without a mouse does. */
export async function tabTo(page: Page, target: Locator) {
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press('Tab');
  }
  expect(await hasFocus(target), `${target} is reached with Tab`).toBe(true);
}

/** Walks to a button or a link and presses it. */
export async function pressWithKeyboard(page: Page, target: Locator) {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** Walks to a field and replaces what is in it. */
export async function typeWithKeyboard(
  page: Page,
  target: Locator,
  text: string,
) {
  await tabTo(page, target);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(text);
}

function hasFocus(target: Locator) {
  return target.evaluate(element => element === document.activeElement);
}
