import type { Shape } from './readMessage';

// Field names of google.cloud.aiplatform.v1; the test with the official client compares each of them with its protos.

const ENV_VAR: Shape = { name: 'string', value: 'string' };
const PORT: Shape = { containerPort: 'int32' };

export const MODEL_CONTAINER_SPEC: Shape = {
  imageUri: 'string',
  command: ['list', 'string'],
  args: ['list', 'string'],
  env: ['list', ENV_VAR],
  ports: ['list', PORT],
  predictRoute: 'string',
  healthRoute: 'string',
  invokeRoutePrefix: 'string',
  grpcPorts: ['list', PORT],
  deploymentTimeout: 'string',
  sharedMemorySizeMb: 'any',
  startupProbe: 'any',
  healthProbe: 'any',
  livenessProbe: 'any',
};

export const PREDICT_SCHEMATA: Shape = {
  instanceSchemaUri: 'string',
  parametersSchemaUri: 'string',
  predictionSchemaUri: 'string',
};

export const MODEL: Shape = {
  name: 'string',
  versionId: 'string',
  versionAliases: ['list', 'string'],
  versionCreateTime: 'timestamp',
  versionUpdateTime: 'timestamp',
  displayName: 'string',
  description: 'string',
  versionDescription: 'string',
  defaultCheckpointId: 'string',
  predictSchemata: PREDICT_SCHEMATA,
  metadataSchemaUri: 'string',
  metadata: 'any',
  supportedExportFormats: 'any',
  trainingPipeline: 'string',
  pipelineJob: 'string',
  containerSpec: MODEL_CONTAINER_SPEC,
  artifactUri: 'string',
  supportedDeploymentResourcesTypes: 'any',
  supportedInputStorageFormats: 'any',
  supportedOutputStorageFormats: 'any',
  createTime: 'timestamp',
  updateTime: 'timestamp',
  deployedModels: 'any',
  explanationSpec: 'any',
  etag: 'string',
  labels: 'labels',
  dataStats: 'any',
  encryptionSpec: 'any',
  modelSourceInfo: 'any',
  originalModelInfo: 'any',
  metadataArtifact: 'string',
  baseModelSource: 'any',
  satisfiesPzs: 'bool',
  satisfiesPzi: 'bool',
  checkpoints: 'any',
};

/** Without `parent`, which is in the path; likewise below. */
export const UPLOAD_MODEL_REQUEST: Shape = {
  parentModel: 'string',
  modelId: 'string',
  model: MODEL,
  serviceAccount: 'string',
};

export const MERGE_VERSION_ALIASES_REQUEST: Shape = {
  versionAliases: ['list', 'string'],
};

export const MODEL_EVALUATION: Shape = {
  name: 'string',
  displayName: 'string',
  metricsSchemaUri: 'string',
  metrics: 'any',
  createTime: 'timestamp',
  sliceDimensions: ['list', 'string'],
  dataItemSchemaUri: 'string',
  annotationSchemaUri: 'string',
  modelExplanation: 'any',
  explanationSpecs: 'any',
  metadata: 'any',
};

export const IMPORT_MODEL_EVALUATION_REQUEST: Shape = {
  modelEvaluation: MODEL_EVALUATION,
};

/** Names by number. Source: accelerator_type.proto. */
export const ACCELERATOR_TYPES = [
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
] as const;

export const MACHINE_SPEC: Shape = {
  machineType: 'string',
  acceleratorType: ['enum', ACCELERATOR_TYPES],
  acceleratorCount: 'int32',
  gpuPartitionSize: 'string',
  tpuTopology: 'string',
  reservationAffinity: 'any',
};

export const AUTOSCALING_METRIC_SPEC: Shape = {
  metricName: 'string',
  target: 'int32',
};

export const DEDICATED_RESOURCES: Shape = {
  machineSpec: MACHINE_SPEC,
  minReplicaCount: 'int32',
  maxReplicaCount: 'int32',
  requiredReplicaCount: 'int32',
  autoscalingMetricSpecs: ['list', AUTOSCALING_METRIC_SPEC],
  spot: 'bool',
};

export const AUTOMATIC_RESOURCES: Shape = {
  minReplicaCount: 'int32',
  maxReplicaCount: 'int32',
};

export const DEPLOYED_MODEL: Shape = {
  dedicatedResources: DEDICATED_RESOURCES,
  automaticResources: AUTOMATIC_RESOURCES,
  sharedResources: 'string',
  id: 'string',
  model: 'string',
  modelVersionId: 'string',
  displayName: 'string',
  createTime: 'timestamp',
  explanationSpec: 'any',
  disableExplanations: 'bool',
  serviceAccount: 'string',
  disableContainerLogging: 'bool',
  enableAccessLogging: 'bool',
  privateEndpoints: 'any',
  fasterDeploymentConfig: 'any',
  status: 'any',
  systemLabels: 'labels',
  checkpointId: 'string',
  speculativeDecodingSpec: 'any',
};

export const ENDPOINT: Shape = {
  name: 'string',
  displayName: 'string',
  description: 'string',
  deployedModels: ['list', DEPLOYED_MODEL],
  trafficSplit: 'shares',
  etag: 'string',
  labels: 'labels',
  createTime: 'timestamp',
  updateTime: 'timestamp',
  encryptionSpec: 'any',
  network: 'string',
  enablePrivateServiceConnect: 'bool',
  privateServiceConnectConfig: 'any',
  modelDeploymentMonitoringJob: 'string',
  predictRequestResponseLoggingConfig: 'any',
  dedicatedEndpointEnabled: 'bool',
  dedicatedEndpointDns: 'string',
  clientConnectionConfig: 'any',
  satisfiesPzs: 'bool',
  satisfiesPzi: 'bool',
  genAiAdvancedFeaturesConfig: 'any',
  privateModelServerEnabled: 'bool',
};

export const DEPLOY_MODEL_REQUEST: Shape = {
  deployedModel: DEPLOYED_MODEL,
  trafficSplit: 'shares',
};

export const UNDEPLOY_MODEL_REQUEST: Shape = {
  deployedModelId: 'string',
  trafficSplit: 'shares',
};

export const MUTATE_DEPLOYED_MODEL_REQUEST: Shape = {
  deployedModel: DEPLOYED_MODEL,
  updateMask: 'string',
};

export const PREDICT_REQUEST: Shape = {
  instances: ['list', 'any'],
  parameters: 'any',
  labels: 'labels',
};
