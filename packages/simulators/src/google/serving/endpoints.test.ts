import type { Simulators } from '../../attachSimulators';
import { startSimulators } from '../../startSimulators';
import { googleCallerOf, type GoogleCaller } from '../../testing/googleCallers';

// Over plain HTTP: what the official client would not send, and what tests can do behind everybody's back.

const ENDPOINTS = '/v1/projects/ml-demo/locations/europe-west4/endpoints';
const FORECAST = `${ENDPOINTS}/demand-forecast`;
const SHARED = `${ENDPOINTS}/shared-scores`;
const OLD = '1000000001';

let simulators: Simulators;
let ada: GoogleCaller;
let grace: GoogleCaller;
let katherine: GoogleCaller;
beforeAll(async () => {
  simulators = await startSimulators({ manualRuns: true });
});
beforeEach(async () => {
  await simulators.google.reset();
  [ada, grace, katherine] = await Promise.all(
    (['ada', 'grace', 'katherine'] as const).map(person =>
      googleCallerOf(simulators, person),
    ),
  );
});
afterAll(() => simulators.close());

const deploy = (id: string, trafficSplit?: Record<string, number>) =>
  ada.send('POST', `${FORECAST}:deployModel`, {
    deployedModel: {
      id,
      model: 'projects/ml-demo/locations/europe-west4/models/demand-forecast@2',
      displayName: 'v2',
      dedicatedResources: {
        machineSpec: { machineType: 'n1-standard-2' },
        minReplicaCount: 1,
      },
    },
    trafficSplit,
  });

const patch = (body: unknown, mask = 'trafficSplit', path = FORECAST) =>
  ada.send('PATCH', `${path}?updateMask=${mask}`, body);

describe('a message', () => {
  it.each<[string, string, string, unknown, string]>([
    [
      'an unknown field',
      'PATCH',
      `${FORECAST}?updateMask=trafficSplit`,
      { trafficSplits: {} },
      'Unknown name "trafficSplits" at \'endpoint\': Cannot find field.',
    ],
    [
      'an unknown field inside',
      'POST',
      `${FORECAST}:deployModel`,
      { deployedModel: { machine: 'x' } },
      'Unknown name "machine" at \'deployed_model\'',
    ],
    [
      'a share that is text',
      'PATCH',
      `${FORECAST}?updateMask=trafficSplit`,
      { trafficSplit: { [OLD]: 'all' } },
      "Invalid value at 'endpoint.traffic_split[0].value' (TYPE_INT32)",
    ],
    [
      'half a percent',
      'PATCH',
      `${FORECAST}?updateMask=trafficSplit`,
      { trafficSplit: { [OLD]: 99.5 } },
      'TYPE_INT32',
    ],
    [
      'an unknown accelerator',
      'POST',
      `${FORECAST}:deployModel`,
      {
        deployedModel: {
          dedicatedResources: { machineSpec: { acceleratorType: 'GPU' } },
        },
      },
      'TYPE_ENUM',
    ],
    [
      'no mask',
      'PATCH',
      FORECAST,
      { trafficSplit: {} },
      'update mask is required',
    ],
    [
      'an unknown query parameter',
      'POST',
      `${ENDPOINTS}?endpoint=x`,
      { displayName: 'x' },
      'Unknown name "endpoint"',
    ],
    [
      'a split for what is new',
      'POST',
      ENDPOINTS,
      { displayName: 'x', trafficSplit: { '1': 100 } },
      'traffic_split',
    ],
  ])('with %s is refused', async (_what, method, path, body, words) => {
    expect(await ada.send(method, path, body)).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 400,
          status: 'INVALID_ARGUMENT',
          message: expect.stringContaining(words),
        },
      },
    });
  });

  it('may have proto names and numbers in text', async () => {
    const { status, body } = await patch(
      { traffic_split: { [OLD]: '100' } },
      'traffic_split',
    );
    expect([status, body.trafficSplit]).toEqual([200, { [OLD]: 100 }]);
  });
});

