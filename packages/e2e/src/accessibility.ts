import AxeBuilder from '@axe-core/playwright';
import { Page, expect } from '@playwright/test';

/** The rules of WCAG 2.2, levels A and AA. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export const COLOR_SCHEMES = ['light', 'dark'] as const;
export type ColorScheme = (typeof COLOR_SCHEMES)[number];

/**
 * Expects the page, or the part of it that `within` selects, to have no accessibility violation
 * in the light theme nor in the dark one. The portal follows the browser's preference.
 *
 * Backstage draws the whole page anew when the theme changes: a dialog does not outlive that. For one, use
 * `preferScheme` before it opens and `expectAccessibleNow`.
 */
export async function expectAccessible(page: Page, within?: string) {
  for (const colorScheme of COLOR_SCHEMES) {
    await preferScheme(page, colorScheme);
    await expectAccessibleNow(page, within);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** As if the person had set the theme of the operating system. */
export async function preferScheme(page: Page, colorScheme: ColorScheme) {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await expect(page.locator('body')).toHaveAttribute(
    'data-theme-mode',
    colorScheme,
  );
}

/** Expects no violation in the theme that is shown. */
export async function expectAccessibleNow(page: Page, within?: string) {
  const part = page.locator(within ?? 'body');
  // After a change of theme the page loads anew: what is to be looked at has to be there again, and whole.
  await expect(part.first()).toBeVisible();
  await expect(
    part.locator('[aria-busy="true"], [role="progressbar"]'),
  ).toHaveCount(0);
  await expect.poll(() => countMoving(page)).toBe(0);
  const axe = new AxeBuilder({ page }).withTags(RULES);
  const { violations } = await (within ? axe.include(within) : axe).analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(node => `${id}: ${node.target.join(' ')} ${node.failureSummary}`),
  );
  expect(found).toEqual([]);
}

/** How many elements are on their way to another look: a colour halfway there has no contrast worth measuring. */
function countMoving(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      document
        .getAnimations()
        .filter(animation => animation instanceof CSSTransition).length,
  );
}
