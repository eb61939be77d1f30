import { Locator, Page, expect } from '@playwright/test';

/** Addresses of the portal. */
export const FRAUD_DETECTOR_PAGE = '/catalog/default/resource/fraud-detector';
export const GROWTH_UPLIFT_PAGE = '/catalog/default/resource/growth-uplift';

/** Waits until the cards of a model show what they show; until then they ask the backend for it. */
export async function untilLoaded(page: Page) {
  for (const title of ['Train', 'Deploy', 'Serve'] as const)
    await expect(card(page, title)).toBeVisible();
  await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0);
}

export function trainCard(page: Page): Locator {
  return page.getByRole('region', { name: 'Train', exact: true });
}

/** The button of the card that opens the dialog. */
export function trainButton(page: Page): Locator {
  return trainCard(page).getByRole('button', { name: 'Train', exact: true });
}

export function trainDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Train Fraud detector' });
}

/** The word for the state of the newest run on the card. */
export function newestState(page: Page, word: string): Locator {
  return trainCard(page).getByText(word, { exact: true });
}

/** The entity's tab; Backstage draws it as a link. */
export function mlRunsTab(page: Page): Locator {
  return page.getByRole('link', { name: 'ML runs' });
}

/** Opens the dialog; resolves when the form is there. */
export async function openTrainDialog(page: Page): Promise<Locator> {
  await trainButton(page).click();
  const dialog = trainDialog(page);
  await expect(dialog.getByLabel('epochs')).toBeVisible();
  return dialog;
}

/** What one run was and how it went. */
export function runPanel(page: Page): Locator {
  return page.getByRole('dialog', { name: /^Train run \d+$/ });
}

export function cancelDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: /^Cancel Train run \d+\?$/ });
}

/** The value that stands beside a name. */
export function fact(within: Locator, name: string): Locator {
  return within
    .getByRole('term')
    .filter({ hasText: new RegExp(`^${name}$`) })
    .locator('xpath=following-sibling::dd[1]');
}

/** A table of ours, by its caption. */
export function table(page: Page, caption: string): Locator {
  return page.getByRole('table', { name: caption });
}

/** The rows of a table without its head. */
export function rows(of: Locator): Locator {
  return of.locator('tbody').getByRole('row');
}

/** A card of the entity page. */
export function card(page: Page, title: 'Train' | 'Deploy' | 'Serve'): Locator {
  return page.getByRole('region', { name: title, exact: true });
}

export function deployDialog(page: Page, model: string): Locator {
  return page.getByRole('dialog', { name: `Deploy ${model}` });
}

/** What the Serve card says is served, and with which share. */
export function traffic(page: Page): Locator {
  return card(page, 'Serve')
    .getByRole('list', { name: 'Traffic now' })
    .getByRole('listitem');
}
