import { Page, expect } from '@playwright/test';

/** The people of the demo; the password of each is the name. */
export const PEOPLE = ['ada', 'grace', 'alan', 'katherine'] as const;
export type Person = (typeof PEOPLE)[number];

/** Signs a person in as a person would: through the popup of the OpenID provider. */
export async function signIn(page: Page, portalUrl: string, person: Person) {
  await page.goto(portalUrl);
  const popupOpens = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Sign In' }).click();
  const popup = await popupOpens;
  await popup.getByLabel('Name').fill(person);
  await popup.getByLabel('Password').fill(person);
  await popup.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('link', { name: 'Settings' })).toBeVisible();
}
