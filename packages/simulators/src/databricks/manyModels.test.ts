import type { Simulators } from '../attachSimulators';
import { startSimulators } from '../startSimulators';
import { callerOf, type Caller } from '../testing/callers';

const MODELS = '/api/2.1/unity-catalog/models';
const MLFLOW = '/api/2.0/mlflow/unity-catalog';

let simulators: Simulators;
let ada: Caller;
let alan: Caller;
beforeAll(async () => {
  simulators = await startSimulators();
});
beforeEach(async () => {
  await simulators.databricks.reset();
  [ada, alan] = await Promise.all(
    (['ada', 'alan'] as const).map(person => callerOf(simulators, person)),
  );
});
afterAll(() => simulators.close());

describe('many models', () => {
  /** Every page as the portal's reader gets it. */
  async function readAll(caller: Caller) {
    const models: any[] = [];
    let pages = 0;
    let token: string | undefined;
    do {
      const { body } = await caller.get(
        `${MODELS}?max_results=1000${token ? `&page_token=${token}` : ''}`,
      );
      models.push(...(body.registered_models ?? []));
      pages += 1;
      token = body.next_page_token;
    } while (token);
    return { models, pages };
  }

  it('are added without training, over several catalogs and schemas', async () => {
    await simulators.databricks.seedModels(10_000);
    const { models, pages } = await readAll(alan);
    expect(models).toHaveLength(10_005);
    expect(pages).toBe(11);
    expect(new Set(models.map(model => model.full_name)).size).toBe(10_005);
    expect(new Set(models.map(model => model.catalog_name)).size).toBe(3);
    expect(new Set(models.map(model => model.owner))).toContain(
      'data-scientists',
    );
    const first = `${MODELS}/bulk_dev.churn.model_00000`;
    expect(
      (await alan.get(`${first}/versions`)).body.model_versions,
    ).toHaveLength(1);
    await simulators.databricks.seedModels(10);
    expect((await readAll(alan)).models).toHaveLength(10_015);
  });

  it('come, change and go by somebody else', async () => {
    const { databricks } = simulators;
    await databricks.addModel({
      fullName: 'lab.new.thing',
      owner: 'data-scientists',
      tags: { team: 'growth' },
      versions: 2,
      executors: ['ada@acme.example'],
    });
    const thing = `${MODELS}/lab.new.thing`;
    const before = (await ada.get(thing)).body;
    expect(before.owner).toBe('data-scientists');
    expect(
      (await ada.get(`${thing}/versions`)).body.model_versions,
    ).toHaveLength(2);
    await databricks.changeModel('lab.new.thing', {
      fullName: 'lab.new.other',
      tags: { team: 'fraud' },
    });
    expect((await ada.get(thing)).status).toBe(404);
    const tagged = await ada.get(
      `${MLFLOW}/registered-models/get?name=lab.new.other`,
    );
    expect(tagged.body.registered_model.tags).toEqual([
      { key: 'team', value: 'fraud' },
    ]);
    expect(
      (await ada.get(`${MODELS}/lab.new.other`)).body.updated_at,
    ).toBeGreaterThanOrEqual(before.updated_at);
    await databricks.forgetModel('lab.new.other');
    expect((await alan.get(`${MODELS}/lab.new.other`)).status).toBe(404);
  });

  it('can be kept from the caller for a while', async () => {
    await simulators.databricks.fault({
      path: MODELS,
      effect: 'status',
      status: 429,
      retryAfterSeconds: 3,
      count: 1,
    });
    const { status, headers } = await alan.get(MODELS);
    expect([status, headers.get('retry-after')]).toEqual([429, '3']);
    expect((await alan.get(MODELS)).status).toBe(200);
  });
});
