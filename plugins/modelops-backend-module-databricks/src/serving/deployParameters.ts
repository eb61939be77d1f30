import type { ServedVersion } from 'backstage-plugin-modelops-common';
import {
  deployShareParameter,
  type PlatformParameter,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { Endpoint } from './endpoint';
import type { Raw } from './writableConfig';

/** `workload_size`, by the requests it answers at once: 4, 8 to 16, 16 to 64. Source: REST reference, serving endpoints. */
const SIZES: readonly string[] = ['Small', 'Medium', 'Large'];

/** `workload_type`. Source: REST reference, serving endpoints, `ServingModelWorkloadType`. */
const WORKLOAD_TYPES: readonly string[] = [
  'CPU',
  'CPU_MEDIUM',
  'CPU_LARGE',
  'GPU_SMALL',
  'GPU_MEDIUM',
  'GPU_LARGE',
  'MULTIGPU_MEDIUM',
  'GPU_XLARGE',
  'GPU_XLARGE_8',
];

/** What a deployment gets that says nothing about it. It costs nothing while nobody asks; the first answer then takes minutes. */
const DEFAULTS = { size: 'Small', workloadType: 'CPU', scaleToZero: true };

/** Other ways to size an entity, which Databricks takes only in place of `workload_size`. */
const OTHER_SIZING: readonly string[] = [
  'min_provisioned_concurrency',
  'max_provisioned_concurrency',
  'min_provisioned_throughput',
  'max_provisioned_throughput',
  'provisioned_model_units',
];

/** Parameters of a deployment; by default a version is sized as the model's newest one there. @internal */
export function deployParameters(
  endpoint: Endpoint | undefined,
  served: readonly ServedVersion[],
): PlatformParameter[] {
  const ours = served.filter(one => one.ours);
  const like = endpoint?.config?.served_entities
    .filter(({ name }) => ours.some(one => one.id === name))
    .at(-1);
  return [
    deployShareParameter(served),
    {
      name: 'size',
      field: {
        type: 'string',
        title: 'Size',
        description:
          'Requests at once: Small 4, Medium 8 to 16, Large 16 to 64',
        enum: [...SIZES],
      },
      default: oneOf(SIZES, like?.workload_size) ?? DEFAULTS.size,
      required: true,
    },
    {
      name: 'workloadType',
      field: {
        type: 'string',
        title: 'Compute',
        description: 'GPUs are not available in every region',
        enum: [...WORKLOAD_TYPES],
      },
      default:
        oneOf(WORKLOAD_TYPES, like?.workload_type) ?? DEFAULTS.workloadType,
      required: true,
    },
    {
      name: 'scaleToZero',
      field: {
        type: 'boolean',
        title: 'Scale to zero',
        description:
          'Costs nothing while nobody asks; the first answer after that takes minutes',
      },
      default: like?.scale_to_zero_enabled ?? DEFAULTS.scaleToZero,
      required: true,
    },
  ];
}

/** An entity sized as the person asked. @internal */
export function sizingOf(parameters: StartJob['parameters'], entity: Raw): Raw {
  return {
    ...Object.fromEntries(
      Object.entries(entity).filter(([name]) => !OTHER_SIZING.includes(name)),
    ),
    workload_size: parameters.size ?? DEFAULTS.size,
    workload_type: parameters.workloadType ?? DEFAULTS.workloadType,
    scale_to_zero_enabled: parameters.scaleToZero ?? DEFAULTS.scaleToZero,
  };
}

function oneOf(
  words: readonly string[],
  word: string | undefined,
): string | undefined {
  return word !== undefined && words.includes(word) ? word : undefined;
}
