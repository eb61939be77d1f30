import type { ForeignVertexEndpointChange } from '../../handles/googleServingTypes';
import type { GoogleCloud } from '../GoogleCloud';
import { requireLabels } from '../messages/labels';
import { requireVersion } from '../models/modelReferences';
import { newNumericId } from '../operations/operations';
import { dedicatedDnsOf } from './dedicatedDns';
import {
  deployedIds,
  newEndpoint,
  touchEndpoint,
  type DeployedModel,
  type VertexEndpoint,
} from './endpoints';
import { requireSplit } from './trafficSplit';

/** A change by somebody who may do everything; what they may not do is nobody's test. */
export function changeForeign(
  cloud: GoogleCloud,
  id: string,
  change: ForeignVertexEndpointChange,
): VertexEndpoint {
  const endpoint =
    cloud.endpoints.get(id) ?? newEndpoint({ id, createdAt: cloud.now() });
  if (change.serves) serve(cloud, endpoint, change.serves);
  if (change.displayName) endpoint.displayName = change.displayName;
  if (change.labels) endpoint.labels = requireLabels(change.labels);
  if (change.dedicated !== undefined)
    endpoint.dedicatedDns = change.dedicated ? dedicatedDnsOf(id) : undefined;
  touchEndpoint(endpoint, cloud.now());
  cloud.endpoints.set(id, endpoint);
  return endpoint;
}

/** Makes the change that a test has planted for this endpoint. */
export function applyPlantedChange(cloud: GoogleCloud, id: string): void {
  const { plantedChange } = cloud.servingPlans;
  if (plantedChange?.endpoint !== id) return;
  cloud.servingPlans.plantedChange = undefined;
  changeForeign(cloud, id, plantedChange);
}

function serve(
  cloud: GoogleCloud,
  endpoint: VertexEndpoint,
  serves: NonNullable<ForeignVertexEndpointChange['serves']>,
): void {
  const deployed = serves.map(one => {
    const { model, version } = requireVersion(
      cloud,
      `${one.model}@${one.version}`,
    );
    const known = endpoint.deployed.find(({ id }) => id === one.id);
    const next: DeployedModel = known ?? {
      id: one.id ?? newNumericId(),
      displayName: one.displayName ?? model.displayName,
      createdAt: cloud.now(),
      further: {
        dedicatedResources: {
          machineSpec: { machineType: one.machineType ?? 'n1-standard-2' },
          minReplicaCount: one.minReplicas ?? 1,
          maxReplicaCount: one.maxReplicas ?? one.minReplicas ?? 1,
        },
      },
      model,
      serves: version,
    };
    return { ...next, model, serves: version };
  });
  const split = Object.fromEntries(
    serves.flatMap(({ share }, index) =>
      share > 0 ? [[deployed[index].id, share]] : [],
    ),
  );
  endpoint.deployed = deployed;
  endpoint.trafficSplit = requireSplit(split, deployedIds(endpoint));
  endpoint.credit.clear();
}