describe('who may', () => {
  it.each<[string, string, string, unknown, string]>([
    ['GET', FORECAST, 'get', undefined, 'aiplatform.endpoints.get'],
    ['GET', ENDPOINTS, 'list', undefined, 'aiplatform.endpoints.list'],
    [
      'PATCH',
      `${FORECAST}?updateMask=labels`,
      'update',
      {},
      'aiplatform.endpoints.update',
    ],
    ['POST', ENDPOINTS, 'create', {}, 'aiplatform.endpoints.create'],
    [
      'POST',
      `${FORECAST}:deployModel`,
      'deploy',
      {},
      'aiplatform.endpoints.deploy',
    ],
    [
      'POST',
      `${FORECAST}:undeployModel`,
      'undeploy',
      {},
      'aiplatform.endpoints.undeploy',
    ],
    [
      'POST',
      `${FORECAST}:predict`,
      'predict',
      {},
      'aiplatform.endpoints.predict',
    ],
    ['DELETE', FORECAST, 'delete', undefined, 'aiplatform.endpoints.delete'],
  ])('%s %s needs %s', async (method, path, _verb, body, permission) => {
    await simulators.google.setGrants(
      (
        await simulators.google.grants()
      ).filter(grant => grant.permission !== permission),
    );
    const answer = await ada.send(method, path, body);
    expect(answer.status).toBe(403);
    expect(answer.body.error.details[0].metadata.permission).toBe(permission);
  });

  it('is asked before whether there is such an endpoint', async () => {
    const { status } = await katherine.get(`${ENDPOINTS}/nobody`);
    expect(status).toBe(403);
    expect((await ada.get(`${ENDPOINTS}/nobody`)).status).toBe(404);
  });

  it('lets a viewer read and not predict', async () => {
    expect((await grace.get(FORECAST)).status).toBe(200);
    const { status } = await grace.send('POST', `${FORECAST}:predict`, {
      instances: [[0, 0, 0, 0, 0, 0]],
    });
    expect(status).toBe(403);
  });
});

