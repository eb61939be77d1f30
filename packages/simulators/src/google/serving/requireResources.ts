import type { GoogleCloud } from '../GoogleCloud';
import { GoogleError, invalidArgument } from '../googleErrors';
import type { Message } from '../messages/readMessage';

/** Machines that the simulated location has for predictions; a2 for one is not among them. */
const MACHINE_TYPE =
  /^(n1-(standard|highmem|highcpu)-(2|4|8|16|32)|n2-(standard|highmem)-(2|4|8|16|32)|e2-(standard|highmem)-(2|4|8|16)|c2-standard-(4|8|16|30)|g2-standard-(4|8|12|16|24|32|48))$/;

/** Accelerators that go with a family of machines; other families take none. */
const ACCELERATORS = new Map([
  ['n1', ['NVIDIA_TESLA_T4', 'NVIDIA_TESLA_V100', 'NVIDIA_TESLA_P100']],
  ['g2', ['NVIDIA_L4']],
]);

/** Refuses resources that a model cannot be deployed with. Texts but the machine type's are not established. */
export function requireResources(deployed: Message): void {
  const { dedicatedResources, automaticResources, sharedResources } = deployed;
  if (automaticResources || sharedResources)
    throw invalidArgument(
      'The Model only supports the deployment resources type DEDICATED_RESOURCES.',
    );
  if (!dedicatedResources)
    throw invalidArgument(
      'deployed_model.dedicated_resources is required for this Model.',
    );
  const {
    machineSpec = {},
    minReplicaCount,
    maxReplicaCount,
  } = dedicatedResources;
  requireMachine(machineSpec);
  requireReplicas(minReplicaCount, maxReplicaCount);
}

/** Refuses replica counts that make no sense; without a maximum it is the minimum. */
export function requireReplicas(
  minimum: number | undefined,
  maximum: number | undefined,
): void {
  if (!minimum || minimum < 1)
    throw invalidArgument('min_replica_count must be at least 1.');
  if (maximum !== undefined && maximum < minimum)
    throw invalidArgument(
      'max_replica_count must be greater than or equal to min_replica_count.',
    );
}

function requireMachine(spec: Message): void {
  const { machineType = '', acceleratorType, acceleratorCount = 0 } = spec;
  if (!MACHINE_TYPE.test(machineType))
    throw invalidArgument(`Machine type "${machineType}" is not supported.`);
  if (!acceleratorType || acceleratorType === 'ACCELERATOR_TYPE_UNSPECIFIED')
    return;
  const [family] = machineType.split('-');
  if (!ACCELERATORS.get(family)?.includes(acceleratorType))
    throw invalidArgument(
      `Accelerator "${acceleratorType}" is not supported for machine type "${machineType}".`,
    );
  if (acceleratorCount < 1)
    throw invalidArgument('accelerator_count must be at least 1.');
}

/** Refuses a deployment that needs what the project has used up: `custom_model_serving_cpus` or `…_nvidia_t4_gpus`. */
export function requireQuota(cloud: GoogleCloud, deployed: Message): void {
  const accelerator: string | undefined =
    deployed.dedicatedResources?.machineSpec?.acceleratorType;
  const needed = [
    'custom_model_serving_cpus',
    ...(accelerator
      ? [
          `custom_model_serving_${accelerator
            .replace('_TESLA', '')
            .toLowerCase()}_gpus`,
        ]
      : []),
  ];
  const exceeded = needed.filter(metric =>
    cloud.behaviour.exceededQuotas.includes(metric),
  );
  if (exceeded.length > 0)
    throw new GoogleError(
      'RESOURCE_EXHAUSTED',
      `The following quota metrics exceed quota limits: ${exceeded
        .map(metric => `aiplatform.googleapis.com/${metric}`)
        .join(',')}`,
    );
}
