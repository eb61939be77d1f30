import type { Simulators } from '../../attachSimulators';
import { startSimulators } from '../../startSimulators';
import { callerOf, type Caller } from '../../testing/callers';

const ENDPOINTS = '/api/2.0/serving-endpoints';
const FRAUD = `${ENDPOINTS}/fraud-detector`;
const MODEL = 'main.fraud.detector';

let simulators: Simulators;
let ada: Caller;
let grace: Caller;
let alan: Caller;
let katherine: Caller;
beforeAll(async () => {
  // Rollouts wait until they are ended.
  simulators = await startSimulators({ manualRuns: true });
});
beforeEach(async () => {
  await simulators.databricks.reset();
  [ada, grace, alan, katherine] = await Promise.all(
    (['ada', 'grace', 'alan', 'katherine'] as const).map(person =>
      callerOf(simulators, person),
    ),
  );
});
afterAll(() => simulators.close());

/** A config that serves these versions of the fraud detector. */
function serving(shares: Record<string, number>) {
  const versions = Object.entries(shares);
  return {
    served_entities: versions.map(([version]) => ({
      entity_name: MODEL,
      entity_version: version,
      workload_size: 'Small',
      scale_to_zero_enabled: true,
    })),
    traffic_config: {
      routes: versions.map(([version, share]) => ({
        served_model_name: `detector-${version}`,
        traffic_percentage: share,
      })),
    },
  };
}

function sharesOf(config: any): Record<string, number> {
  return Object.fromEntries(
    config.traffic_config.routes.map((route: any) => [
      route.served_entity_name,
      route.traffic_percentage,
    ]),
  );
}

describe('an endpoint', () => {
  it('is seen by those who have a level on it, with that level', async () => {
    const names = async (caller: Caller) =>
      ((await caller.get(ENDPOINTS)).body.endpoints ?? []).map(
        (endpoint: any) => endpoint.name,
      );
    expect(await names(ada)).toEqual(['fraud-detector', 'payments-shared']);
    expect(await names(grace)).toEqual(['payments-shared']);
    expect((await ada.get(FRAUD)).body).toMatchObject({
      name: 'fraud-detector',
      creator: 'alan@acme.example',
      permission_level: 'CAN_MANAGE',
      state: { ready: 'READY', config_update: 'NOT_UPDATING' },
      config: { config_version: 1 },
      tags: [{ key: 'team', value: 'fraud' }],
    });
    expect((await ada.get(FRAUD)).body).not.toHaveProperty('pending_config');
    expect((await katherine.get(FRAUD)).body.permission_level).toBe('CAN_VIEW');
    expect(await grace.get(FRAUD)).toMatchObject({
      status: 403,
      body: { error_code: 'PERMISSION_DENIED' },
    });
  });

  it('shows in a list what it serves, and no more', async () => {
    const { body } = await ada.get(ENDPOINTS);
    expect(body.endpoints[1].config).toEqual({
      served_entities: [
        {
          name: 'uplift-1',
          entity_name: 'main.growth.uplift',
          entity_version: '1',
        },
        { name: 'detector-1', entity_name: MODEL, entity_version: '1' },
      ],
    });
  });

  it('that does not exist is 404, or 403 to those without rights when told so', async () => {
    const missing = `${ENDPOINTS}/nobody`;
    expect(await ada.get(missing)).toMatchObject({
      status: 404,
      body: {
        error_code: 'RESOURCE_DOES_NOT_EXIST',
        message: 'Serving endpoint with name nobody not found',
      },
    });
    await simulators.databricks.setBehaviour({ missingEndpoints: 'forbidden' });
    expect((await ada.get(missing)).status).toBe(403);
    expect((await alan.get(missing)).status).toBe(404);
  });

  it('needs the scope model-serving', async () => {
    const jobsOnly = await callerOf(simulators, 'ada', 'jobs');
    expect((await jobsOnly.get(FRAUD)).status).toBe(403);
    const serves = await callerOf(simulators, 'ada', 'model-serving');
    expect((await serves.get(FRAUD)).status).toBe(200);
  });

  it('is created by those who may, first not ready and with a pending config only', async () => {
    const { body, status } = await ada.send('POST', ENDPOINTS, {
      name: 'fraud-canary',
      config: { served_entities: serving({ 3: 100 }).served_entities },
      tags: [{ key: 'team', value: 'fraud' }],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      creator: 'ada@acme.example',
      permission_level: 'CAN_MANAGE',
      state: { ready: 'NOT_READY', config_update: 'IN_PROGRESS' },
      pending_config: { config_version: 1, start_time: expect.any(Number) },
    });
    expect(body).not.toHaveProperty('config');
    expect(sharesOf(body.pending_config)).toEqual({ 'detector-3': 100 });
    expect(
      await ada.send('POST', '/serving-endpoints/fraud-canary/invocations', {}),
    ).toMatchObject({ status: 503 });

    await simulators.databricks.finishUpdate('fraud-canary');
    const after = (await ada.get(`${ENDPOINTS}/fraud-canary`)).body;
    expect(after.state).toEqual({
      ready: 'READY',
      config_update: 'NOT_UPDATING',
    });
    expect(after.config.served_entities[0]).toMatchObject({
      name: 'detector-3',
      creator: 'ada@acme.example',
      state: { deployment: 'DEPLOYMENT_READY' },
    });

    expect(
      await ada.send('POST', ENDPOINTS, {
        name: 'fraud-canary',
        config: serving({ 3: 100 }),
      }),
    ).toMatchObject({
      status: 409,
      body: { error_code: 'RESOURCE_ALREADY_EXISTS' },
    });
    expect(
      await grace.send('POST', ENDPOINTS, {
        name: 'growth',
        config: serving({ 3: 100 }),
      }),
    ).toMatchObject({ status: 403 });
  });

  it('is deleted by those who may manage it', async () => {
    expect((await katherine.send('DELETE', FRAUD, {})).status).toBe(403);
    expect((await ada.send('DELETE', FRAUD, {})).status).toBe(200);
    expect((await ada.get(FRAUD)).status).toBe(404);
  });

  it('takes tags', async () => {
    expect(
      (
        await ada.send('PATCH', `${FRAUD}/tags`, {
          add_tags: [{ key: 'stage', value: 'prod' }],
          delete_tags: ['team'],
        })
      ).body,
    ).toEqual({ tags: [{ key: 'stage', value: 'prod' }] });
  });
});

