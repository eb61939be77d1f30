import AxeBuilder from '@axe-core/playwright';
import { Page, expect } from '@playwright/test';

/** The rules of WCAG 2.2, levels A and AA. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * Expects the page, or the part of it that `within` selects, to have no accessibility violation
 * in the light theme nor in the dark one. The portal follows the browser's preference.
 */
export async function expectAccessible(page: Page, within?: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // A colour that is still on its way from one theme to the other has no contrast worth measuring.
    await page.waitForTimeout(500);
    const axe = new AxeBuilder({ page }).withTags(RULES);
    const { violations } = await (within ? axe.include(within) : axe).analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(
        node => `${id}: ${node.target.join(' ')} ${node.failureSummary}`,
      ),
    );
    expect(found, `accessibility in the ${colorScheme} theme`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
