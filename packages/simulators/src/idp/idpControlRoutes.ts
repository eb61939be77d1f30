import type { Express } from 'express';
import { isPerson, type Person } from '../people';
import { controlRoute } from '../server/controlRoute';
import { forgeToken } from './forgedTokens';
import type { RunningIdp } from './startIdp';

/** The control routes of the OpenID provider, besides the common ones. */
export function idpControlRoutes(control: Express, idp: RunningIdp): void {
  control.post(
    '/__control/tokens',
    controlRoute(async ({ body }) => ({
      token: await idp.parts.mint.idToken(personOf(body), body.overrides),
    })),
  );
  control.post(
    '/__control/forged-tokens',
    controlRoute(async ({ body }) => ({
      token: await forgeToken(
        body.kind,
        personOf(body),
        idp.parts.mint,
        idp.parts.keys,
      ),
    })),
  );
  control.post(
    '/__control/keys/rotate',
    controlRoute(async ({ body }) => ({
      kid: await idp.rotateKeys({ keepOld: body?.keepOld !== false }),
    })),
  );
  control.patch(
    '/__control/behaviour',
    controlRoute(({ body }) => {
      if (body.clockOffsetSeconds !== undefined)
        idp.parts.mint.clockOffsetSeconds = Number(body.clockOffsetSeconds);
      if (body.idTokenSeconds !== undefined)
        idp.parts.idTokenSeconds = Number(body.idTokenSeconds);
    }),
  );
}

function personOf(body: { person?: unknown }): Person {
  if (!isPerson(body.person))
    throw new TypeError("'person' is not one of the demo people");
  return body.person;
}
