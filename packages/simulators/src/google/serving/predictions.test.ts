import type { Simulators } from '../../attachSimulators';
import { startSimulators } from '../../startSimulators';
import { googleCallerOf, type GoogleCaller } from '../../testing/googleCallers';
import { predictByHand } from '../../testing/predictByHand';

const ENDPOINT =
  '/v1/projects/ml-demo/locations/europe-west4/endpoints/demand-forecast';
const STORAGE = '/storage/v1/b/ml-demo-models/o';
const ROWS = [
  [0.1, 0.3, -0.2, 0, 0.1, -0.4],
  [2.1, -1.6, 1.4, 1.8, 1.7, 0.9],
];

let simulators: Simulators;
let ada: GoogleCaller;
let grace: GoogleCaller;
beforeAll(async () => {
  simulators = await startSimulators();
});
beforeEach(async () => {
  await simulators.google.reset();
  [ada, grace] = await Promise.all(
    (['ada', 'grace'] as const).map(person =>
      googleCallerOf(simulators, person),
    ),
  );
});
afterAll(() => simulators.close());

const ask = (body: unknown, verb = 'predict') =>
  ada.send('POST', `${ENDPOINT}:${verb}`, body);

/** Both versions behind the endpoint, at once. */
const share = (first: number, second: number) =>
  simulators.google.changeEndpoint('demand-forecast', {
    serves: [
      { model: 'demand-forecast', version: '1', share: first, id: '11' },
      { model: 'demand-forecast', version: '2', share: second, id: '22' },
    ],
  });

it.each([1, 2])('answers with the weights of version %d', async version => {
  await share(version === 1 ? 100 : 0, version === 2 ? 100 : 0);
  const weights = await simulators.google.weights('demand-forecast', version);
  const { body } = await ask({ instances: ROWS });
  expect(body).toMatchObject({
    deployedModelId: version === 1 ? '11' : '22',
    modelVersionId: String(version),
    model: `projects/123456789012/locations/europe-west4/models/demand-forecast@${version}`,
    modelDisplayName: 'Demand forecast',
  });
  expect(body.predictions).toHaveLength(2);
  ROWS.forEach((row, index) =>
    expect(body.predictions[index]).toBeCloseTo(predictByHand(weights, row), 5),
  );
});

it('splits each hundred questions by the shares', async () => {
  await share(90, 10);
  for (let count = 0; count < 20; count += 1) await ask({ instances: ROWS });
  const known = await simulators.google.endpoint('demand-forecast');
  expect(
    known!.deployed.map(({ id, predictions }) => [id, predictions]),
  ).toEqual([
    ['11', 18],
    ['22', 2],
  ]);
});

it('answers rawPredict with who answered in headers', async () => {
  const { headers, body } = await ask({ instances: ROWS }, 'rawPredict');
  expect(headers.get('x-vertex-ai-endpoint-id')).toBe('demand-forecast');
  expect(headers.get('x-vertex-ai-deployed-model-id')).toBe('1000000001');
  expect(body.predictions).toHaveLength(2);
});

it.each<[string, unknown, string]>([
  ['no instances', {}, 'instances'],
  ['an empty list', { instances: [] }, 'instances'],
  ['a field nobody knows', { rows: [] }, 'Unknown name "rows"'],
  ['too few numbers', { instances: [[1, 2]] }, 'expected 6 numbers, got 2'],
  [
    'a feature missing',
    { instances: [{ price: 1 }] },
    '"promotion" is missing',
  ],
  ['a feature too many', { instances: [{ colour: 1 }] }, 'unknown feature'],
  [
    'text for a number',
    { instances: [['a', 0, 0, 0, 0, 0]] },
    'must be a number',
  ],
  [
    'more than 1.5 MB',
    { instances: [['x'.repeat(1_600_000)]] },
    'Request payload size exceeds the limit: 1572864 bytes.',
  ],
])('refuses %s', async (_what, body, words) => {
  expect(await ask(body)).toMatchObject({
    status: 400,
    body: {
      error: {
        status: 'INVALID_ARGUMENT',
        message: expect.stringContaining(words),
      },
    },
  });
});

it('says that nothing takes traffic', async () => {
  await simulators.google.changeEndpoint('demand-forecast', { serves: [] });
  expect((await ask({ instances: ROWS })).body.error).toEqual({
    code: 400,
    status: 'FAILED_PRECONDITION',
    message:
      "Endpoint projects/123456789012/locations/europe-west4/endpoints/demand-forecast doesn't have traffic_split.",
  });
});

it('answers a dedicated endpoint at its own host only', async () => {
  const { dedicatedDns } = await simulators.google.changeEndpoint(
    'demand-forecast',
    { dedicated: true },
  );
  expect(dedicatedDns).toBe(
    'demand-forecast.europe-west4-123456789012.prediction.vertexai.goog',
  );
  expect((await ada.get(ENDPOINT)).body).toMatchObject({
    dedicatedEndpointEnabled: true,
    dedicatedEndpointDns: dedicatedDns,
  });
  expect((await ask({ instances: ROWS })).body.error).toMatchObject({
    status: 'FAILED_PRECONDITION',
    message: expect.stringContaining(dedicatedDns!),
  });
  const { predictionHost } = simulators.google;
  const token = (await simulators.google.requests({ path: ENDPOINT }))
    .map(({ headers }) => headers.authorization)
    .pop();
  const response = await fetch(`${predictionHost}${ENDPOINT}:predict`, {
    method: 'POST',
    headers: { authorization: `${token}` },
    // More than the shared host takes.
    body: JSON.stringify({ instances: Array(40_000).fill(ROWS[1]) }),
  });
  expect(response.status).toBe(200);
  expect((await response.json()).predictions).toHaveLength(40_000);
});

describe('the instance schema', () => {
  const PATH = `${STORAGE}/demand-forecast%2Finstance.yaml`;

  it('is an object of Cloud Storage, where the model says', async () => {
    const { body: model } = await ada.get(
      '/v1/projects/ml-demo/locations/europe-west4/models/demand-forecast',
    );
    expect(model.predictSchemata.instanceSchemaUri).toBe(
      'gs://ml-demo-models/demand-forecast/instance.yaml',
    );
    const { status, text } = await ada.get(`${PATH}?alt=media`);
    expect(status).toBe(200);
    expect(text).toContain('type: object\nproperties:\n  price:\n');
    expect((await ada.get(PATH)).body).toMatchObject({
      kind: 'storage#object',
      name: 'demand-forecast/instance.yaml',
      size: String(text.length),
    });
  });

  it('is for those who may read objects', async () => {
    const { status, text } = await grace.get(`${PATH}?alt=media`);
    expect(status).toBe(403);
    expect(text).toContain('storage.objects.get');
    expect((await grace.get(PATH)).body.error.code).toBe(403);
  });

  it('can be anything, or gone', async () => {
    const name = 'ml-demo-models/demand-forecast/instance.yaml';
    await simulators.google.setObject(name, { text: 'a: &a [*a]' });
    expect((await ada.get(`${PATH}?alt=media`)).text).toBe('a: &a [*a]');
    await simulators.google.setObject(name, { bytes: 10_000_000 });
    expect((await ada.get(`${PATH}?alt=media`)).text).toHaveLength(10_000_000);
    await simulators.google.setObject(name, null);
    expect((await ada.get(`${PATH}?alt=media`)).status).toBe(404);
  });
});