describe('permissions of an endpoint', () => {
  it('are read and changed by its id, by those who manage it', async () => {
    const { body } = await ada.get('/api/2.0/serving-endpoints/fraud-detector');
    const path = `/api/2.0/permissions/serving-endpoints/${body.id}`;
    expect((await katherine.get(path)).status).toBe(403);
    expect((await ada.get(path)).body).toMatchObject({
      object_type: 'serving-endpoint',
    });
    await ada.send('PATCH', path, {
      access_control_list: [
        { group_name: 'data-scientists', permission_level: 'CAN_VIEW' },
      ],
    });
    expect(
      (await grace.get('/api/2.0/serving-endpoints/fraud-detector')).body
        .permission_level,
    ).toBe('CAN_VIEW');
  });
});

describe('a change of what is served', () => {
  const change = (shares: Record<string, number>, caller = ada) =>
    caller.send('PUT', `${FRAUD}/config`, serving(shares));

  it('leaves the old config serving until the new one does', async () => {
    expect((await change({ 2: 90, 3: 10 })).status).toBe(200);
    const during = (await ada.get(FRAUD)).body;
    expect(during.state).toEqual({
      ready: 'READY',
      config_update: 'IN_PROGRESS',
    });
    expect(sharesOf(during.config)).toEqual({ 'detector-2': 100 });
    expect(sharesOf(during.pending_config)).toEqual({
      'detector-2': 90,
      'detector-3': 10,
    });
    expect(during.pending_config.config_version).toBe(2);
    expect(
      during.pending_config.served_entities.map((one: any) => [
        one.state.deployment,
        one.creator,
      ]),
    ).toEqual([
      ['DEPLOYMENT_READY', 'alan@acme.example'],
      ['DEPLOYMENT_CREATING', 'ada@acme.example'],
    ]);

    await simulators.databricks.finishUpdate('fraud-detector');
    const after = (await ada.get(FRAUD)).body;
    expect(after).not.toHaveProperty('pending_config');
    expect(after.config.config_version).toBe(2);
    expect(sharesOf(after.config)).toEqual({
      'detector-2': 90,
      'detector-3': 10,
    });
    expect(after.config.served_entities[0].creation_timestamp).toBe(
      during.config.served_entities[0].creation_timestamp,
    );
  });

  it('is refused while another one is rolled out', async () => {
    await change({ 2: 90, 3: 10 });
    expect(await change({ 2: 50, 3: 50 })).toMatchObject({
      status: 409,
      body: { error_code: 'RESOURCE_CONFLICT' },
    });
  });

  it('that fails says so, with the reason in the build log, and the old one serves on', async () => {
    await simulators.databricks.failNextUpdate({
      endpoint: 'fraud-detector',
      message: 'No module named sklearn',
    });
    await change({ 2: 90, 3: 10 });
    await simulators.databricks.finishUpdate('fraud-detector');
    const after = (await ada.get(FRAUD)).body;
    expect(after.state).toEqual({
      ready: 'READY',
      config_update: 'UPDATE_FAILED',
    });
    expect(sharesOf(after.config)).toEqual({ 'detector-2': 100 });
    expect(after.pending_config.served_entities[1].state).toEqual({
      deployment: 'DEPLOYMENT_FAILED',
      deployment_state_message: 'No module named sklearn',
    });
    const { body } = await ada.get(
      `${FRAUD}/served-models/detector-3/build-logs`,
    );
    expect(body.logs).toContain('No module named sklearn');

    await change({ 2: 80, 3: 20 });
    expect((await ada.get(FRAUD)).body.pending_config.config_version).toBe(2);
    await simulators.databricks.setBehaviour({ failedUpdates: 'drop-pending' });
    await simulators.databricks.finishUpdate('fraud-detector', {
      failure: 'again',
    });
    expect((await ada.get(FRAUD)).body).not.toHaveProperty('pending_config');
  });

  it('by somebody else is seen by all', async () => {
    await simulators.databricks.changeEndpoint('fraud-detector', {
      by: 'alan@acme.example',
      serves: [
        { model: MODEL, version: '2', share: 60 },
        { model: 'main.risk.velocity', version: '1', share: 40 },
      ],
    });
    expect(sharesOf((await ada.get(FRAUD)).body.config)).toEqual({
      'detector-2': 60,
      'velocity-1': 40,
    });
    // Who keeps what is there needs no right on it.
    expect(
      await ada.send('PUT', `${FRAUD}/config`, {
        served_entities: [
          { entity_name: 'main.risk.velocity', entity_version: '1' },
        ],
      }),
    ).toMatchObject({ status: 200 });
    expect(
      await ada.send('PUT', `${ENDPOINTS}/payments-shared/config`, {
        served_entities: [
          { entity_name: 'main.risk.velocity', entity_version: '1' },
        ],
      }),
    ).toMatchObject({ status: 403 });
  });

  it('can have been overtaken by somebody else at the last moment', async () => {
    const foreign = { serves: [{ model: MODEL, version: '4', share: 100 }] };
    const { databricks } = simulators;
    await databricks.plantEndpointChange('fraud-detector', foreign);
    const { body } = await change({ 2: 90, 3: 10 });
    expect(sharesOf(body.config)).toEqual({ 'detector-4': 100 });
    expect(body.pending_config.config_version).toBe(3);

    await databricks.finishUpdate('fraud-detector');
    await databricks.plantEndpointChange('fraud-detector', {
      ...foreign,
      rollout: true,
    });
    expect((await change({ 2: 100 })).status).toBe(409);
  });

  it('gives back settings it does not know the meaning of', async () => {
    await ada.send('PUT', `${FRAUD}/config`, {
      served_entities: [
        {
          name: 'mine',
          entity_name: MODEL,
          entity_version: '2',
          min_provisioned_concurrency: 4,
          max_provisioned_concurrency: 8,
          environment_vars: { TOKEN: '{{secrets/scope/key}}' },
        },
      ],
    });
    await simulators.databricks.finishUpdate('fraud-detector');
    const [entity] = (await ada.get(FRAUD)).body.config.served_entities;
    expect(entity).toMatchObject({
      name: 'mine',
      max_provisioned_concurrency: 8,
      environment_vars: { TOKEN: '{{secrets/scope/key}}' },
    });
    expect(entity).not.toHaveProperty('workload_size');
  });

  it.each<[string, number, unknown]>([
    ['nothing to serve', 400, { served_entities: [] }],
    ['shares that are not 100', 400, serving({ 2: 60, 3: 30 })],
    ['a share above 100', 400, serving({ 2: 110, 3: -10 })],
    ['half a percent', 400, serving({ 2: 99.5, 3: 0.5 })],
    [
      'two entities without shares',
      400,
      { served_entities: serving({ 2: 1, 3: 1 }).served_entities },
    ],
    [
      'a share of what is not served',
      400,
      {
        ...serving({ 2: 100 }),
        traffic_config: serving({ 4: 100 }).traffic_config,
      },
    ],
    ['a version that does not exist', 404, serving({ 99: 100 })],
    ['a version as a number', 400, withEntity({ entity_version: 2 })],
    ['an unknown size', 400, withEntity({ workload_size: 'Tiny' })],
    ['an unknown type', 400, withEntity({ workload_type: 'TPU' })],
    ['a name with a slash', 400, withEntity({ name: 'a/b' })],
    [
      'the same name twice',
      400,
      {
        served_entities: [
          ...withEntity({ name: 'one' }).served_entities,
          ...withEntity({ name: 'one' }).served_entities,
        ],
        traffic_config: serving({ 2: 100 }).traffic_config,
      },
    ],
    [
      'a model the caller may not read',
      403,
      withEntity({ entity_name: 'main.hr.attrition', entity_version: '1' }),
    ],
  ])('is refused with %s', async (_what, status, body) => {
    expect((await ada.send('PUT', `${FRAUD}/config`, body)).status).toBe(
      status,
    );
    expect((await ada.get(FRAUD)).body.state.config_update).toBe(
      'NOT_UPDATING',
    );
  });

  it('is refused to those who may only look, whatever they send', async () => {
    expect(await change({ 2: 100 }, katherine)).toMatchObject({ status: 403 });
    expect((await grace.send('PUT', `${FRAUD}/config`, {})).status).toBe(403);
  });

  it('is refused with a version that is not ready', async () => {
    await simulators.databricks.setVersionStatus(
      MODEL,
      3,
      'PENDING_REGISTRATION',
    );
    expect((await change({ 3: 100 })).status).toBe(400);
  });
});

function withEntity(fields: Record<string, unknown>) {
  return {
    served_entities: [
      { entity_name: MODEL, entity_version: '2', ...fields },
    ] as unknown[],
  };
}
