import {
  EndpointServiceClient,
  helpers,
  ModelServiceClient,
  PredictionServiceClient,
  protos,
} from '@google-cloud/aiplatform';
import {
  lendFetchToGoogleLibraries,
  officialOptionsOf,
} from '../../__testUtils__/officialGoogle';
import type { Simulators } from '../../attachSimulators';
import { startSimulators } from '../../startSimulators';
import { predictByHand } from '../../testing/predictByHand';

// The official client drives the simulator: every message goes through Google's own protos, both ways.

const LOCATION = 'projects/ml-demo/locations/europe-west4';
const NUMBERED = 'projects/123456789012/locations/europe-west4';
const MODEL = `${LOCATION}/models/demand-forecast`;
const ENDPOINT = `${LOCATION}/endpoints/demand-forecast`;
const ROW = {
  price: 2.1,
  promotion: -1.6,
  season: 1.4,
  sold_last_week: 1.8,
  sold_last_year: 1.7,
  stock_days: 0.9,
};
/** The package types its own helper by another protobuf than its clients take. */
const toValue = (json: object) => helpers.toValue(json) as any;
const MACHINE = { machineSpec: { machineType: 'n1-standard-4' } };

let simulators: Simulators;
let models: ModelServiceClient;
let endpoints: EndpointServiceClient;
let predictions: PredictionServiceClient;
beforeAll(async () => {
  lendFetchToGoogleLibraries();
  simulators = await startSimulators();
});
beforeEach(async () => {
  await simulators.google.reset();
  const options = await officialOptionsOf(simulators, 'ada');
  models = new ModelServiceClient(options);
  endpoints = new EndpointServiceClient(options);
  predictions = new PredictionServiceClient(options);
});
afterAll(() => simulators.close());

/** What a call is refused with: the client gives the answer's body as the message of its error. */
async function refusalOf(
  call: Promise<unknown>,
): Promise<{ status: string; message: string }> {
  const error = await call.then(
    () => new Error('{"error":{}}'),
    refused => refused,
  );
  const { status, message } = JSON.parse(error.message).error;
  return { status, message };
}

