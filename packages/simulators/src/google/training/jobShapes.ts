import type { Kind, Shape } from '../messages/readMessage';

// Field names of google.cloud.aiplatform.v1: custom_job.proto, machine_resources.proto, pipeline_job.proto.

/** By number, since the official clients send numbers. Gaps are numbers never given. Source: accelerator_type.proto. */
const ACCELERATOR_TYPES = [
  'ACCELERATOR_TYPE_UNSPECIFIED',
  'NVIDIA_TESLA_K80',
  'NVIDIA_TESLA_P100',
  'NVIDIA_TESLA_V100',
  'NVIDIA_TESLA_P4',
  'NVIDIA_TESLA_T4',
  'TPU_V2',
  'TPU_V3',
  'NVIDIA_TESLA_A100',
  'NVIDIA_A100_80GB',
  'TPU_V4_POD',
  'NVIDIA_L4',
  'TPU_V5_LITEPOD',
  'NVIDIA_H100_80GB',
  'NVIDIA_H100_MEGA_80GB',
  'NVIDIA_H200_141GB',
  'NVIDIA_B200',
  'NVIDIA_GB200',
  'NVIDIA_RTX_PRO_6000',
];

const TEXTS: Kind = ['list', 'string'];
const ENV: Kind = ['list', { name: 'string', value: 'string' }];

const WORKER_POOL_SPEC: Shape = {
  containerSpec: { imageUri: 'string', command: TEXTS, args: TEXTS, env: ENV },
  pythonPackageSpec: {
    executorImageUri: 'string',
    packageUris: TEXTS,
    pythonModule: 'string',
    args: TEXTS,
    env: ENV,
  },
  machineSpec: {
    machineType: 'string',
    acceleratorType: ['enum', ACCELERATOR_TYPES],
    acceleratorCount: 'int32',
    gpuPartitionSize: 'string',
    tpuTopology: 'string',
    reservationAffinity: 'any',
  },
  replicaCount: 'int64',
  nfsMounts: 'any',
  lustreMounts: 'any',
  diskSpec: { bootDiskType: 'string', bootDiskSizeGb: 'int32' },
};

const CUSTOM_JOB_SPEC: Shape = {
  persistentResourceId: 'string',
  workerPoolSpecs: ['list', WORKER_POOL_SPEC],
  scheduling: {
    timeout: 'string',
    restartJobOnWorkerRestart: 'bool',
    strategy: 'any',
    disableRetries: 'bool',
    maxWaitDuration: 'string',
  },
  serviceAccount: 'string',
  network: 'string',
  reservedIpRanges: TEXTS,
  pscInterfaceConfig: 'any',
  baseOutputDirectory: { outputUriPrefix: 'string' },
  protectedArtifactLocationId: 'string',
  tensorboard: 'string',
  enableWebAccess: 'bool',
  enableDashboardAccess: 'bool',
  experiment: 'string',
  experimentRun: 'string',
  models: TEXTS,
};

/** Fields that only answers have; in a request they are read over. */
const OUTPUT_ONLY: Shape = {
  name: 'string',
  state: 'any',
  createTime: 'timestamp',
  startTime: 'timestamp',
  endTime: 'timestamp',
  updateTime: 'timestamp',
  error: 'any',
};

export const CUSTOM_JOB: Shape = {
  ...OUTPUT_ONLY,
  displayName: 'string',
  jobSpec: CUSTOM_JOB_SPEC,
  labels: 'labels',
  encryptionSpec: { kmsKeyName: 'string' },
  webAccessUris: 'any',
  satisfiesPzs: 'bool',
  satisfiesPzi: 'bool',
};

export const PIPELINE_JOB: Shape = {
  ...OUTPUT_ONLY,
  displayName: 'string',
  pipelineSpec: 'any',
  jobDetail: 'any',
  labels: 'labels',
  runtimeConfig: {
    parameters: 'any',
    gcsOutputDirectory: 'string',
    parameterValues: 'any',
    failurePolicy: 'any',
    inputArtifacts: 'any',
  },
  encryptionSpec: { kmsKeyName: 'string' },
  serviceAccount: 'string',
  network: 'string',
  reservedIpRanges: TEXTS,
  pscInterfaceConfig: 'any',
  templateUri: 'string',
  templateMetadata: 'any',
  scheduleName: 'string',
  preflightValidations: 'bool',
};

/** Names of what only answers have. */
export const OUTPUT_ONLY_FIELDS: readonly string[] = [
  ...Object.keys(OUTPUT_ONLY),
  'webAccessUris',
  'satisfiesPzs',
  'satisfiesPzi',
  'jobDetail',
  'templateMetadata',
  'scheduleName',
];
