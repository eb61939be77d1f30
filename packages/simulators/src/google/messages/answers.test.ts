import protoFields from '@google-cloud/aiplatform/build/protos/protos.json';
import type { Simulators } from '../../attachSimulators';
import { startSimulators } from '../../startSimulators';
import { googleCallerOf } from '../../testing/googleCallers';

// The official client overlooks fields it does not know; here each field of an answer is looked up in its protos.

const LOCATION = '/v1/projects/ml-demo/locations/europe-west4';
const FORECAST = `${LOCATION}/endpoints/demand-forecast`;

interface ProtoType {
  fields?: Record<string, { type: string; rule?: string; keyType?: string }>;
  values?: Record<string, number>;
  nested?: Record<string, ProtoType>;
}
const ROOT = protoFields as unknown as ProtoType;
const VERTEX = 'google.cloud.aiplatform.v1';

/** A type by its name, looked for from the inside out as protobuf does. */
function findType(name: string, scope: string): [ProtoType, string] {
  const path = scope === '' ? name : `${scope}.${name}`;
  const found = path
    .split('.')
    .reduce<ProtoType | undefined>(
      (type, segment) => type?.nested?.[segment],
      ROOT,
    );
  if (found) return [found, path];
  if (scope === '') throw new TypeError(`No type ${name}`);
  return findType(name, scope.split('.').slice(0, -1).join('.'));
}

/** What of an answer Google's protos do not know, by path. */
function strangeIn(value: any, name: string, scope: string, at = ''): string[] {
  if (/^(string|bool|u?int\d+|double|float|bytes)$/.test(name))
    return typeof value === 'object' ? [at] : [];
  if (/^google\.protobuf\.(Value|Timestamp|Duration|Empty)$/.test(name))
    return [];
  const [type, path] = findType(name, scope);
  if (type.values) return Object.hasOwn(type.values, value) ? [] : [at];
  return Object.entries(value).flatMap(([key, held]) => {
    const field = type.fields?.[key];
    const where = `${at}.${key}`;
    if (!field) return [where];
    const items =
      field.rule === 'repeated' || field.keyType
        ? Object.values(held as object)
        : [held];
    return items.flatMap(one => strangeIn(one, field.type, path, where));
  });
}

let simulators: Simulators;
beforeAll(async () => {
  simulators = await startSimulators();
});
afterAll(() => simulators.close());

it('knows a field that is strange', () => {
  expect(
    strangeIn(
      { displayName: 'x', deployedModels: [{ machine: 1 }], stage: 1 },
      'Endpoint',
      VERTEX,
    ),
  ).toEqual(['.deployedModels.machine', '.stage']);
});

it('answers with nothing that Google does not know', async () => {
  const ada = await googleCallerOf(simulators, 'ada');
  await simulators.google.changeEndpoint('theirs', {
    dedicated: true,
    serves: [{ model: 'churn-score', version: '1', share: 100 }],
  });
  const deploying = await ada.send('POST', `${FORECAST}:deployModel`, {
    deployedModel: {
      model: 'projects/ml-demo/locations/europe-west4/models/demand-forecast@2',
      serviceAccount: 'forecast-trainer@ml-demo.iam.gserviceaccount.com',
      dedicatedResources: {
        machineSpec: {
          machineType: 'n1-standard-2',
          acceleratorType: 5,
          acceleratorCount: '1',
        },
        minReplicaCount: 1,
      },
    },
    trafficSplit: { '0': 50, '1000000001': 50 },
  });
  const { body: operation } = await ada.send(
    'POST',
    `/v1/${deploying.body.name}:wait`,
  );
  const { '@type': _, ...response } = operation.response;
  const { '@type': __, ...metadata } = operation.metadata;
  const MODEL = `${LOCATION}/models/demand-forecast`;
  const read = async (path: string) => (await ada.get(path)).body;
  const answers: Array<[string, unknown]> = [
    ['DeployModelResponse', response],
    ['DeployModelOperationMetadata', metadata],
    ['Endpoint', await read(FORECAST)],
    ['ListEndpointsResponse', await read(`${LOCATION}/endpoints`)],
    ['ListModelsResponse', await read(`${LOCATION}/models?pageSize=1`)],
    ['ListModelVersionsResponse', await read(`${MODEL}:listVersions`)],
    ['ListModelEvaluationsResponse', await read(`${MODEL}@1/evaluations`)],
    [
      'PredictResponse',
      (
        await ada.send('POST', `${FORECAST}:predict`, {
          instances: [[0, 0, 0, 0, 0, 0]],
        })
      ).body,
    ],
  ];
  expect(
    answers.map(([type, answer]) => [type, strangeIn(answer, type, VERTEX)]),
  ).toEqual(answers.map(([type]) => [type, []]));
  // Whatever Google's messages allow there; just looked at.
  const [endpoint] = answers[2].slice(1) as any[];
  expect(
    endpoint.deployedModels[1].dedicatedResources.machineSpec.acceleratorType,
  ).toBe('NVIDIA_TESLA_T4');
});