describe('models', () => {
  it('lists models, versions by default, number and alias, and evaluations', async () => {
    const [list] = await models.listModels({ parent: LOCATION });
    const known = await simulators.google.models();
    expect(list.map(({ name }) => name)).toEqual(
      known.map(({ id }) => `${NUMBERED}/models/${id}`),
    );
    const [versions] = await models.listModelVersions({ name: MODEL });
    expect(
      versions.map(({ name, versionId, versionAliases }) => ({
        name,
        versionId,
        versionAliases,
      })),
    ).toEqual([
      {
        name: `${NUMBERED}/models/demand-forecast@1`,
        versionId: '1',
        versionAliases: ['default', 'champion'],
      },
      {
        name: `${NUMBERED}/models/demand-forecast@2`,
        versionId: '2',
        versionAliases: [],
      },
    ]);
    expect(versions[0].deployedModels).toHaveLength(2);
    for (const [suffix, versionId] of [
      ['', '1'],
      ['@2', '2'],
      ['@champion', '1'],
    ])
      expect(
        (await models.getModel({ name: MODEL + suffix }))[0].versionId,
      ).toBe(versionId);
    const [evaluations] = await models.listModelEvaluations({
      parent: `${MODEL}@2`,
    });
    expect(
      helpers.fromValue(
        evaluations[0].metrics as any, // another protobuf, as above
      ),
    ).toMatchObject({
      auRoc: expect.any(Number),
      logLoss: expect.any(Number),
    });
    const [read] = await models.getModelEvaluation({
      name: evaluations[0].name,
    });
    expect(read.name).toBe(evaluations[0].name);
  });

  it('filters, orders, masks and pages', async () => {
    await simulators.google.seedModels(5);
    const [found] = await models.listModels({
      parent: LOCATION,
      filter: 'labels.team="supply" AND displayName!="many-000001"',
      orderBy: 'display_name desc',
      readMask: { paths: ['name', 'display_name'] },
    });
    expect(found.map(({ displayName }) => displayName)).toEqual([
      'many-000005',
      'many-000003',
      'Demand forecast',
    ]);
    expect(found[0].etag).toBe('');
    const [page, next] = await models.listModels(
      { parent: LOCATION, pageSize: 4 },
      { autoPaginate: false },
    );
    expect(page).toHaveLength(4);
    expect(next?.pageToken).toBeTruthy();
    const [all] = await models.listModels({ parent: LOCATION, pageSize: 4 });
    expect(all).toHaveLength((await simulators.google.models()).length);
  });

  it('uploads a model and a version of it, and deletes them again', async () => {
    const [first] = await models.uploadModel({
      parent: LOCATION,
      modelId: 'returns',
      model: {
        displayName: 'Returns',
        labels: { team: 'supply' },
        artifactUri: 'gs://ml-demo-models/returns/1',
        containerSpec: { imageUri: 'img:1', ports: [{ containerPort: 80 }] },
      },
    });
    const [uploaded] = await first.promise();
    expect(uploaded).toMatchObject({
      model: `${NUMBERED}/models/returns@1`,
      modelVersionId: '1',
    });
    const [second] = await models.uploadModel({
      parent: LOCATION,
      parentModel: `${LOCATION}/models/returns`,
      model: {
        displayName: 'Returns',
        versionAliases: ['fresh'],
        pipelineJob: `${LOCATION}/pipelineJobs/p1`,
      },
    });
    await second.promise();
    const [fresh] = await models.getModel({
      name: `${LOCATION}/models/returns@fresh`,
    });
    expect(fresh).toMatchObject({
      versionId: '2',
      pipelineJob: `${LOCATION}/pipelineJobs/p1`,
    });
    const name = `${LOCATION}/models/returns`;
    const [gone] = await models.deleteModelVersion({ name: `${name}@2` });
    await gone.promise();
    expect(
      (await refusalOf(models.deleteModelVersion({ name: `${name}@1` })))
        .status,
    ).toBe('FAILED_PRECONDITION');
    const [allGone] = await models.deleteModel({ name });
    await allGone.promise();
    expect((await refusalOf(models.getModel({ name }))).status).toBe(
      'NOT_FOUND',
    );
  });

  it('merges aliases and refuses those that cannot be', async () => {
    const merge = (version: string, ...versionAliases: string[]) =>
      models.mergeVersionAliases({
        name: `${MODEL}@${version}`,
        versionAliases,
      });
    const [moved] = await merge('2', 'champion', 'default', 'canary');
    expect(moved.versionAliases!.sort()).toEqual([
      'canary',
      'champion',
      'default',
    ]);
    expect((await models.getModel({ name: MODEL }))[0].versionId).toBe('2');
    expect((await merge('2', '-canary'))[0].versionAliases).not.toContain(
      'canary',
    );
    for (const [version, alias, status] of [
      ['2', '-default', 'FAILED_PRECONDITION'],
      ['2', '7', 'INVALID_ARGUMENT'],
      ['2', 'Champion', 'INVALID_ARGUMENT'],
      ['champion', 'golden', 'INVALID_ARGUMENT'],
      ['9', 'golden', 'NOT_FOUND'],
    ] as const)
      expect((await refusalOf(merge(version, alias))).status).toBe(status);
  });

  it('updates labels of model and version, and imports an evaluation', async () => {
    await models.updateModel({
      model: { name: `${MODEL}@2`, labels: { 'modelops-run-id': 'r1' } },
      updateMask: { paths: ['labels'] },
    });
    const [two] = await models.getModel({ name: `${MODEL}@2` });
    expect(two.labels).toEqual({ team: 'supply', 'modelops-run-id': 'r1' });
    const [described] = await models.updateModel({
      model: { name: MODEL, description: 'Sales by day', etag: two.etag },
      updateMask: { paths: ['description'] },
    });
    expect(described.description).toBe('Sales by day');
    expect(
      (
        await refusalOf(
          models.updateModel({
            model: { name: MODEL, description: '', etag: two.etag },
            updateMask: { paths: ['description'] },
          }),
        )
      ).status,
    ).toBe('ABORTED');
    expect(
      (
        await refusalOf(
          models.updateModel({
            model: { name: `${MODEL}@2`, displayName: 'x' },
            updateMask: { paths: ['display_name'] },
          }),
        )
      ).status,
    ).toBe('FAILED_PRECONDITION');
    const [imported] = await models.importModelEvaluation({
      parent: `${MODEL}@2`,
      modelEvaluation: {
        displayName: 'last month',
        metricsSchemaUri: 'gs://schemas/metrics.yaml',
        metrics: toValue({ mape: 0.12 }),
      },
    });
    expect(imported.name).toContain('/models/demand-forecast@2/evaluations/');
  });
});

