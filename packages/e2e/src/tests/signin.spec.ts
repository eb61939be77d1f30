import { expectAccessible } from '../accessibility';
import { expect, test } from '../fixtures';
import { PEOPLE } from '../personas';

for (const person of PEOPLE) {
  test(`${person} signs in through the OpenID provider and sees the models`, async ({
    signInAs,
  }) => {
    const page = await signInAs(person);
    await page.goto('/?filters[kind]=resource&filters[user]=all');
    await expect(
      page.getByRole('link', { name: 'Fraud detector' }),
    ).toBeVisible();
  });
}

test('a wrong password signs nobody in', async ({ page, portal }) => {
  await page.goto(portal.url);
  const popupOpens = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Sign In' }).click();
  const popup = await popupOpens;
  await popup.getByLabel('Name').fill('ada');
  await popup.getByLabel('Password').fill('grace');
  await popup.getByRole('button', { name: 'Sign in' }).click();
  await expect(popup.getByRole('alert')).toHaveText(/Wrong name or password/);
  await expect(page.getByRole('button', { name: 'Sign In' })).toBeVisible();
});

test('the sign-in survives a reload without asking again', async ({
  signInAs,
}) => {
  const page = await signInAs('ada');
  await page.reload();
  await expect(page.getByRole('link', { name: 'Settings' })).toBeVisible();
});

test('after a sign-out the next person can sign in', async ({ signInAs }) => {
  const page = await signInAs('ada');
  await page.goto('/settings');
  await page.getByTestId('user-settings-menu').click();
  await page.getByTestId('sign-out').click();
  const popupOpens = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Sign In' }).click();
  const popup = await popupOpens;
  await expect(popup.getByLabel('Name')).toBeVisible();
});

test('the sign-in page is accessible', async ({ page, portal }) => {
  await page.goto(portal.url);
  await expect(page.getByRole('button', { name: 'Sign In' })).toBeVisible();
  await expectAccessible(page);
});
