import type { RegisteredModel } from 'backstage-plugin-modelops-common';
import type { PlatformConnection } from 'backstage-plugin-modelops-node';
import { TestWorkspace } from '../__testUtils__/workspace';

const TAGS = '/api/2.0/mlflow/unity-catalog/registered-models/get';
const CATALOG = '/api/2.1/unity-catalog/models';
const WORKSPACE = '/api/2.0/mlflow/registered-models/search';
const ENDPOINTS = '/api/2.0/serving-endpoints';

describe('Everything that can be an entity', () => {
  let workspace: TestWorkspace;
  beforeAll(async () => {
    workspace = await TestWorkspace.start();
    await workspace.databricks.endpoints(); // once its first models are trained
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  async function all(
    connection: PlatformConnection = workspace.open(),
    limit = 1000,
  ): Promise<RegisteredModel[]> {
    const call = await workspace.callAsReader();
    const items: RegisteredModel[] = [];
    let cursor: string | undefined;
    do {
      const page = await connection.registry!.listModels(call, {
        cursor,
        limit,
      });
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    return items;
  }

  it.each([CATALOG, WORKSPACE])(
    'ends where the token of %s is empty',
    async path => {
      const items = await all();
      await workspace.databricks.fault({
        path,
        effect: 'merge',
        json: { next_page_token: '' },
      });
      expect(await all()).toEqual(items);
    },
  );

  it('is the models that the reader may read, and the endpoints with what they serve', async () => {
    await workspace.databricks.addModel({
      fullName: 'main.Fraud.Scorer',
      owner: 'grace@acme.example',
      comment: 'Scores\u0000 <b>cards</b>',
      tags: { team: 'fraud', 'modelops/train': 'x' },
    });
    const items = await all();
    const resources = items.map(({ resource }) => resource);
    expect(resources).toContain('model/main.fraud.detector');
    expect(resources).not.toContain('model/main.hr.attrition');
    expect(items.find(({ name }) => /scorer/i.test(name))).toMatchObject({
      kind: 'model',
      resource: 'model/main.fraud.scorer',
      owner: 'grace@acme.example',
      description: 'Scores <b>cards</b>',
      tags: { team: 'fraud', 'modelops/train': 'x' },
      updatedAt: expect.stringMatching(/Z$/),
      url: expect.stringContaining('/explore/data/models/main/fraud/scorer'),
    });
    expect(
      items.find(({ resource }) => resource === 'endpoint/payments-shared'),
    ).toMatchObject({
      kind: 'endpoint',
      owner: 'grace@acme.example',
      tags: { team: 'growth' },
      serves: ['model/main.growth.uplift', 'model/main.fraud.detector'],
    });
  });

  it('is read page by page, and repeats nothing', async () => {
    await workspace.databricks.seedModels(30);
    const [small, large] = [
      await all(workspace.open(), 7),
      await all(workspace.open()),
    ];
    expect(small.length).toBeGreaterThan(30);
    expect(small.map(({ resource }) => resource).sort()).toEqual(
      large.map(({ resource }) => resource).sort(),
    );
    expect(new Set(small.map(({ resource }) => resource)).size).toBe(
      small.length,
    );
  });

  it('asks for the tags of changed models only', async () => {
    await workspace.databricks.seedModels(50);
    const connection = workspace.open();
    await all(connection);
    const asked = () => workspace.databricks.requests({ path: TAGS });
    const first = (await asked()).length;
    expect(first).toBeGreaterThanOrEqual(50);
    await all(connection);
    expect(await asked()).toHaveLength(first);
    await workspace.databricks.changeModel('main.fraud.detector', {
      comment: 'changed',
      tags: { team: 'new' },
    });
    const items = await all(connection);
    const again = (await asked()).slice(first);
    expect(again.map(({ query }) => query.name)).toEqual([
      ['main.fraud.detector'],
    ]);
    expect(
      items.find(({ resource }) => resource === 'model/main.fraud.detector')
        ?.tags,
    ).toEqual({ team: 'new' });
  });

  it('leaves out a registry that the workspace has switched off', async () => {
    await workspace.databricks.fault({
      path: WORKSPACE,
      effect: 'body',
      status: 400,
      body: '{"error_code":"FEATURE_DISABLED","message":"off"}',
    });
    expect((await all()).length).toBeGreaterThan(2);
  });

  it.each([CATALOG, WORKSPACE, ENDPOINTS, TAGS])(
    'is nothing at all when %s cannot be read',
    async path => {
      for (const effect of [
        { effect: 'status', status: 500 },
        { effect: 'html' },
        { effect: 'status', status: 429, retryAfterSeconds: 60 },
      ] as const) {
        await workspace.databricks.fault({ path, ...effect });
        const error = await workspace.failureOf(all());
        expect(error.code).toMatch(
          /platform-(failed|response-invalid|throttled)/,
        );
        await workspace.databricks.clearFaults();
      }
    },
  );

  it('does not go round in circles, and does not take a circle for the end', async () => {
    await workspace.databricks.fault({
      path: CATALOG,
      effect: 'body',
      body: '{"next_page_token":"again"}',
    });
    expect((await workspace.failureOf(all())).code).toBe(
      'platform-response-invalid',
    );
  });

  it('leaves out what no annotation could name', async () => {
    await workspace.databricks.fault({
      path: CATALOG,
      effect: 'body',
      body: JSON.stringify({
        registered_models: [
          { full_name: 'main.fraud./../x' },
          { full_name: 'a.b' },
          { full_name: 'main.fraud.ok', browse_only: true },
        ],
      }),
    });
    await workspace.databricks.fault({
      path: WORKSPACE,
      effect: 'body',
      body: JSON.stringify({
        registered_models: [
          { name: '..' },
          {
            name: 'old model',
            user_id: 'u',
            last_updated_timestamp: 1_700_000_000_000,
            tags: [{ key: 'a', value: 'b' }],
          },
        ],
      }),
    });
    await workspace.databricks.fault({
      path: ENDPOINTS,
      effect: 'body',
      body: JSON.stringify({ endpoints: [{ name: '../x' }] }),
    });
    expect(await all()).toEqual([
      expect.objectContaining({
        resource: 'registered-model/old model',
        tags: { a: 'b' },
        url: `${workspace.databricks.host}/ml/models/old%20model`,
      }),
    ]);
  });

  it.each(['x', '[]', '["jobs"]', '["catalog",5]', 'null'])(
    'refuses the cursor %s',
    async cursor => {
      const call = await workspace.callAsReader();
      const error = await workspace.failureOf(
        workspace.open().registry!.listModels(call, { cursor, limit: 5 }),
      );
      expect(error).toMatchObject({
        code: 'platform-rejected-request',
        refused: true,
      });
    },
  );
});
