import {
  shareOfOurs,
  type ServedVersion,
} from 'backstage-plugin-modelops-common';
import type {
  PlatformParameter,
  StartJob,
} from 'backstage-plugin-modelops-node';
import type { DeployedModel } from './endpointSchemas';

/** Percent that a version gets beside others of its model, unless the person says another share. */
const CANARY_SHARE = 10;

/** `n1-standard-2`, `a2-highgpu-1g`, `g2-standard-4`. Which of them a location has, Google says: the list changes. */
const MACHINE_TYPE = '^[a-z][a-z0-9]{1,11}(-[a-z0-9]{1,15}){1,4}$';

const NO_ACCELERATOR = 'none';
/** `MachineSpec.accelerator_type`, without what Google has withdrawn. Source: accelerator_type.proto. */
const ACCELERATORS: readonly string[] = [
  NO_ACCELERATOR,
  'NVIDIA_TESLA_P100',
  'NVIDIA_TESLA_V100',
  'NVIDIA_TESLA_P4',
  'NVIDIA_TESLA_T4',
  'NVIDIA_TESLA_A100',
  'NVIDIA_A100_80GB',
  'NVIDIA_L4',
  'NVIDIA_H100_80GB',
  'NVIDIA_H100_MEGA_80GB',
  'NVIDIA_H200_141GB',
  'NVIDIA_B200',
  'NVIDIA_GB200',
  'NVIDIA_RTX_PRO_6000',
  'TPU_V5_LITEPOD',
];
/** Accelerators of one machine; Google sells no more than 16. */
const MOST_ACCELERATORS = 16;
/** Machines of one deployment. Quota is smaller by far; this only keeps a slip from being one of thousands. */
const MOST_REPLICAS = 100;

/** What a deployment asks for. */
interface Machines {
  machineType: string;
  acceleratorType: string;
  acceleratorCount: number;
  minReplicaCount: number;
  maxReplicaCount: number;
}

/** The smallest machine that Google suggests for predictions, once. It costs while it is deployed, asked or not. */
const DEFAULTS: Machines = {
  machineType: 'n1-standard-2',
  acceleratorType: NO_ACCELERATOR,
  acceleratorCount: 0,
  minReplicaCount: 1,
  maxReplicaCount: 1,
};

/** Parameters of a deployment; by default a version gets the machines of the model's newest one there. @internal */
export function deployParameters(
  deployed: readonly DeployedModel[],
  served: readonly ServedVersion[],
): PlatformParameter[] {
  const most = shareOfOurs(served);
  const ours = served.filter(one => one.ours);
  const newest = deployed
    .filter(({ id }) => ours.some(one => one.id === id))
    .sort((a, b) => timeOf(a) - timeOf(b))
    .at(-1);
  const like = machinesOf(newest);
  return [
    {
      name: 'traffic',
      field: {
        type: 'integer',
        title: 'Share of the traffic',
        description: 'Percent of all requests to the endpoint',
        minimum: 0,
        maximum: most,
      },
      default: ours.length === 0 ? most : Math.min(CANARY_SHARE, most),
      required: true,
    },
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

/** One parameter per version of the model, named as Vertex AI names what is deployed. @internal */
export function trafficParameters(
  served: readonly ServedVersion[],
): PlatformParameter[] {
  const most = shareOfOurs(served);
  return served
    .filter(one => one.ours)
    .map(({ id, version, share }) => ({
      name: id,
      field: {
        type: 'integer',
        title: version === undefined ? id : `Version ${version}`,
        description: 'Percent of all requests to the endpoint',
        minimum: 0,
        maximum: most,
      },
      default: share,
      required: false,
    }));
}

/** Machines as the person asked; or, in a sentence, why there can be none. @internal */
export function askedMachines(
  parameters: StartJob['parameters'],
): { ok: true; machines: Machines } | { ok: false; problem: string } {
  const machines: Machines = {
    machineType: String(parameters.machineType ?? DEFAULTS.machineType),
    acceleratorType: String(
      parameters.acceleratorType ?? DEFAULTS.acceleratorType,
    ),
    acceleratorCount: Number(
      parameters.acceleratorCount ?? DEFAULTS.acceleratorCount,
    ),
    minReplicaCount: Number(
      parameters.minReplicaCount ?? DEFAULTS.minReplicaCount,
    ),
    maxReplicaCount: Number(
      parameters.maxReplicaCount ?? DEFAULTS.maxReplicaCount,
    ),
  };
  if (machines.minReplicaCount > machines.maxReplicaCount)
    return problem('it cannot have more machines at least than at most');
  const accelerated = machines.acceleratorType !== NO_ACCELERATOR;
  if (accelerated !== machines.acceleratorCount > 0)
    return problem(
      accelerated
        ? `say how many ${machines.acceleratorType} each machine gets`
        : 'say which accelerator the machines get, or 0 of them',
    );
  return { ok: true, machines };
}

/** `DedicatedResources` of the machines. @internal */
export function toDedicatedResources(
  machines: Machines,
): Record<string, unknown> {
  const { machineType, acceleratorType, acceleratorCount } = machines;
  return {
    machineSpec: {
      machineType,
      ...(acceleratorCount > 0 && { acceleratorType, acceleratorCount }),
    },
    minReplicaCount: machines.minReplicaCount,
    maxReplicaCount: machines.maxReplicaCount,
  };
}

/** Whether something is deployed on these machines already. @internal */
export function hasMachines(deployed: DeployedModel, asked: Machines): boolean {
  if (!deployed.dedicatedResources) return false;
  const has = machinesOf(deployed);
  return (Object.keys(asked) as (keyof Machines)[]).every(
    key => has[key] === asked[key],
  );
}

/** `2 to 4 machines n1-standard-8, each with 1 NVIDIA_TESLA_T4`. @internal */
export function machinesInWords(parameters: StartJob['parameters']): string {
  const asked = askedMachines(parameters);
  if (!asked.ok) return 'these machines';
  const {
    minReplicaCount: least,
    maxReplicaCount: most,
    ...machines
  } = asked.machines;
  const count =
    most > least
      ? `${least} to ${most} machines`
      : `${least} ${least === 1 ? 'machine' : 'machines'}`;
  const accelerators =
    machines.acceleratorCount > 0
      ? `${most > 1 ? ', each' : ''} with ${machines.acceleratorCount} ${
          machines.acceleratorType
        }`
      : '';
  return `${count} ${machines.machineType}${accelerators}`;
}

function machinesOf(deployed: DeployedModel | undefined): Machines {
  const { dedicatedResources: dedicated } = deployed ?? {};
  const spec = dedicated?.machineSpec;
  if (!dedicated || !spec?.machineType) return DEFAULTS;
  const type = spec.acceleratorType;
  const accelerated =
    type !== undefined &&
    ACCELERATORS.includes(type) &&
    spec.acceleratorCount > 0;
  const least = Math.max(dedicated.minReplicaCount, 1);
  return {
    machineType: spec.machineType,
    acceleratorType: accelerated ? type : NO_ACCELERATOR,
    acceleratorCount: accelerated ? spec.acceleratorCount : 0,
    minReplicaCount: least,
    maxReplicaCount: Math.max(dedicated.maxReplicaCount, least),
  };
}

function timeOf({ createTime }: DeployedModel): number {
  return createTime?.getTime() ?? 0;
}

function problem(sentence: string) {
  return { ok: false as const, problem: sentence };
}
