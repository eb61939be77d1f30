import type { Simulators } from 'modelops-simulators';
import { expectAccessible } from '../accessibility';
import { expect, test } from '../fixtures';
import { card, fact, traffic, trainButton, trainCard } from '../screens';
import { VERTEX_AI } from '../stages';
import { FOLLOW_MS, untilNoRunIsOpen } from '../training';

type Google = Simulators['google'];

const ADA =
  'principal://iam.googleapis.com/locations/global/workforcePools/acme/subject/ada@acme.example';
const ENGINEERS =
  'principalSet://iam.googleapis.com/locations/global/workforcePools/acme/group/ml-engineers';

test.describe('what Google refuses is said on the card, in a sentence of its own', () => {
  for (const [what, refuse, restore, sentence, lockedOut] of [
    [
      'a pool that is gone',
      google => google.setProvider('workforce', { disabled: true }),
      google => google.setProvider('workforce', { disabled: false }),
      /no such pool or provider, or it is disabled/,
      true,
    ],
    [
      'a token for another client',
      google => google.setProvider('workforce', { audiences: ['another'] }),
      google => google.setProvider('workforce', { audiences: ['backstage'] }),
      /'aud' claim of the ID token .* has to be the client id/,
      true,
    ],
    [
      'a condition that is false',
      google =>
        google.setAttributeCondition("assertion.email == 'x@y.example'"),
      google =>
        google.setAttributeCondition('assertion.email_verified == true'),
      /attribute condition/,
      true,
    ],
    [
      'a role that is missing',
      google => google.revoke('aiplatform.customJobs.create', ENGINEERS),
      google => google.grant('aiplatform.customJobs.create', ENGINEERS),
      /aiplatform\.customJobs\.create is missing/,
      false,
    ],
  ] satisfies Array<
    [
      string,
      (google: Google) => Promise<void>,
      (google: Google) => Promise<void>,
      RegExp,
      // Whether nothing on Google Cloud can be read either.
      boolean,
    ]
  >) {
    test(what, async ({ openAs, portal }) => {
      const { google } = portal.simulators;
      const jobsBefore = await google.jobs({ creator: ADA });
      await refuse(google);
      // Credentials are held for minutes; those that are no longer good are asked for again.
      await google.endSessions(ADA);
      try {
        const page = await openAs('ada', VERTEX_AI.page);
        if (lockedOut) {
          // What was read for somebody is shown to them for some seconds more.
          await expect(async () => {
            await page.reload();
            await expect(card(page, 'Serve')).toContainText(sentence, {
              timeout: 5_000,
            });
          }).toPass({ timeout: FOLLOW_MS });
        } else {
          await trainButton(page).click();
          await page
            .getByRole('dialog', { name: `Train ${VERTEX_AI.title}` })
            .getByRole('button', { name: 'Start training' })
            .click();
          await expect(trainCard(page)).toContainText(sentence, {
            timeout: FOLLOW_MS,
          });
        }
        await untilNoRunIsOpen(portal);
        expect(await google.jobs({ creator: ADA })).toEqual(jobsBefore);
      } finally {
        await restore(google);
      }
    });
  }
});

test('a model that is trained on Databricks and served on Vertex AI has one page with both', async ({
  openAs,
}) => {
  const page = await openAs(
    'ada',
    '/catalog/default/resource/fraud-detector-eu',
  );
  await expect(fact(trainCard(page), 'Platform')).toHaveText(
    'Databricks (databricks-demo)',
  );
  await expect(trainButton(page)).toBeEnabled();
  await expect(fact(card(page, 'Deploy'), 'Platform')).toHaveText(
    'Vertex AI (vertex-demo)',
  );
  await expect(traffic(page)).toHaveText([
    'Version 1: 90 %',
    'Version 2: 10 %',
  ]);
  await expectAccessible(page, 'main');
});

test('Grace sees what Vertex AI serves, and why she may not train', async ({
  openAs,
}) => {
  const page = await openAs('grace', VERTEX_AI.page);
  await expect(traffic(page).first()).toContainText('Version');
  await expect(trainButton(page)).toBeDisabled();
  await expect(trainButton(page)).toHaveAccessibleDescription(
    /Ask for membership in group:default\/forecasting/,
  );
});
