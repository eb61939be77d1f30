import type { Simulators } from '../attachSimulators';
import { startSimulators } from '../startSimulators';
import { callerOf, type Caller } from '../testing/callers';

let simulators: Simulators;
let ada: Caller;
let grace: Caller;
let alan: Caller;
beforeAll(async () => {
  simulators = await startSimulators();
});
beforeEach(async () => {
  await simulators.databricks.reset();
  [ada, grace, alan] = await Promise.all(
    (['ada', 'grace', 'alan'] as const).map(person =>
      callerOf(simulators, person),
    ),
  );
});
afterAll(() => simulators.close());

describe("the workspace's own registry", () => {
  const REGISTRY = '/api/2.0/mlflow';
  const names = async (caller: Caller, filter = '') =>
    (
      (
        await caller.get(
          `${REGISTRY}/registered-models/search?filter=${encodeURIComponent(
            filter,
          )}`,
        )
      ).body.registered_models ?? []
    ).map((model: any) => model.name);

  it('has models with stages, which not everybody sees', async () => {
    expect(await names(ada)).toEqual([
      'churn-scoring',
      'fraud-rules',
      'fraud-sandbox',
    ]);
    expect(await names(grace)).toEqual(['churn-scoring']);
    expect(await names(ada, "name LIKE 'fraud%'")).toHaveLength(2);
    expect(await names(ada, "name = 'fraud-rules'")).toHaveLength(1);
    expect(
      (
        await ada.get(
          `${REGISTRY}/registered-models/search?filter=${encodeURIComponent(
            'owner = 1',
          )}`,
        )
      ).status,
    ).toBe(400);
    const { body } = await ada.get(
      `${REGISTRY}/registered-models/get?name=churn-scoring`,
    );
    expect(
      body.registered_model.latest_versions.map((version: any) => [
        version.version,
        version.current_stage,
      ]),
    ).toEqual([
      ['1', 'Archived'],
      ['2', 'Production'],
      ['3', 'Staging'],
    ]);
    expect(
      (await grace.get(`${REGISTRY}/registered-models/get?name=salary-bands`))
        .status,
    ).toBe(403);
    expect(
      await alan.get(`${REGISTRY}/registered-models/get?name=none`),
    ).toMatchObject({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST' },
    });
  });

  it('has versions whose run may be gone', async () => {
    const filter = encodeURIComponent("name='churn-scoring'");
    const { body } = await ada.get(
      `${REGISTRY}/model-versions/search?filter=${filter}&max_results=2`,
    );
    expect(body.model_versions).toHaveLength(2);
    const rest = await ada.get(
      `${REGISTRY}/model-versions/search?filter=${filter}&max_results=2&page_token=${body.next_page_token}`,
    );
    expect(rest.body.model_versions).toHaveLength(1);
    const version = await ada.get(
      `${REGISTRY}/model-versions/get?name=churn-scoring&version=3`,
    );
    expect(version.body.model_version).toMatchObject({
      version: '3',
      current_stage: 'Staging',
      status: 'READY',
    });
    expect(
      (
        await ada.get(
          `${REGISTRY}/runs/get?run_id=${version.body.model_version.run_id}`,
        )
      ).status,
    ).toBe(404);
    expect(
      (
        await ada.get(
          `${REGISTRY}/model-versions/get?name=churn-scoring&version=9`,
        )
      ).status,
    ).toBe(404);
  });

  it('gives the id that the permissions API wants', async () => {
    const { body } = await ada.get(
      `${REGISTRY}/databricks/registered-models/get?name=fraud-rules`,
    );
    expect(body.registered_model_databricks).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      permission_level: 'CAN_MANAGE',
    });
  });
});
