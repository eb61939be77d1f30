import type { Express } from 'express';
import {
  defaultGoogleBehaviour,
  type FederationProvider,
  type Grant,
} from '../handles/googleTypes';
import { controlRoute } from '../server/controlRoute';
import { meetsCondition } from './identity/attributeCondition';
import { isWorkforce } from './identity/mapAttributes';
import type { RunningCloud } from './startGoogle';

/** The control routes of behaviour and identity. */
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
  control.patch(
    '/__control/providers/:kind',
    controlRoute(({ params, body }) => {
      const provider = running().cloud.providers.find(
        known =>
          (isWorkforce(known) ? 'workforce' : 'workload') === params.kind,
      );
      if (!provider)
        throw new TypeError("The kinds are 'workforce', 'workload'");
      changeProvider(provider, body);
    }),
  );
  control.get(
    '/__control/grants',
    controlRoute(() => running().cloud.grants),
  );
  control.put(
    '/__control/grants',
    controlRoute(({ body }) => {
      running().cloud.grants = (body as Grant[]).map(checkGrant);
    }),
  );
  control.post(
    '/__control/grants',
    controlRoute(({ body }) => {
      running().cloud.grants.push(checkGrant(body));
    }),
  );
  control.post(
    '/__control/grants/revoke',
    controlRoute(({ body }) => {
      const { cloud } = running();
      const left = cloud.grants.filter(
        grant =>
          grant.permission !== body.permission || grant.member !== body.member,
      );
      if (left.length === cloud.grants.length)
        throw new TypeError(
          `${body.member} was not granted ${body.permission}`,
        );
      cloud.grants = left;
    }),
  );
  control.post(
    '/__control/principals',
    controlRoute(({ body }) => {
      const { sessions } = running().cloud;
      const { principal, change } = body;
      if (typeof principal !== 'string' || !/^principal:|@/.test(principal))
        throw new TypeError(`'${principal}' is no principal`);
      if (change === 'end') sessions.end(principal);
      else if (change === 'revoke') sessions.revoke(principal);
      else sessions.restore(principal);
    }),
  );
}

const PROVIDER_FIELDS: Array<keyof FederationProvider> = [
  'issuer',
  'audiences',
  'mapping',
  'condition',
  'sessionSeconds',
  'disabled',
];

function changeProvider(
  provider: FederationProvider,
  change: Partial<FederationProvider>,
): void {
  const fields = Object.keys(change) as Array<keyof FederationProvider>;
  const unknown = fields.filter(field => !PROVIDER_FIELDS.includes(field));
  if (unknown.length > 0)
    throw new TypeError(`A provider has no '${unknown.join("', '")}' to set`);
  // A condition nobody understands is an error now, and not a refusal of everybody later.
  if (change.condition)
    meetsCondition(change.condition, {
      assertion: {},
      google: { subject: '', groups: [] },
    });
  Object.assign(provider, change);
}

function checkGrant({ permission, member, resource }: Grant): Grant {
  if (!/^[a-z]+\.\w+\.\w+$/.test(permission))
    throw new TypeError(`'${permission}' is no permission`);
  if (!/^(principal|principalSet|serviceAccount):/.test(member))
    throw new TypeError(`'${member}' is no member of an IAM policy`);
  return { permission, member, ...(resource && { resource }) };
}
