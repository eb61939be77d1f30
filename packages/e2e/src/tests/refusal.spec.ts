import type { DatabricksHandle } from 'modelops-simulators';
import { callModelops, readSession } from '../backendSession';
import { expect, test } from '../fixtures';
import { endOfLedger, readLedger } from '../ledger';
import {
  FRAUD_DETECTOR_PAGE,
  trainButton,
  trainCard,
  untilLoaded,
} from '../screens';
import { FRAUD_DETECTOR } from '../training';

/** The portal itself, whose catalog ingestion asks Databricks at any time. */
const READER = '11111111-1111-4111-8111-111111111111';

async function askedByPeople(databricks: DatabricksHandle): Promise<number> {
  const requests = await databricks.requests();
  return requests.filter(({ principal }) => principal !== READER).length;
}

test('Grace sees why she may not train, and a POST past the button is refused and recorded', async ({
  openAs,
  portal,
}) => {
  const { idp, databricks } = portal.simulators;
  const page = await openAs('grace', FRAUD_DETECTOR_PAGE);
  const button = trainButton(page);

  await test.step('the button is disabled, and says whom to ask', async () => {
    await expect(button).toBeDisabled();
    await expect(button).toHaveAccessibleDescription(
      /None of your roles allows train .*Ask for membership in group:default\/fraud-ml/,
    );
    await expect(
      trainCard(page).getByText(
        /Ask for membership in group:default\/fraud-ml/,
      ),
    ).toBeVisible();
  });

  await test.step('the same request without the button gets 403', async () => {
    const session = await readSession(page);
    await untilLoaded(page);
    const ledgerBefore = endOfLedger(portal);
    const platformBefore = await askedByPeople(databricks);
    const identityBefore = (await idp.requests({ method: 'POST' })).length;

    const { status, body } = await callModelops(page, session, {
      method: 'POST',
      path: '/runs',
      headers: { 'Idempotency-Key': 'grace-tries-it-herself' },
      body: {
        entityRef: FRAUD_DETECTOR,
        action: 'train',
        operation: 'start',
        parameters: { epochs: 2 },
      },
    });

    expect(status).toBe(403);
    expect(body.error).toMatchObject({ code: 'role-missing' });
    expect(readLedger(portal, ledgerBefore)).toEqual([
      expect.objectContaining({
        code: 'run.refused',
        outcome: 'refused',
        refusalCode: 'role-missing',
        actor: 'user:default/grace',
        action: 'train',
        entityRef: FRAUD_DETECTOR,
      }),
    ]);
    // Nobody was called: neither the platform nor a token endpoint.
    expect(await askedByPeople(databricks)).toBe(platformBefore);
    expect(await idp.requests({ method: 'POST' })).toHaveLength(identityBefore);
  });
});

test("Grace's session with Ada's ID token is refused and recorded", async ({
  openAs,
  portal,
}) => {
  const { idp, databricks } = portal.simulators;
  const page = await openAs('grace', FRAUD_DETECTOR_PAGE);
  const session = await readSession(page);
  await untilLoaded(page);
  const ledgerBefore = endOfLedger(portal);
  const platformBefore = await askedByPeople(databricks);
  const { status, body } = await callModelops(
    page,
    { ...session, idToken: await idp.signIdToken('ada') },
    {
      method: 'POST',
      path: '/runs',
      headers: { 'Idempotency-Key': 'grace-with-the-token-of-ada' },
      body: { entityRef: FRAUD_DETECTOR, action: 'train', operation: 'start' },
    },
  );
  expect(status).toBe(403);
  expect(body.error).toMatchObject({ code: 'identity-user-mismatch' });
  expect(readLedger(portal, ledgerBefore)).toEqual([
    expect.objectContaining({
      actor: 'user:default/grace',
      refusalCode: 'identity-user-mismatch',
    }),
  ]);
  expect(await askedByPeople(databricks)).toBe(platformBefore);
});

test('an annotation that leads nowhere is named with the form it should have', async ({
  openAs,
}) => {
  const page = await openAs('ada', '/catalog/default/resource/legacy-scorer');
  const card = trainCard(page);
  await expect(card.getByRole('alert')).toContainText(
    'The annotation modelops/train leads nowhere',
  );
  await expect(card.getByRole('alert')).toContainText(
    '<connection>:<resource>',
  );
  await expect(card.getByRole('alert')).toContainText(
    'databricks-demo/job-8099',
  );
  await expect(trainButton(page)).toHaveCount(0);
});

test('an entity from an untrusted place gives nobody a right', async ({
  openAs,
  portal,
}) => {
  const path = '/catalog/default/resource/borrowed-detector';
  const { databricks } = portal.simulators;
  const requestsBefore = await askedByPeople(databricks);

  const ada = await openAs('ada', path);
  await expect(trainButton(ada)).toBeDisabled();
  await expect(trainButton(ada)).toHaveAccessibleDescription(
    /does not come from a location of modelops\.trustedLocations/,
  );
  const grace = await openAs('grace', path);
  await expect(trainButton(grace)).toBeDisabled();
  await expect(trainButton(grace)).toHaveAccessibleDescription(
    /None of your roles allows train/,
  );
  expect(await askedByPeople(databricks)).toBe(requestsBefore);
});
