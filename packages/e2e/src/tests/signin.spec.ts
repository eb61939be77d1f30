import { expectAccessible } from '../accessibility';
import { expect, test } from '../fixtures';
import { PEOPLE, enterPassword, expectSignedIn, openSignIn } from '../personas';

for (const person of PEOPLE) {
  test(`${person} signs in through the OpenID provider and sees the models`, async ({
    signInAs,
  }) => {
    const page = await signInAs(person);
    await expect(
      page.getByRole('link', { name: 'Fraud detector', exact: true }),
    ).toBeVisible();
  });
}

test('a wrong password signs nobody in', async ({ page, portal }) => {
  await page.goto(portal.url);
  const popup = await openSignIn(page);
  await enterPassword(popup, 'ada', 'grace');
  await expect(popup.getByRole('alert')).toHaveText(/Wrong name or password/);
  await popup.close();
  await expect(page.getByRole('button', { name: 'Sign In' })).toBeVisible();
});

test('the sign-in survives a reload without asking again', async ({
  signInAs,
}) => {
  const page = await signInAs('ada');
  await page.reload();
  await expectSignedIn(page);
});

test('after a sign-out another person can sign in', async ({ signInAs }) => {
  const page = await signInAs('ada');
  await page.goto('/settings');
  await page.getByTestId('user-settings-menu').click();
  await page.getByTestId('sign-out').click();
  const popup = await openSignIn(page);
  await enterPassword(popup, 'grace', 'grace');
  await expectSignedIn(page);
  await page.goto('/settings');
  await expect(page.getByText('Grace Hopper').first()).toBeVisible();
});

test('the sign-in page is accessible', async ({ page, portal }) => {
  await page.goto(portal.url);
  await expect(page.getByRole('button', { name: 'Sign In' })).toBeVisible();
  await expectAccessible(page);
});
