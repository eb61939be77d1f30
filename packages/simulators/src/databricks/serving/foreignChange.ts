import type { ForeignEndpointChange } from '../../handles/servingTypes';
import { ADMINS_GROUP, STRANGER, type Principal } from '../principals';
import type { RunningWorkspace } from '../startDatabricks';
import { newEndpoint, type ServingEndpoint } from './endpoints';
import { readEndpointConfig, requireServingName } from './readEndpointConfig';

/** A change by somebody who may do everything, whatever the endpoint's permissions say; what they may not do is nobody's test. */
export function changeForeign(
  { workspace, rollouts }: Pick<RunningWorkspace, 'workspace' | 'rollouts'>,
  name: string,
  change: ForeignEndpointChange,
): ServingEndpoint {
  const userName = change.by ?? STRANGER;
  const somebody: Principal = {
    ...(workspace.findPrincipal(userName) ?? {
      kind: 'user',
      id: '0',
      displayName: userName,
      revoked: false,
    }),
    userName,
    groups: [ADMINS_GROUP],
  };
  const existing = workspace.endpoints.get(name);
  const endpoint =
    existing ??
    newEndpoint({
      name: requireServingName(name, 'endpoint name'),
      creator: userName,
      createdAt: workspace.clock.now(),
      acl: [{ userName, level: 'CAN_MANAGE' }],
    });
  const serves = change.serves.map(one => ({
    ...one,
    name: one.name ?? `${one.model.split('.').at(-1)}-${one.version}`,
  }));
  const config = readEndpointConfig(
    workspace,
    somebody,
    {
      served_entities: serves.map(one => ({
        name: one.name,
        entity_name: one.model,
        entity_version: one.version,
        workload_size: one.workloadSize,
        scale_to_zero_enabled: one.scaleToZero,
      })),
      traffic_config: {
        routes: serves.map(one => ({
          served_model_name: one.name,
          traffic_percentage: one.share,
        })),
      },
    },
    endpoint.config,
  );
  workspace.endpoints.set(name, endpoint);
  if (change.rollout) rollouts.begin(endpoint, config);
  else rollouts.replace(endpoint, config);
  return endpoint;
}
