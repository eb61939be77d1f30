import type { ServedVersion } from 'backstage-plugin-modelops-common';
import {
  deployShareParameter,
  type PlatformParameter,
} from 'backstage-plugin-modelops-node';
import type { DeployedModel } from './endpointSchemas';
import { ACCELERATORS, machinesOf } from './machines';

/** `n1-standard-2`, `a2-highgpu-1g`, `g2-standard-4`. Which of them a location has, Google says: the list changes. */
const MACHINE_TYPE = '^[a-z][a-z0-9]{1,11}(-[a-z0-9]{1,15}){1,4}$';

/** Accelerators of one machine; Google sells no more than 16. */
const MOST_ACCELERATORS = 16;
/** Machines of one deployment. Quota is smaller by far; this only keeps a slip from being one of thousands. */
const MOST_REPLICAS = 100;

/** Parameters of a deployment; by default a version gets the machines of the model's newest one there. @internal */
export function deployParameters(
  deployed: readonly DeployedModel[],
  served: readonly ServedVersion[],
): PlatformParameter[] {
  const ours = served.filter(one => one.ours);
  const newest = deployed
    .filter(({ id }) => ours.some(one => one.id === id))
    .sort((a, b) => timeOf(a) - timeOf(b))
    .at(-1);
  const like = machinesOf(newest);
  return [
    deployShareParameter(served),
    {
      name: 'machineType',
      field: {
        type: 'string',
        title: 'Machine type',
        description:
          'Such as n1-standard-2 or g2-standard-4. Each machine costs while it is deployed, asked or not',
        pattern: MACHINE_TYPE,
        maxLength: 63,
      },
      default: like.machineType,
      required: true,
    },
    {
      name: 'acceleratorType',
      field: {
        type: 'string',
        title: 'Accelerator',
        description: 'Not every location and machine type has each of them',
        enum: [...ACCELERATORS],
      },
      default: like.acceleratorType,
      required: true,
    },
    {
      name: 'acceleratorCount',
      field: {
        type: 'integer',
        title: 'Accelerators of each machine',
        description: '0 without an accelerator',
        minimum: 0,
        maximum: MOST_ACCELERATORS,
      },
      default: like.acceleratorCount,
      required: true,
    },
    {
      name: 'minReplicaCount',
      field: {
        type: 'integer',
        title: 'Machines at least',
        minimum: 1,
        maximum: MOST_REPLICAS,
      },
      default: like.minReplicaCount,
      required: true,
    },
    {
      name: 'maxReplicaCount',
      field: {
        type: 'integer',
        title: 'Machines at most',
        description: 'More are started while there are many requests',
        minimum: 1,
        maximum: MOST_REPLICAS,
      },
      default: like.maxReplicaCount,
      required: true,
    },
  ];
}

function timeOf({ createTime }: DeployedModel): number {
  return createTime?.getTime() ?? 0;
}