describe('an operation', () => {
  it('shows its stage, is not seen on the endpoint before its end, and is listed', async () => {
    const { body: operation } = await deploy('77', { '0': 10, [OLD]: 90 });
    expect(operation).toMatchObject({
      name: expect.stringMatching(
        /^projects\/123456789012\/locations\/europe-west4\/endpoints\/demand-forecast\/operations\/\d+$/,
      ),
      metadata: {
        '@type':
          'type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata',
        deploymentStage: 'STARTING_DEPLOYMENT',
      },
    });
    expect(operation.done).toBeUndefined();
    const { body: before } = await ada.get(FORECAST);
    expect(before.trafficSplit).toEqual({ [OLD]: 100 });
    expect(before.deployedModels).toHaveLength(1);
    expect(await deploy('77')).toMatchObject({
      status: 409,
      body: { error: { status: 'ALREADY_EXISTS' } },
    });
    await simulators.google.finishOperation('demand-forecast');
    const { body: done } = await ada.get(`/v1/${operation.name}`);
    expect(done).toMatchObject({
      done: true,
      metadata: { deploymentStage: 'SUCCESSFULLY_DEPLOYED' },
      response: {
        '@type':
          'type.googleapis.com/google.cloud.aiplatform.v1.DeployModelResponse',
        deployedModel: { id: '77', modelVersionId: '2' },
      },
    });
    const { body: after } = await ada.get(FORECAST);
    expect(after.trafficSplit).toEqual({ [OLD]: 90, '77': 10 });
    expect(after.etag).not.toBe(before.etag);
    const { body: list } = await ada.get(`${FORECAST}/operations`);
    expect(list.operations).toEqual([done]);
    expect((await ada.send('DELETE', `/v1/${operation.name}`)).status).toBe(
      200,
    );
    expect((await ada.get(`/v1/${operation.name}`)).status).toBe(404);
  });

  it('can end as a test wants it', async () => {
    const { body: operation } = await deploy('77');
    await simulators.google.finishOperation(operation.name, {
      failure: { code: 'RESOURCE_EXHAUSTED', message: 'No machines left.' },
    });
    expect((await ada.get(`/v1/${operation.name}`)).body).toMatchObject({
      done: true,
      metadata: { deploymentStage: 'FAILED_TO_DEPLOY' },
      error: { code: 8, message: 'No machines left.' },
    });
    expect((await ada.get(FORECAST)).body.deployedModels).toHaveLength(1);
  });

  it('is waited for, as long as was asked', async () => {
    const { body: operation } = await deploy('77');
    const { body: early } = await ada.send(
      'POST',
      `/v1/${operation.name}:wait`,
      { timeout: '0.02s' },
    );
    expect(early.done).toBeUndefined();
    const waiting = ada.send('POST', `/v1/${operation.name}:wait`, {});
    await simulators.google.finishOperation(operation.name);
    expect((await waiting).body.done).toBe(true);
  });

  it('is cancelled by who may start one, read by who may read', async () => {
    const { body: operation } = await deploy('77');
    expect((await grace.get(`/v1/${operation.name}`)).status).toBe(200);
    expect((await katherine.get(`/v1/${operation.name}`)).status).toBe(403);
    const cancel = `/v1/${operation.name}:cancel`;
    expect((await grace.send('POST', cancel, {})).status).toBe(403);
    expect(await ada.send('POST', cancel, {})).toMatchObject({
      status: 200,
      body: {},
    });
    expect((await ada.get(`/v1/${operation.name}`)).body).toMatchObject({
      done: true,
      error: { code: 1 },
      metadata: { deploymentStage: 'DEPLOYMENT_TERMINATED' },
    });
  });

  it('fails when its split no longer fits at its end', async () => {
    const { body: operation } = await deploy('77', { '0': 10, [OLD]: 90 });
    await simulators.google.changeEndpoint('demand-forecast', {
      serves: [{ model: 'churn-score', version: '1', share: 100, id: '5' }],
    });
    await simulators.google.finishOperation(operation.name);
    expect((await ada.get(`/v1/${operation.name}`)).body.error).toMatchObject({
      code: 3,
      message: expect.stringContaining(OLD),
    });
  });

  it('fails for files that no model server can load', async () => {
    const { body: upload } = await ada.send(
      'POST',
      '/v1/projects/ml-demo/locations/europe-west4/models:upload',
      { modelId: 'empty', model: { displayName: 'Empty' } },
    );
    await simulators.google.finishOperation(upload.name);
    const { body: operation } = await ada.send(
      'POST',
      `${FORECAST}:deployModel`,
      {
        deployedModel: {
          model: 'projects/ml-demo/locations/europe-west4/models/empty',
          dedicatedResources: {
            machineSpec: { machineType: 'n1-standard-2' },
            minReplicaCount: 1,
          },
        },
      },
    );
    await simulators.google.finishOperation('demand-forecast');
    expect((await ada.get(`/v1/${operation.name}`)).body.error).toMatchObject({
      code: 9,
      message: 'Model server exited unexpectedly.',
    });
  });

  it('can be the only one on its endpoint', async () => {
    await simulators.google.setBehaviour({ concurrentOperations: 'refuse' });
    await deploy('77');
    expect(await deploy('78')).toMatchObject({
      status: 400,
      body: { error: { status: 'FAILED_PRECONDITION' } },
    });
  });
});

describe('undeploying', () => {
  const undeploy = async (
    deployedModelId: string,
    trafficSplit?: Record<string, number>,
    path = SHARED,
  ) => {
    const answer = await ada.send('POST', `${path}:undeployModel`, {
      deployedModelId,
      trafficSplit,
    });
    if (answer.status === 200)
      await simulators.google.finishOperation(answer.body.name);
    return answer;
  };

  it('takes the traffic away when it is told where to', async () => {
    await undeploy('2000000002', { '2000000001': 100 });
    const known = await simulators.google.endpoint('shared-scores');
    expect(known).toMatchObject({
      trafficSplit: { '2000000001': 100 },
      deployed: [{ id: '2000000001', model: 'churn-score' }],
    });
  });

  it('is refused when the wish leaves it traffic', async () => {
    const { status, body } = await undeploy('2000000002', {
      '2000000001': 90,
      '2000000002': 10,
    });
    expect([status, body.error.status]).toEqual([400, 'FAILED_PRECONDITION']);
  });

  it('empties the split with the last one', async () => {
    await undeploy(OLD, undefined, FORECAST);
    expect(await simulators.google.endpoint('demand-forecast')).toMatchObject({
      trafficSplit: {},
      deployed: [],
    });
  });
});

