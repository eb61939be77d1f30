import { text } from 'node:stream/consumers';
import { Time, TimeUnits } from '@databricks/sdk-experimental';
import type { Simulators } from '../../attachSimulators';
import { startSimulators } from '../../startSimulators';
import {
  all,
  officialClientOf,
  refusalOf,
} from '../../__testUtils__/officialClient';
import { predictByHand } from '../../testing/predictByHand';

// The official client drives the simulator: what it accepts and refuses is what Databricks' own code expects.

const MODEL = 'main.fraud.detector';
const WAIT = { timeout: new Time(20, TimeUnits.seconds) };
const ROW = {
  amount: 2.1,
  account_age: -1.6,
  merchant_risk: 1.4,
  tries_per_hour: 1.8,
  distance_from_home: 1.7,
  hour_of_day: 0.9,
};

let simulators: Simulators;
beforeAll(async () => {
  simulators = await startSimulators();
});
beforeEach(() => simulators.databricks.reset());
afterAll(() => simulators.close());

it('creates an endpoint, waits for it, finds it in the list and asks it', async () => {
  const { servingEndpoints } = await officialClientOf(simulators, 'ada');
  const waiter = await servingEndpoints.create({
    name: 'fraud-canary',
    config: {
      name: 'fraud-canary',
      served_entities: [
        {
          entity_name: MODEL,
          entity_version: '4',
          workload_size: 'Small',
          scale_to_zero_enabled: true,
        },
      ],
    },
  });
  expect(waiter.state).toEqual({
    ready: 'NOT_READY',
    config_update: 'IN_PROGRESS',
  });
  const created = await waiter.wait(WAIT);
  expect(created.config).toMatchObject({
    config_version: 1,
    traffic_config: {
      routes: [{ served_model_name: 'detector-4', traffic_percentage: 100 }],
    },
  });
  const list = await all(servingEndpoints.list());
  expect(list.map(({ name }) => name)).toEqual([
    'fraud-detector',
    'payments-shared',
    'fraud-canary',
  ]);
  const { predictions } = await servingEndpoints.query({
    name: 'fraud-canary',
    dataframe_records: [ROW],
  });
  const weights = await simulators.databricks.weights(MODEL, 4);
  expect(predictions![0]).toBeCloseTo(
    predictByHand(weights, Object.values(ROW)),
    5,
  );
});

it('moves traffic, reads the same state as the simulator knows, and its build log', async () => {
  const { servingEndpoints } = await officialClientOf(simulators, 'ada');
  const waiter = await servingEndpoints.updateConfig({
    name: 'fraud-detector',
    served_entities: ['2', '4'].map(version => ({
      entity_name: MODEL,
      entity_version: version,
      workload_size: 'Small',
      scale_to_zero_enabled: true,
    })),
    traffic_config: {
      routes: [
        { served_model_name: 'detector-2', traffic_percentage: 90 },
        { served_model_name: 'detector-4', traffic_percentage: 10 },
      ],
    },
  });
  expect(waiter.pending_config?.config_version).toBe(2);
  await waiter.wait(WAIT);
  const read = await servingEndpoints.get({ name: 'fraud-detector' });
  const known = await simulators.databricks.endpoint('fraud-detector');
  expect(
    read.config?.traffic_config?.routes?.map(route => [
      route.served_model_name,
      route.traffic_percentage,
    ]),
  ).toEqual(known?.config?.entities.map(({ name, share }) => [name, share]));
  expect(read.config?.config_version).toBe(known?.config?.version);
  const { logs } = await servingEndpoints.buildLogs({
    name: 'fraud-detector',
    served_model_name: 'detector-4',
  });
  expect(logs).toContain('Container image built');
});

it('gets a failed update as an error, and the old config still serves', async () => {
  const { servingEndpoints } = await officialClientOf(simulators, 'ada');
  await simulators.databricks.failNextUpdate();
  const waiter = await servingEndpoints.updateConfig({
    name: 'fraud-detector',
    served_entities: [{ entity_name: MODEL, entity_version: '3' }],
  });
  await expect(waiter.wait(WAIT)).rejects.toThrow(/UPDATE_FAILED/);
  const { state, config } = await servingEndpoints.get({
    name: 'fraud-detector',
  });
  expect(state).toEqual({ ready: 'READY', config_update: 'UPDATE_FAILED' });
  expect(config?.served_entities?.[0].entity_version).toBe('2');
});

it('gets refusals with their codes', async () => {
  const { servingEndpoints } = await officialClientOf(simulators, 'grace');
  expect(
    await refusalOf(servingEndpoints.get({ name: 'nobody' })),
  ).toMatchObject({ statusCode: 404, errorCode: 'RESOURCE_DOES_NOT_EXIST' });
  expect(
    await refusalOf(servingEndpoints.delete({ name: 'fraud-detector' })),
  ).toMatchObject({ statusCode: 403, errorCode: 'PERMISSION_DENIED' });
  expect(
    await refusalOf(
      servingEndpoints.updateConfig({
        name: 'payments-shared',
        served_entities: [],
      }),
    ),
  ).toMatchObject({ statusCode: 400, errorCode: 'INVALID_PARAMETER_VALUE' });
});

it('registers a model and sets an alias', async () => {
  const alan = await officialClientOf(simulators, 'alan');
  await alan.registeredModels.setAlias({
    full_name: MODEL,
    alias: 'challenger',
    version_num: 4,
  });
  const ada = await officialClientOf(simulators, 'ada');
  expect(
    await ada.modelVersions.getByAlias({
      full_name: MODEL,
      alias: 'challenger',
    }),
  ).toMatchObject({ version: 4 });
  await ada.registeredModels.create({
    catalog_name: 'main',
    schema_name: 'fraud',
    name: 'ring',
  });
  const models = await all(ada.registeredModels.list({}));
  expect(models.map(({ full_name: name }) => name)).toContain(
    'main.fraud.ring',
  );
});

it("reads the workspace's own registry", async () => {
  const { modelRegistry } = await officialClientOf(simulators, 'ada');
  const models = await all(modelRegistry.searchModels({}));
  expect(models.map(({ name }) => name)).toContain('churn-scoring');
  const versions = await all(
    modelRegistry.searchModelVersions({ filter: "name='churn-scoring'" }),
  );
  expect(versions.map(({ version }) => version)).toEqual(['1', '2', '3']);
});

it('reads metrics and schema', async () => {
  const { servingEndpoints } = await officialClientOf(simulators, 'ada');
  const name = 'fraud-detector';
  await servingEndpoints.query({ name, dataframe_records: [ROW] });
  expect(
    await text((await servingEndpoints.exportMetrics({ name })).contents!),
  ).toContain(
    'request_count_total{endpoint_name="fraud-detector",served_model_name="detector-2"} 1 ',
  );
  const { contents } = await servingEndpoints.getOpenApi({ name });
  expect(Object.keys(JSON.parse(await text(contents!)).paths)).toEqual([
    '/served-models/detector-2/invocations',
  ]);
});
