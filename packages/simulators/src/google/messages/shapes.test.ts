import protoFields from '@google-cloud/aiplatform/build/protos/protos.json';
import type { Kind } from './readMessage';
import * as jobs from '../training/jobShapes';
import * as shapes from './shapes';

const SCALARS = ['int32', 'int64', 'bool'];

// The simulator knows each message by hand; Google's own protos say whether it is right.

const published = protoFields.nested.google.nested.cloud.nested.aiplatform
  .nested.v1.nested as unknown as Record<
  string,
  {
    fields: Record<string, { type: string; rule?: string }>;
    values: Record<string, number>;
  }
>;

/** Whether what the simulator takes for a field is what the proto says; of messages only that they are one or many. */
function fits(kind: Kind, { type, rule }: { type: string; rule?: string }) {
  if (kind === 'any') return true;
  if (Array.isArray(kind) && kind[0] === 'list') return rule === 'repeated';
  if (rule === 'repeated') return false;
  if (kind === 'timestamp') return type === 'google.protobuf.Timestamp';
  // Durations and masks are text in JSON.
  if (kind === 'string')
    return [
      'string',
      'google.protobuf.Duration',
      'google.protobuf.FieldMask',
    ].includes(type);
  return typeof kind !== 'string' || !SCALARS.includes(kind) || type === kind;
}

it.each([
  ['Model', shapes.MODEL, []],
  ['ModelContainerSpec', shapes.MODEL_CONTAINER_SPEC, []],
  ['PredictSchemata', shapes.PREDICT_SCHEMATA, []],
  ['ModelEvaluation', shapes.MODEL_EVALUATION, []],
  ['UploadModelRequest', shapes.UPLOAD_MODEL_REQUEST, ['parent']],
  [
    'MergeVersionAliasesRequest',
    shapes.MERGE_VERSION_ALIASES_REQUEST,
    ['name'],
  ],
  [
    'ImportModelEvaluationRequest',
    shapes.IMPORT_MODEL_EVALUATION_REQUEST,
    ['parent'],
  ],
  ['Endpoint', shapes.ENDPOINT, []],
  ['DeployedModel', shapes.DEPLOYED_MODEL, []],
  ['DedicatedResources', shapes.DEDICATED_RESOURCES, []],
  ['AutomaticResources', shapes.AUTOMATIC_RESOURCES, []],
  ['MachineSpec', shapes.MACHINE_SPEC, []],
  ['AutoscalingMetricSpec', shapes.AUTOSCALING_METRIC_SPEC, []],
  ['DeployModelRequest', shapes.DEPLOY_MODEL_REQUEST, ['endpoint']],
  ['UndeployModelRequest', shapes.UNDEPLOY_MODEL_REQUEST, ['endpoint']],
  [
    'MutateDeployedModelRequest',
    shapes.MUTATE_DEPLOYED_MODEL_REQUEST,
    ['endpoint'],
  ],
  ['PredictRequest', shapes.PREDICT_REQUEST, ['endpoint']],
  ['CustomJob', jobs.CUSTOM_JOB, []],
  ['CustomJobSpec', jobs.CUSTOM_JOB_SPEC, []],
  ['WorkerPoolSpec', jobs.WORKER_POOL_SPEC, []],
  ['ContainerSpec', jobs.CONTAINER_SPEC, []],
  ['PythonPackageSpec', jobs.PYTHON_PACKAGE_SPEC, []],
  ['Scheduling', jobs.SCHEDULING, []],
  ['PipelineJob', jobs.PIPELINE_JOB, []],
])('%s has the fields that Google published', (name, shape, inPath) => {
  const { fields } = published[name];
  expect([...Object.keys(shape), ...inPath].sort()).toEqual(
    Object.keys(fields).sort(),
  );
  const misfits = Object.entries(shape).filter(
    ([field, kind]) => !fits(kind, fields[field]),
  );
  expect(misfits).toEqual([]);
});

it('know the accelerators by number', () => {
  expect(
    Object.fromEntries(
      shapes.ACCELERATOR_TYPES.map((name, number) => [name, number]),
    ),
  ).toEqual(published.AcceleratorType.values);
});
