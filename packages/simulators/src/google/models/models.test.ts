import type { Simulators } from '../../attachSimulators';
import { startSimulators } from '../../startSimulators';
import { googleCallerOf, type GoogleCaller } from '../../testing/googleCallers';

const LOCATION = '/v1/projects/ml-demo/locations/europe-west4';
const MODELS = `${LOCATION}/models`;
const FORECAST = `${MODELS}/demand-forecast`;

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

/** The response or error of an operation, at its end. */
async function ended(operation: Promise<{ body: any }>) {
  const { body } = await operation;
  const answer = await ada.send('POST', `/v1/${body.name}:wait`, {});
  expect(answer.body.done).toBe(true);
  return answer.body;
}

it.each<[string, string, unknown, string]>([
  ['GET', MODELS, undefined, 'aiplatform.models.list'],
  ['GET', FORECAST, undefined, 'aiplatform.models.get'],
  ['GET', `${FORECAST}@champion`, undefined, 'aiplatform.models.get'],
  ['GET', `${FORECAST}:listVersions`, undefined, 'aiplatform.models.list'],
  ['POST', `${MODELS}:upload`, {}, 'aiplatform.models.upload'],
  ['POST', `${FORECAST}@1:mergeVersionAliases`, {}, 'aiplatform.models.update'],
  ['PATCH', FORECAST, {}, 'aiplatform.models.update'],
  ['DELETE', FORECAST, undefined, 'aiplatform.models.delete'],
  [
    'DELETE',
    `${FORECAST}@2:deleteVersion`,
    undefined,
    'aiplatform.models.delete',
  ],
  [
    'GET',
    `${FORECAST}@1/evaluations`,
    undefined,
    'aiplatform.modelEvaluations.list',
  ],
  [
    'POST',
    `${FORECAST}@1/evaluations:import`,
    {},
    'aiplatform.modelEvaluations.import',
  ],
])('%s %s needs its permission', async (method, path, body, permission) => {
  await simulators.google.setGrants(
    (
      await simulators.google.grants()
    ).filter(grant => grant.permission !== permission),
  );
  const answer = await ada.send(method, path, body);
  expect(answer.status).toBe(403);
  expect(answer.body.error.details[0].metadata.permission).toBe(permission);
});

it('takes a grant on one model for all its versions', async () => {
  const grants = await simulators.google.grants();
  const name = 'projects/ml-demo/locations/europe-west4/models/churn-score';
  await simulators.google.setGrants(
    grants.map(grant =>
      grant.permission === 'aiplatform.models.get'
        ? { ...grant, resource: name }
        : grant,
    ),
  );
  expect((await grace.get(`${MODELS}/churn-score@1`)).status).toBe(200);
  expect((await grace.get(`${FORECAST}@1`)).status).toBe(403);
});

it.each<[string, string, string, unknown, string]>([
  [
    'an unknown field',
    'POST',
    `${MODELS}:upload`,
    { model: { displayName: 'x', stage: 'prod' } },
    'Unknown name "stage" at \'model\'',
  ],
  [
    'no display name',
    'POST',
    `${MODELS}:upload`,
    { model: {} },
    'display_name is required',
  ],
  [
    'an id in upper case',
    'POST',
    `${MODELS}:upload`,
    { modelId: 'Returns', model: { displayName: 'x' } },
    'model ID "Returns" is invalid',
  ],
  [
    'an alias like a number',
    'POST',
    `${MODELS}:upload`,
    { model: { displayName: 'x', versionAliases: ['3'] } },
    'Version alias "3" is invalid',
  ],
  [
    'an e-mail in a label',
    'POST',
    `${MODELS}:upload`,
    { model: { displayName: 'x', labels: { by: 'ada@acme.example' } } },
    'Label "by" is invalid',
  ],
  [
    'aliases without a version',
    'POST',
    `${FORECAST}:mergeVersionAliases`,
    { versionAliases: ['golden'] },
    'must include a version ID',
  ],
  [
    'an evaluation without metrics',
    'POST',
    `${FORECAST}@1/evaluations:import`,
    { modelEvaluation: { metricsSchemaUri: 'gs://x' } },
    'needs metrics',
  ],
  [
    'a field that cannot be changed',
    'PATCH',
    `${FORECAST}?updateMask=artifactUri`,
    { artifactUri: 'gs://x' },
    '"artifactUri" is not supported',
  ],
])('%s is refused', async (_what, method, path, body, words) => {
  expect(await ada.send(method, path, body)).toMatchObject({
    status: 400,
    body: {
      error: {
        status: 'INVALID_ARGUMENT',
        message: expect.stringContaining(words),
      },
    },
  });
});

