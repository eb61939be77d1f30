import type { Express } from 'express';
import { defaultGoogleBehaviour } from '../handles/googleTypes';
import { controlRoute } from '../server/controlRoute';
import type { RunningCloud } from './startGoogle';

/** The control routes of identity, grants and behaviour. */
export function googleControlRoutes(
  control: Express,
  running: () => RunningCloud,
): void {
  control.patch(
    '/__control/behaviour',
    controlRoute(({ body }) => {
      const unknown = Object.keys(body).filter(
        name => !Object.hasOwn(defaultGoogleBehaviour, name),
      );
      if (unknown.length > 0)
        throw new TypeError(`Unknown behaviour ${unknown.join(', ')}`);
      Object.assign(running().cloud.behaviour, body);
    }),
  );
}
