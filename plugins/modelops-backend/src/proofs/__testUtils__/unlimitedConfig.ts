import type { JsonObject } from '@backstage/types';
import { demoConfig } from '../../__testUtils__/demoConfig';

/** app-config of the demo without limits, and with settings of the audit. */
export function unlimitedConfig(
  simulators: Parameters<typeof demoConfig>[0],
  audit: JsonObject = {},
): JsonObject {
  const { modelops, ...rest } = demoConfig(simulators);
  for (const role of modelops.roles)
    for (const rule of role.allow) delete rule.limits;
  return { ...rest, modelops: { ...modelops, audit } };
}

/** The same after somebody edited the roles: who trains may train for one epoch more. */
export function withOtherRoles(config: JsonObject): JsonObject {
  const edited = structuredClone(config) as any;
  edited.modelops.roles[0].allow[0].parameters.epochs.maximum += 1;
  return edited;
}