it('gives files that were trained here to another model', async () => {
  const done = await ended(
    ada.send('POST', `${MODELS}:upload`, {
      modelId: 'copy',
      model: {
        displayName: 'Copy',
        artifactUri: 'gs://ml-demo-models/demand-forecast/2',
      },
    }),
  );
  expect(done.response).toEqual({
    '@type':
      'type.googleapis.com/google.cloud.aiplatform.v1.UploadModelResponse',
    model: 'projects/123456789012/locations/europe-west4/models/copy@1',
    modelVersionId: '1',
  });
  const { google } = simulators;
  expect((await google.weights('copy', 1)).sha256).toBe(
    (await google.weights('demand-forecast', 2)).sha256,
  );
});

it('gives a number only once', async () => {
  await ended(ada.send('DELETE', `${FORECAST}@2:deleteVersion`));
  await simulators.google.addVersion('demand-forecast');
  const [{ versions }] = await simulators.google.models();
  expect(versions.map(({ version }) => version)).toEqual(['1', '3']);
});

it('keeps what is deployed and what is the default', async () => {
  const refused = {
    status: 400,
    body: { error: { status: 'FAILED_PRECONDITION' } },
  };
  expect(await ada.send('DELETE', `${FORECAST}@1:deleteVersion`)).toMatchObject(
    refused,
  );
  expect(await ada.send('DELETE', FORECAST)).toMatchObject(refused);
  for (const id of ['demand-forecast', 'shared-scores'])
    await simulators.google.forgetEndpoint(id);
  expect(await ada.send('DELETE', `${FORECAST}@1:deleteVersion`)).toMatchObject(
    refused,
  );
  expect((await ended(ada.send('DELETE', FORECAST))).error).toBeUndefined();
});

it('pages with tokens that are good for their own list only', async () => {
  await simulators.google.seedModels(120);
  const { body: first } = await ada.get(`${MODELS}?pageSize=1000`);
  expect(first.models).toHaveLength(100);
  const token = encodeURIComponent(first.nextPageToken);
  const { body: second } = await ada.get(
    `${MODELS}?pageSize=1000&pageToken=${token}`,
  );
  expect(second.nextPageToken).toBeUndefined();
  const names = [...first.models, ...second.models].map(({ name }) => name);
  expect(new Set(names).size).toBe((await simulators.google.models()).length);
  for (const [caller, query] of [
    [grace, `pageToken=${token}`],
    [ada, `pageToken=${token}&filter=labels:team`],
    [ada, 'pageToken=x'],
    [ada, 'pageSize=-1'],
    [ada, 'orderBy=etag'],
  ] as const)
    expect((await caller.get(`${MODELS}?${query}`)).status).toBe(400);
});

it('shows what somebody else uploads', async () => {
  await simulators.google.addModel({ id: 'theirs', versions: 2 });
  await simulators.google.addVersion('theirs', {
    aliases: ['champion'],
    labels: { 'modelops-run-id': 'r1' },
    metrics: null,
    instanceSchemaUri: null,
  });
  const { body } = await ada.get(`${MODELS}/theirs@champion`);
  expect(body).toMatchObject({
    versionId: '3',
    labels: { 'modelops-run-id': 'r1' },
  });
  expect(body.predictSchemata).toBeUndefined();
  const { body: none } = await ada.get(`${MODELS}/theirs@3/evaluations`);
  expect(none).toEqual({});
  await simulators.google.forgetModel('theirs');
  expect((await ada.get(`${MODELS}/theirs`)).status).toBe(404);
});
