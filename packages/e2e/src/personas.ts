import { Page, expect } from '@playwright/test';

/** The people of the demo; the password of each is the name. */
export const PEOPLE = ['ada', 'grace', 'alan', 'katherine'] as const;
export type Person = (typeof PEOPLE)[number];

/** Signs a person in as a person would: through the popup of the OpenID provider. */
export async function signIn(page: Page, portalUrl: string, person: Person) {
  await page.goto(portalUrl);
  const popup = await openSignIn(page);
  await enterPassword(popup, person, person);
  await expectSignedIn(page);
}

/** Presses the portal's sign-in button; answers the popup that opens. */
export async function openSignIn(page: Page): Promise<Page> {
  const popup = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Sign In' }).click();
  return popup;
}

export async function enterPassword(
  popup: Page,
  name: string,
  password: string,
) {
  await popup.getByRole('textbox', { name: 'Name' }).fill(name);
  await popup.getByRole('textbox', { name: 'Password' }).fill(password);
  await popup.getByRole('button', { name: 'Sign in' }).click();
}

export async function expectSignedIn(page: Page) {
  await expect(page.getByRole('link', { name: 'Settings' })).toBeVisible();
}
