import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { enterPassword } from '../personas';
import {
  FRAUD_DETECTOR_PAGE,
  newestState,
  openTrainDialog,
  trainButton,
  trainCard,
  trainDialog,
} from '../screens';
import { FOLLOW_MS, moveTraining, startTraining } from '../training';

const OUR_BACKEND = '**/api/modelops/**';

/** Seconds that the ID token of a request has to live. */
function lifeOf(idToken: string): number {
  const [, payload] = idToken.split('.');
  const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return exp - Date.now() / 1000;
}

function countPopups(page: Page): () => number {
  let popups = 0;
  page.on('popup', () => {
    popups += 1;
  });
  return () => popups;
}

test('an ID token that ends soon is renewed without asking', async ({
  portal,
  signInAs,
}) => {
  const { idp } = portal.simulators;
  await idp.setIdTokenLifetime(90);
  const page = await signInAs('ada');
  await page.goto(FRAUD_DETECTOR_PAGE);
  await expect(trainButton(page)).toBeEnabled();
  await idp.setIdTokenLifetime(3600);

  const popups = countPopups(page);
  const form = page.waitForRequest(/actions\/train(\?|$)/);
  await openTrainDialog(page);
  const sent = await (await form).headerValue('modelops-identity-token');
  expect(lifeOf(sent!)).toBeGreaterThan(3000);
  expect(popups()).toBe(0);
  await expect(page.getByText('Login Required')).toHaveCount(0);
});

test('ID tokens that never live long are enough, and nobody is asked', async ({
  portal,
  signInAs,
}) => {
  await portal.simulators.idp.setIdTokenLifetime(90);
  const page = await signInAs('ada');
  const popups = countPopups(page);
  await page.goto(FRAUD_DETECTOR_PAGE);
  await openTrainDialog(page);
  expect(popups()).toBe(0);
});

test('without an ID token the card offers to sign in', async ({
  portal,
  signInAs,
}) => {
  const { idp } = portal.simulators;
  const page = await signInAs('ada');
  // The portal's session goes on, but a refresh brings no ID token any more, as at some providers.
  await idp.fault({
    path: '/token',
    effect: 'merge',
    json: { id_token: null },
  });
  await page.goto(FRAUD_DETECTOR_PAGE);
  const card = trainCard(page);
  await expect(card).toContainText('The platform does not know you yet');
  await expect(card).not.toContainText('The platform sees you');

  // Neither of the two refreshes that are tried before anybody is asked brings one.
  await idp.clearFaults();
  await idp.fault({ path: '/token', effect: 'status', status: 400, count: 2 });
  await card.getByRole('button', { name: 'Sign in' }).click();
  const popup = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Log in' }).click();
  await enterPassword(await popup, 'ada', 'ada');
  await expect(card).toContainText('The platform sees you, ada@acme.example');
  await expect(card).not.toContainText('The platform does not know you yet');
  await openTrainDialog(page);
});

test('a backend that cannot be reached is said so, and asked again on request', async ({
  openAs,
}) => {
  const page = await openAs('ada', '/');
  await page.route(OUR_BACKEND, route => route.abort());
  await page.goto(FRAUD_DETECTOR_PAGE);
  const card = trainCard(page);
  await expect(card.getByRole('alert')).toContainText(
    'The backend did not answer',
  );
  await page.unroute(OUR_BACKEND);
  await card.getByRole('button', { name: 'Try again' }).click();
  await expect(trainButton(page)).toBeEnabled();
  await expect(card.getByRole('alert')).toHaveCount(0);

  await page.route(OUR_BACKEND, route => route.abort());
  await trainButton(page).click();
  const dialog = trainDialog(page);
  await expect(dialog.getByRole('alert')).toContainText(
    'The form could not be read',
  );
  await page.unroute(OUR_BACKEND);
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog.getByLabel('epochs')).toBeVisible();
});

test('what was last known stays on screen while the backend cannot be reached', async ({
  openAs,
  portal,
}) => {
  const page = await openAs('ada', FRAUD_DETECTOR_PAGE);
  await startTraining(page);
  await page.reload();
  await expect(newestState(page, 'Submitted')).toBeVisible();
  const card = trainCard(page);
  // At least one answer of the run itself, which is what grows old.
  await page.waitForResponse(/\/v1\/runs\/[^/]+$/);

  await page.route(OUR_BACKEND, route => route.abort());
  await expect(card.getByRole('alert')).toContainText('This is how it was at');
  await expect(newestState(page, 'Submitted')).toBeVisible();
  await expect(card.getByRole('link', { name: /Open in/ })).toBeVisible();

  await page.unroute(OUR_BACKEND);
  await card.getByRole('button', { name: 'Try again' }).click();
  await expect(card.getByRole('alert')).toHaveCount(0);
  await moveTraining(portal, 'TERMINATED');
  await expect(newestState(page, 'Succeeded')).toBeVisible({
    timeout: FOLLOW_MS,
  });
});
