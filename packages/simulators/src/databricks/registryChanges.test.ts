import type { Simulators } from '../attachSimulators';
import { startSimulators } from '../startSimulators';
import { callerOf, type Caller } from '../testing/callers';

const MODELS = '/api/2.1/unity-catalog/models';
const MLFLOW = '/api/2.0/mlflow/unity-catalog';
const FRAUD = `${MODELS}/main.fraud.detector`;

let simulators: Simulators;
let ada: Caller;
let grace: Caller;
let alan: Caller;
let katherine: Caller;
beforeAll(async () => {
  simulators = await startSimulators();
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

describe('an alias', () => {
  const put = (caller: Caller, alias: string, version: unknown) =>
    caller.send('PUT', `${FRAUD}/aliases/${alias}`, { version_num: version });

  it('is moved by the owner, and by nobody who may only read', async () => {
    expect(await put(ada, 'champion', 3)).toMatchObject({
      status: 403,
      body: { error_code: 'PERMISSION_DENIED' },
    });
    expect((await put(alan, 'Champion', 3)).body).toEqual({
      alias_name: 'champion',
      version_num: 3,
      catalog_name: 'main',
      schema_name: 'fraud',
      model_name: 'detector',
    });
    expect((await ada.get(`${FRAUD}/aliases/champion`)).body.version).toBe(3);
    expect(
      (await ada.get(`${FRAUD}/versions/2?include_aliases=true`)).body,
    ).not.toHaveProperty('aliases');
  });

  it('is moved by a member of the group that owns the model', async () => {
    const path = `${MODELS}/main.risk.chargeback`;
    expect(
      (await ada.send('PATCH', path, { comment: 'Ours' })).body.comment,
    ).toBe('Ours');
  });

  it.each([
    ['a space', 'my%20alias', 2, 400],
    ['a slash', 'a%2Fb', 2, 400],
    ['the look of a version', 'v3', 2, 400],
    ['the look of a number', '3', 2, 400],
    ['the name latest', 'latest', 2, 400],
    ['a version as text', 'challenger', '2', 400],
    ['a version that does not exist', 'challenger', 99, 404],
  ])('is refused with %s', async (_what, alias, version, status) => {
    expect((await put(alan, alias, version)).status).toBe(status);
  });

  it('is taken away', async () => {
    const path = `${FRAUD}/aliases/champion`;
    expect((await ada.send('DELETE', path, {})).status).toBe(403);
    expect((await alan.send('DELETE', path, {})).status).toBe(200);
    expect((await alan.send('DELETE', path, {})).status).toBe(404);
  });
});

describe('a registered model', () => {
  const create = (caller: Caller, fields: Record<string, unknown> = {}) =>
    caller.send('POST', MODELS, {
      catalog_name: 'main',
      schema_name: 'fraud',
      name: 'Ring',
      comment: 'Who works together',
      ...fields,
    });

  it('is made by those who may create in its schema, and is theirs', async () => {
    expect((await create(ada)).body).toMatchObject({
      full_name: 'main.fraud.ring',
      owner: 'ada@acme.example',
      created_by: 'ada@acme.example',
    });
    expect((await create(ada)).status).toBe(409);
    expect((await create(grace)).status).toBe(403);
    expect((await create(alan, { schema_name: 'none' })).status).toBe(404);
    for (const name of ['a.b', 'a/b', 'a b', '', '../x'])
      expect((await create(ada, { name })).status).toBe(400);
    expect((await grace.get(`${MODELS}/main.fraud.ring`)).status).toBe(403);
  });

  it('is changed by its owner, which its time of change says', async () => {
    const before = (await ada.get(FRAUD)).body.updated_at;
    expect((await ada.send('PATCH', FRAUD, { comment: 'x' })).status).toBe(403);
    expect((await alan.send('PATCH', FRAUD, {})).status).toBe(400);
    expect(
      (
        await alan.send('PATCH', FRAUD, {
          comment: 'Flags payments',
          owner: 'ml-engineers',
        })
      ).body,
    ).toMatchObject({ comment: 'Flags payments', owner: 'ml-engineers' });
    expect((await ada.get(FRAUD)).body.updated_at).toBeGreaterThan(before);
    expect(
      (await alan.send('PATCH', FRAUD, { owner: 'nobody@acme.example' }))
        .status,
    ).toBe(404);
    await alan.send('PATCH', FRAUD, { new_name: 'guard' });
    expect((await alan.get(FRAUD)).status).toBe(404);
    expect((await alan.get(`${MODELS}/main.fraud.guard`)).status).toBe(200);
  });

  it('is deleted by its owner; its endpoint goes on', async () => {
    expect((await ada.send('DELETE', FRAUD, {})).status).toBe(403);
    await alan.send('DELETE', FRAUD, {});
    expect((await alan.get(FRAUD)).status).toBe(404);
    expect(
      (
        await ada.send(
          'POST',
          '/serving-endpoints/fraud-detector/invocations',
          {
            instances: [[0, 0, 0, 0, 0, 0]],
          },
        )
      ).status,
    ).toBe(200);
  });

  it('loses a version, whose number is not given out again', async () => {
    await alan.send('DELETE', `${FRAUD}/versions/4`, {});
    await alan.send('PATCH', `${FRAUD}/versions/3`, { comment: 'The precise' });
    expect((await ada.get(`${FRAUD}/versions/4`)).status).toBe(404);
    expect((await ada.get(`${FRAUD}/versions/3`)).body.comment).toBe(
      'The precise',
    );
    const { body } = await alan.send(
      'POST',
      `${MLFLOW}/model-versions/create`,
      {
        name: 'main.fraud.detector',
        source: 'dbfs:/somewhere',
      },
    );
    expect(body.model_version.version).toBe('5');
  });

  it('is shown to who may only browse, when asked, and marked so', async () => {
    const uplift = `${MODELS}/main.growth.uplift`;
    expect((await katherine.get(uplift)).status).toBe(403);
    expect(
      (await katherine.get(`${uplift}?include_browse=true`)).body,
    ).toMatchObject({ full_name: 'main.growth.uplift', browse_only: true });
    const names = async (query: string) =>
      (await katherine.get(`${MODELS}${query}`)).body.registered_models.map(
        (model: any) => model.full_name,
      );
    expect(await names('')).toEqual(['main.fraud.detector']);
    expect(await names('?include_browse=true')).toEqual([
      'main.fraud.detector',
      'main.growth.uplift',
    ]);
    expect(
      (await grace.get(`${MODELS}/main.hr.attrition?include_browse=true`))
        .status,
    ).toBe(403);
  });
});

describe('the registry as MLflow sees it', () => {
  it('is the only place where tags are', async () => {
    const get = `${MLFLOW}/registered-models/get?name=main.fraud.detector`;
    const { registered_model: model } = (await ada.get(get)).body;
    expect(model).toMatchObject({
      name: 'main.fraud.detector',
      user_id: 'alan@acme.example',
      aliases: [{ alias: 'champion', version: '2' }],
    });
    expect(model.tags).toContainEqual({ key: 'team', value: 'fraud' });
    expect(JSON.stringify((await ada.get(FRAUD)).body)).not.toContain('"team"');

    const tag = { name: 'main.fraud.detector', key: 'tier', value: '1' };
    const setTag = `${MLFLOW}/registered-models/set-tag`;
    expect((await ada.send('POST', setTag, tag)).status).toBe(403);
    expect((await alan.send('POST', setTag, tag)).status).toBe(200);
    await alan.send('DELETE', `${MLFLOW}/registered-models/delete-tag`, {
      name: 'main.fraud.detector',
      key: 'team',
    });
    expect((await ada.get(get)).body.registered_model.tags).toEqual([
      { key: 'pii', value: 'none' },
      { key: 'tier', value: '1' },
    ]);
  });

  it('searches without tags, and versions by the name of their model only', async () => {
    const { body } = await ada.get(`${MLFLOW}/registered-models/search`);
    expect(body.registered_models.map((model: any) => model.name)).toEqual([
      'main.fraud.detector',
      'main.risk.chargeback',
    ]);
    expect(body.registered_models[0]).not.toHaveProperty('tags');
    const search = `${MLFLOW}/model-versions/search`;
    expect((await ada.get(search)).body.message).toContain('Missing filter');
    const filter = encodeURIComponent("name = 'main.fraud.detector'");
    const versions = (await ada.get(`${search}?filter=${filter}`)).body;
    expect(
      versions.model_versions.map((version: any) => version.version),
    ).toEqual(['1', '2', '3', '4']);
    expect(
      (
        await grace.get(
          `${search}?filter=${encodeURIComponent(
            "name = 'main.hr.attrition'",
          )}`,
        )
      ).status,
    ).toBe(403);
  });

  it('registers as its client does: a model, a version that waits for its files, then one that is ready', async () => {
    const [, second] = (await ada.get(`${FRAUD}/versions`)).body.model_versions;
    const name = 'main.fraud.copy';
    const created = await ada.send(
      'POST',
      `${MLFLOW}/registered-models/create`,
      { name, tags: [{ key: 'team', value: 'fraud' }] },
    );
    expect(created.body.registered_model.tags).toEqual([
      { key: 'team', value: 'fraud' },
    ]);
    const { body } = await ada.send('POST', `${MLFLOW}/model-versions/create`, {
      name,
      source: second.source,
      run_id: second.run_id,
    });
    expect(body.model_version).toMatchObject({
      version: '1',
      status: 'PENDING_REGISTRATION',
    });
    await ada.send('POST', `${MLFLOW}/model-versions/finalize`, {
      name,
      version: '1',
    });
    expect((await ada.get(`${MODELS}/${name}/versions/1`)).body.status).toBe(
      'READY',
    );
    expect((await simulators.databricks.weights(name, 1)).sha256).toBe(
      (await simulators.databricks.weights('main.fraud.detector', 2)).sha256,
    );
  });

  it('traces a version to the run and the job that made it', async () => {
    const { body: version } = await ada.get(`${FRAUD}/versions/1`);
    const { body } = await ada.get(
      `/api/2.0/mlflow/runs/get?run_id=${version.run_id}`,
    );
    const tags = Object.fromEntries(
      body.run.data.tags.map(({ key, value }: any) => [key, value]),
    );
    expect(tags).toMatchObject({
      'mlflow.databricks.jobID': '8123',
      'mlflow.databricks.jobRunID': expect.stringMatching(/^\d+$/),
      'mlflow.user': version.created_by,
    });
  });
});
