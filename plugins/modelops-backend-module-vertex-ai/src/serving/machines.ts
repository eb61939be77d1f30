import type { StartJob } from 'backstage-plugin-modelops-node';
import type { DeployedModel } from './endpointSchemas';

/** Choice of machines without one. */
const NO_ACCELERATOR = 'none';
/** `MachineSpec.accelerator_type`, without what Google has withdrawn. Source: accelerator_type.proto. @internal */
export const ACCELERATORS: readonly string[] = [
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
/** What a deployment asks for. @internal */
export interface Machines {
  machineType: string;
  acceleratorType: string;
  acceleratorCount: number;
  minReplicaCount: number;
  maxReplicaCount: number;
}

/** One small machine. It costs while it is deployed, asked or not. */
const DEFAULTS: Machines = {
  machineType: 'n1-standard-2',
  acceleratorType: NO_ACCELERATOR,
  acceleratorCount: 0,
  minReplicaCount: 1,
  maxReplicaCount: 1,
};

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

/** Machines that something is deployed on; those of a first deployment where it does not say. @internal */
export function machinesOf(deployed: DeployedModel | undefined): Machines {
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

function problem(sentence: string) {
  return { ok: false as const, problem: sentence };
}
