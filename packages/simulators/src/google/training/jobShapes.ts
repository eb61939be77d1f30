import type { Kind, Shape } from '../messages/readMessage';
import { MACHINE_SPEC } from '../messages/shapes';

// Field names of google.cloud.aiplatform.v1; `messages/shapes.test.ts` compares each of them with Google's protos.

const TEXTS: Kind = ['list', 'string'];
const ENV: Kind = ['list', { name: 'string', value: 'string' }];

export const CONTAINER_SPEC: Shape = {
  imageUri: 'string',
  command: TEXTS,
  args: TEXTS,
  env: ENV,
};

export const PYTHON_PACKAGE_SPEC: Shape = {
  executorImageUri: 'string',
  packageUris: TEXTS,
  pythonModule: 'string',
  args: TEXTS,
  env: ENV,
};

export const SCHEDULING: Shape = {
  timeout: 'string',
  restartJobOnWorkerRestart: 'bool',
  strategy: 'any',
  disableRetries: 'bool',
  maxWaitDuration: 'string',
};

export const WORKER_POOL_SPEC: Shape = {
  containerSpec: CONTAINER_SPEC,
  pythonPackageSpec: PYTHON_PACKAGE_SPEC,
  machineSpec: MACHINE_SPEC,
  replicaCount: 'int64',
  nfsMounts: 'any',
  lustreMounts: 'any',
  diskSpec: { bootDiskType: 'string', bootDiskSizeGb: 'int32' },
};

export const CUSTOM_JOB_SPEC: Shape = {
  persistentResourceId: 'string',
  workerPoolSpecs: ['list', WORKER_POOL_SPEC],
  scheduling: SCHEDULING,
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
