import protoFields from '@google-cloud/aiplatform/build/protos/protos.json';
import * as shapes from './shapes';

// The simulator knows each message by hand; Google's own protos say whether it is right.

const published = protoFields.nested.google.nested.cloud.nested.aiplatform
  .nested.v1.nested as unknown as Record<
  string,
  {
    fields: Record<string, { type: string; rule?: string }>;
    values: Record<string, number>;
  }
>;

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
])('%s has the fields that Google published', (name, shape, inPath) => {
  const { fields } = published[name];
  expect([...Object.keys(shape), ...inPath].sort()).toEqual(
    Object.keys(fields).sort(),
  );
  for (const [field, kind] of Object.entries(shape)) {
    if (['string', 'int32', 'bool'].includes(kind as string))
      expect([
        field,
        ['string', 'int32', 'bool'].includes(fields[field].type)
          ? fields[field].type
          : 'string',
      ]).toEqual([field, kind]);
    expect([field, fields[field].rule === 'repeated']).toEqual([
      field,
      (Array.isArray(kind) && kind[0] === 'list') ||
        (kind === 'any' && fields[field].rule === 'repeated'),
    ]);
  }
});

it('know the accelerators by number', () => {
  expect(
    Object.fromEntries(
      shapes.ACCELERATOR_TYPES.map((name, number) => [name, number]),
    ),
  ).toEqual(published.AcceleratorType.values);
});