describe('endpoints', () => {
  const deploy = (
    deployedModel: protos.google.cloud.aiplatform.v1.IDeployedModel,
    trafficSplit?: Record<string, number>,
    endpoint = ENDPOINT,
  ) =>
    endpoints.deployModel({
      endpoint,
      deployedModel: {
        model: `${MODEL}@2`,
        displayName: 'v2',
        dedicatedResources: { ...MACHINE, minReplicaCount: 1 },
        ...deployedModel,
      },
      trafficSplit,
    });

  it('creates one, deploys, predicts, splits, undeploys and deletes it', async () => {
    const [creating] = await endpoints.createEndpoint({
      parent: LOCATION,
      endpointId: 'canary',
      endpoint: { displayName: 'Canary', labels: { team: 'supply' } },
    });
    const [created] = await creating.promise();
    const name = `${LOCATION}/endpoints/canary`;
    expect(created.name).toBe(`${NUMBERED}/endpoints/canary`);
    const [deploying] = await deploy(
      {
        id: '4242424242',
        dedicatedResources: {
          machineSpec: {
            machineType: 'n1-standard-4',
            acceleratorType: 'NVIDIA_TESLA_T4',
            acceleratorCount: 1,
          },
          minReplicaCount: 1,
          maxReplicaCount: 3,
        },
      },
      { '0': 100 },
      name,
    );
    const [{ deployedModel }, metadata] = await deploying.promise();
    expect(deployedModel).toMatchObject({
      id: '4242424242',
      modelVersionId: '2',
      dedicatedResources: { maxReplicaCount: 3 },
    });
    expect(metadata.genericMetadata!.createTime).toBeTruthy();
    const [answer] = await predictions.predict({
      endpoint: name,
      instances: [toValue(ROW)],
    });
    expect(answer).toMatchObject({
      deployedModelId: '4242424242',
      model: `${NUMBERED}/models/demand-forecast@2`,
      modelVersionId: '2',
      modelDisplayName: 'Demand forecast',
    });
    const weights = await simulators.google.weights('demand-forecast', 2);
    expect(answer.predictions![0].numberValue).toBeCloseTo(
      predictByHand(weights, Object.values(ROW)),
      5,
    );
    const [stopped] = await endpoints.updateEndpoint({
      endpoint: { name, trafficSplit: {} },
      updateMask: { paths: ['traffic_split'] },
    });
    expect(stopped.trafficSplit).toEqual({});
    expect(
      await refusalOf(
        predictions.predict({
          endpoint: name,
          instances: [toValue(ROW)],
        }),
      ),
    ).toMatchObject({
      status: 'FAILED_PRECONDITION',
      message: expect.stringContaining("doesn't have traffic_split"),
    });
    expect((await refusalOf(endpoints.deleteEndpoint({ name }))).status).toBe(
      'FAILED_PRECONDITION',
    );
    const [undeploying] = await endpoints.undeployModel({
      endpoint: name,
      deployedModelId: '4242424242',
    });
    await undeploying.promise();
    const [deleting] = await endpoints.deleteEndpoint({ name });
    await deleting.promise();
    const [list] = await endpoints.listEndpoints({ parent: LOCATION });
    expect(list.map(one => one.name)).not.toContain(
      `${NUMBERED}/endpoints/canary`,
    );
  });

  it('shares the traffic of two versions and changes a deployed one', async () => {
    const [deploying] = await deploy({ id: '77' });
    await deploying.promise();
    // Without a split the new model gets nothing.
    const [before] = await endpoints.getEndpoint({ name: ENDPOINT });
    expect(before.trafficSplit).toEqual({ '1000000001': 100 });
    const [after] = await endpoints.updateEndpoint({
      endpoint: {
        name: ENDPOINT,
        trafficSplit: { '1000000001': 90, '77': 10 },
        labels: { 'modelops-run-id': 'r1' },
        etag: before.etag,
      },
      updateMask: { paths: ['traffic_split', 'labels'] },
    });
    expect(after).toMatchObject({
      trafficSplit: { '1000000001': 90, '77': 10 },
      labels: { 'modelops-run-id': 'r1' },
    });
    expect(after.etag).not.toBe(before.etag);
    const [mutating] = await endpoints.mutateDeployedModel({
      endpoint: ENDPOINT,
      deployedModel: { id: '77', dedicatedResources: { maxReplicaCount: 4 } },
      updateMask: { paths: ['dedicated_resources.max_replica_count'] },
    });
    const [{ deployedModel }] = await mutating.promise();
    expect(deployedModel!.dedicatedResources).toMatchObject({
      minReplicaCount: 1,
      maxReplicaCount: 4,
      machineSpec: { machineType: 'n1-standard-4' },
    });
  });

  it('refuses wrong changes with their codes', async () => {
    const patch = (
      endpoint: protos.google.cloud.aiplatform.v1.IEndpoint,
      ...paths: string[]
    ) =>
      endpoints.updateEndpoint({
        endpoint: { name: ENDPOINT, ...endpoint },
        updateMask: { paths },
      });
    const resources = (machineType: string) => ({
      dedicatedResources: { machineSpec: { machineType }, minReplicaCount: 1 },
    });
    await simulators.google.setBehaviour({
      exceededQuotas: ['custom_model_serving_nvidia_l4_gpus'],
    });
    const cases: Array<[() => Promise<unknown>, string, string]> = [
      [
        () => patch({ trafficSplit: { '1000000001': 99 } }, 'traffic_split'),
        'INVALID_ARGUMENT',
        'add up to 100',
      ],
      [
        () => patch({ trafficSplit: { '5': 100 } }, 'traffic_split'),
        'INVALID_ARGUMENT',
        'DeployedModel ID(s) [5] do not exist',
      ],
      [
        () => patch({ trafficSplit: {}, etag: 'AMEw9yOLD' }, 'traffic_split'),
        'ABORTED',
        'etag',
      ],
      [() => patch({ name: ENDPOINT }, 'name'), 'INVALID_ARGUMENT', 'name'],
      [
        () => patch({ labels: { A: 'b' } }, 'labels'),
        'INVALID_ARGUMENT',
        'Label',
      ],
      [() => deploy({ id: '1000000001' }), 'ALREADY_EXISTS', '1000000001'],
      [() => deploy({ id: '12345678901' }), 'INVALID_ARGUMENT', '1-10'],
      [
        () => deploy({ id: '9' }, { '0': 10, '1000000001': 80 }),
        'INVALID_ARGUMENT',
        'add up to 100',
      ],
      [
        () => deploy(resources('a2-highgpu-1g')),
        'INVALID_ARGUMENT',
        'Machine type "a2-highgpu-1g" is not supported.',
      ],
      [
        () =>
          deploy({
            dedicatedResources: {
              machineSpec: {
                machineType: 'g2-standard-4',
                acceleratorType: 'NVIDIA_L4',
                acceleratorCount: 1,
              },
              minReplicaCount: 1,
            },
          }),
        'RESOURCE_EXHAUSTED',
        'aiplatform.googleapis.com/custom_model_serving_nvidia_l4_gpus',
      ],
      [() => deploy({ model: `${MODEL}@7` }), 'NOT_FOUND', 'does not exist'],
      [
        () =>
          deploy({
            serviceAccount: 'modelops-reader@ml-demo.iam.gserviceaccount.com',
          }),
        'PERMISSION_DENIED',
        'iam.serviceAccounts.actAs',
      ],
      [
        () =>
          endpoints.undeployModel({ endpoint: ENDPOINT, deployedModelId: '5' }),
        'NOT_FOUND',
        'DeployedModel',
      ],
      [
        () =>
          endpoints.undeployModel({
            endpoint: `${LOCATION}/endpoints/shared-scores`,
            deployedModelId: '2000000001',
          }),
        'FAILED_PRECONDITION',
        'traffic',
      ],
      [
        () =>
          endpoints.createEndpoint({
            parent: LOCATION,
            endpointId: 'demand-forecast',
            endpoint: { displayName: 'x' },
          }),
        'ALREADY_EXISTS',
        'already exists',
      ],
      [
        () =>
          endpoints.createEndpoint({
            parent: LOCATION,
            endpointId: '0123',
            endpoint: { displayName: 'x' },
          }),
        'INVALID_ARGUMENT',
        'endpoint ID',
      ],
      [
        () =>
          endpoints.mutateDeployedModel({
            endpoint: ENDPOINT,
            deployedModel: { id: '1000000001', model: `${MODEL}@2` },
            updateMask: { paths: ['model'] },
          }),
        'INVALID_ARGUMENT',
        'model',
      ],
    ];
    for (const [call, status, words] of cases)
      expect(await refusalOf(call())).toEqual({
        status,
        message: expect.stringContaining(words),
      });
  });

  it('gets a failed deployment as the error of its operation, and can cancel one', async () => {
    await simulators.google.failNextDeploy({ message: 'No such image.' });
    const [failing] = await deploy({ id: '77' });
    await expect(failing.promise()).rejects.toMatchObject({
      code: 9,
      message: expect.stringContaining('No such image.'),
    });
    await simulators.google.setDeploySeconds(3600);
    const [long] = await deploy({ id: '78' });
    await long.cancel();
    const [cancelled] = await endpoints.operationsClient.getOperation(
      new protos.google.longrunning.GetOperationRequest({ name: long.name }),
    );
    expect(cancelled).toMatchObject({
      done: true,
      error: { code: 1 },
    });
    const known = await simulators.google.endpoint('demand-forecast');
    expect(known!.deployed.map(({ id }) => id)).toEqual(['1000000001']);
  });
});