describe('somebody else', () => {
  it('changes an endpoint right before the next change, which then meets another etag', async () => {
    const { body: read } = await ada.get(FORECAST);
    await simulators.google.plantEndpointChange('demand-forecast', {
      labels: { by: 'mallory' },
    });
    expect(
      await patch({ trafficSplit: { [OLD]: 100 }, etag: read.etag }),
    ).toMatchObject({ status: 409, body: { error: { status: 'ABORTED' } } });
    const { body: now } = await ada.get(FORECAST);
    expect(now.labels).toEqual({ by: 'mallory' });
    expect(
      (await patch({ trafficSplit: { [OLD]: 100 }, etag: now.etag })).status,
    ).toBe(200);
    // Without an etag it is a blind overwrite.
    expect((await patch({ trafficSplit: {} })).body.trafficSplit).toBe(
      undefined,
    );
  });

  it('creates and deletes endpoints', async () => {
    await simulators.google.changeEndpoint('theirs', {
      serves: [{ model: 'churn-score', version: '1', share: 100 }],
    });
    expect((await ada.get(`${ENDPOINTS}/theirs`)).body).toMatchObject({
      deployedModels: [{ id: expect.stringMatching(/^\d{19}$/) }],
    });
    await simulators.google.forgetEndpoint('theirs');
    expect((await ada.get(`${ENDPOINTS}/theirs`)).status).toBe(404);
  });
});

it('answers a list with its filter, and refuses one it does not know', async () => {
  const ids = async (filter: string) => {
    const { body } = await ada.get(
      `${ENDPOINTS}?filter=${encodeURIComponent(filter)}`,
    );
    return (body.endpoints ?? []).map(({ name }: { name: string }) =>
      name.split('/').pop(),
    );
  };
  expect(await ids('endpoint=shared-scores')).toEqual(['shared-scores']);
  expect(await ids('labels.team=supply')).toEqual(['demand-forecast']);
  expect(
    await ids('labels:team AND displayName="Shared scores" AND endpoint!="x"'),
  ).toEqual(['shared-scores']);
  expect(await ids('labels.other:*')).toEqual([]);
  for (const filter of ['state=ACTIVE', 'constructor=x', 'labels', 'a OR b'])
    expect(
      (await ada.get(`${ENDPOINTS}?filter=${encodeURIComponent(filter)}`))
        .status,
    ).toBe(400);
});

it('can be what is not established about the real service', async () => {
  await simulators.google.setBehaviour({
    duplicateDeployedModel: 'INVALID_ARGUMENT',
    deployedModelNames: 'plain',
  });
  expect((await deploy(OLD)).status).toBe(400);
  const { body } = await ada.get(FORECAST);
  expect(body.deployedModels[0]).toMatchObject({
    model:
      'projects/123456789012/locations/europe-west4/models/demand-forecast',
    modelVersionId: '1',
  });
});

it('goes through the stages by itself when time passes', async () => {
  await simulators.google.setDeploySeconds(0.5);
  const { body } = await deploy('77', { '0': 100 });
  const stages = new Set<string>();
  for (;;) {
    const { body: read } = await ada.get(`/v1/${body.name}`);
    stages.add(read.metadata.deploymentStage);
    if (read.done) break;
  }
  expect([...stages].slice(0, 2)).toEqual([
    'STARTING_DEPLOYMENT',
    'PREPARING_MODEL',
  ]);
  expect([...stages].pop()).toBe('SUCCESSFULLY_DEPLOYED');
});
