import { resolve } from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { JsonObject } from '@backstage/types';
import { startSimulators, type Simulators } from 'modelops-simulators';
import {
  CatalogUnderTest,
  type Databases,
  newDatabases,
} from './__testUtils__/CatalogUnderTest';
import { officialClientOf } from './__testUtils__/officialClient';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

/** What the reader of the demo may see: five models, two of the workspace registry's, and two endpoints. */
const UC_MODELS = [
  'Resource:main.fraud.detector',
  'Resource:main.growth.uplift',
  'Resource:main.risk.chargeback',
  'Resource:main.risk.velocity',
];
const ENDPOINTS = ['Component:fraud-detector', 'Component:payments-shared'];
const LIST = '/api/2.1/unity-catalog/models';
/** Application id of the demo's reader. */
const READER = '11111111-1111-4111-8111-111111111111';
/** Leaves out the old registry, so that a name says which model is meant. */
const MAIN = { include: ['main.*'] };
/** No sync of a test waits longer than a second for a platform, unless told. */
const IMPATIENT = {
  schedule: { frequency: { hours: 1 }, timeout: { seconds: 2 } },
};
const OWNER = {
  mapping: {
    fraud: 'group:default/fraud-ml',
    'ml-engineers': 'group:default/growth',
  },
};

let simulators: Simulators;
const started: CatalogUnderTest[] = [];
beforeAll(async () => {
  simulators = await startSimulators();
});
beforeEach(() => simulators?.databricks.reset());
afterEach(async () => {
  for (const catalog of started.splice(0)) await catalog.stop();
});
afterAll(() => simulators?.close());

async function start(
  provider: JsonObject = {},
  more: { databases?: Databases; catalog?: JsonObject } = {},
): Promise<CatalogUnderTest> {
  const catalog = await CatalogUnderTest.start({
    simulators,
    databases: more.databases ?? (await newDatabases(databases, 'SQLITE_3')),
    provider: { ...MAIN, ...IMPATIENT, ...provider },
    catalog: more.catalog,
  });
  started.push(catalog);
  return catalog;
}

async function stop(catalog: CatalogUnderTest): Promise<void> {
  started.splice(started.indexOf(catalog), 1);
  await catalog.stop();
}

describe('What a connection holds', () => {
  it('becomes entities, with owners through the mapping only, beside what the catalog has anyway', async () => {
    const catalog = await start(
      { owner: OWNER, system: 'system:default/fraud' },
      {
        catalog: {
          locations: [
            {
              type: 'file',
              target: resolve(__dirname, '../../../examples/demo/people.yaml'),
              rules: [{ allow: ['User', 'Group'] }],
            },
          ],
        },
      },
    );
    await catalog.sync();
    await catalog.untilRefs(...UC_MODELS, ...ENDPOINTS);

    const model = await catalog.untilEntity(
      'main.fraud.detector',
      ({ relations = [] }) => relations.length >= 4,
    );
    expect(model).toMatchObject({
      kind: 'Resource',
      metadata: {
        title: 'main.fraud.detector',
        description: 'Flags card payments that look fraudulent',
        tags: ['pii:none', 'team:fraud'],
        annotations: {
          'modelops/model': 'databricks-demo:model/main.fraud.detector',
          'modelops/deploy':
            'databricks-demo:endpoint/fraud-detector,databricks-demo:endpoint/payments-shared',
          'backstage.io/managed-by-location':
            'modelops:databricks-demo/model/main.fraud.detector',
          'backstage.io/managed-by-origin-location':
            'modelops:databricks-demo?provider=demo',
        },
      },
      spec: {
        type: 'ai-model',
        owner: 'group:default/fraud-ml',
        system: 'system:default/fraud',
      },
    });
    // A plain http address is no link.
    expect(model.metadata.links).toBeUndefined();

    const endpoint = await catalog.untilEntity('payments-shared');
    expect(endpoint).toMatchObject({
      kind: 'Component',
      metadata: {
        annotations: {
          'modelops/serve': 'databricks-demo:endpoint/payments-shared',
        },
      },
      spec: {
        type: 'model-server',
        lifecycle: 'production',
        // Its team is growth, which the mapping does not name.
        owner: 'group:default/unowned',
        dependsOn: [
          'resource:default/main.fraud.detector',
          'resource:default/main.growth.uplift',
        ],
      },
    });
    expect(endpoint.metadata.annotations).not.toHaveProperty('modelops/model');

    // No tag: the platform's owner, a group there, through the same mapping.
    const byOwner = await catalog.untilEntity('main.risk.chargeback');
    expect(byOwner.spec!.owner).toBe('group:default/growth');

    await catalog.until(
      async () => [
        (await catalog.entities('kind=user')).length,
        (await catalog.entities('kind=group')).length,
      ],
      ([users, groups]) => users === 4 && groups === 5,
    );
  });

  it('appears with its mapped owner when the official client registers it', async () => {
    const catalog = await start({
      owner: { mapping: { 'ada@acme.example': 'group:default/fraud-ml' } },
    });
    await catalog.sync();
    await catalog.untilRefs(...UC_MODELS, ...ENDPOINTS);

    const { registeredModels } = await officialClientOf(simulators, 'ada');
    await registeredModels.create({
      catalog_name: 'main',
      schema_name: 'fraud',
      name: 'ring',
      comment: 'Finds rings of accounts',
    });
    // As the owner would grant it: the portal's reader may see the model.
    await simulators.databricks.changeModel('main.fraud.ring', {
      executors: [READER],
    });
    await catalog.sync();
    expect(await catalog.untilEntity('main.fraud.ring')).toMatchObject({
      metadata: { description: 'Finds rings of accounts' },
      spec: { owner: 'group:default/fraud-ml' },
    });
  });

  it('appears and changes at the next sync', async () => {
    const catalog = await start({ owner: OWNER });
    await catalog.sync();
    await catalog.untilRefs(...UC_MODELS, ...ENDPOINTS);

    await simulators.databricks.addModel({
      fullName: 'main.fraud.merchant',
      tags: { team: 'fraud' },
    });
    await catalog.sync();
    const added = await catalog.untilEntity('main.fraud.merchant');
    expect(added.spec!.owner).toBe('group:default/fraud-ml');

    await simulators.databricks.changeModel('main.fraud.merchant', {
      comment: 'Scores shops',
      tags: { team: 'sales' },
    });
    await catalog.sync();
    const changed = await catalog.untilEntity(
      'main.fraud.merchant',
      ({ metadata }) => metadata.description === 'Scores shops',
    );
    expect(changed.spec!.owner).toBe('group:default/unowned');
  });

  it('never gets an annotation, an owner or markup from what people write on the platform', async () => {
    await simulators.databricks.addModel({
      fullName: 'main.fraud.hostile',
      owner: 'group:default/fraud-ml',
      comment:
        '<img src=https://evil.example/x> [click](javascript:alert(1)) ![](https://evil.example/seen.png)',
      tags: {
        team: 'group:default/fraud-ml',
        'modelops/train': 'databricks-demo:job/8123',
        'modelops/deploy': 'databricks-demo:endpoint/fraud-detector',
        'backstage.io/managed-by-origin-location':
          'url:https://git.acme.com/ml/',
        constructor: 'x',
        __proto__: 'y',
        owner: 'group:default/fraud-ml',
      },
    });
    const catalog = await start({ owner: OWNER });
    await catalog.sync();
    const { metadata, spec } = await catalog.untilEntity('main.fraud.hostile');
    expect(metadata.annotations).toEqual({
      'modelops/model': 'databricks-demo:model/main.fraud.hostile',
      'backstage.io/managed-by-location':
        'modelops:databricks-demo/model/main.fraud.hostile',
      'backstage.io/managed-by-origin-location':
        'modelops:databricks-demo?provider=demo',
    });
    expect(spec!.owner).toBe('group:default/unowned');
    expect(metadata.description).not.toMatch(/[<>[\]]|:\/\//);
  });

  it('is what include and exclude say, and endpoints if they serve it', async () => {
    const catalog = await start({
      include: ['main.growth.*', 'fraud-*'],
      exclude: ['fraud-rules', 'fraud-sandbox', 'fraud-detector'],
      models: { kind: 'Component', type: 'model' },
    });
    await catalog.sync();
    // An endpoint of the same kind as models does not keep its name, which a model could have.
    await catalog.until(
      () => catalog.refs(),
      refs =>
        refs.length === 2 &&
        refs[0] === 'Component:main.growth.uplift' &&
        /^Component:payments-shared-[0-9a-f]{16}$/.test(refs[1]),
    );
    expect(await catalog.entities('kind=resource')).toEqual([]);
  });

  it('keeps names apart that are one when shortened', async () => {
    const long = `main.fraud.${'x'.repeat(80)}`;
    for (const end of ['a', 'b', 'c'])
      await simulators.databricks.addModel({ fullName: `${long}${end}` });
    const catalog = await start({
      include: ['main.fraud.*'],
      endpoints: false,
    });
    await catalog.sync();
    const refs = await catalog.until(
      () => catalog.refs(),
      found => found.length === 4,
    );
    expect(new Set(refs).size).toBe(4);
    for (const { metadata } of await catalog.entities('kind=resource'))
      expect(metadata.name.length).toBeLessThanOrEqual(63);
  });
});

describe('A sync that finds nothing new', () => {
  it('writes nothing: in the same process, after a restart, and on another replica', async () => {
    const shared = await newDatabases(databases, 'SQLITE_3');
    const first = await start({}, { databases: shared });
    await first.sync();
    expect(first.takeWrites()).not.toEqual([]);
    await first.untilRefs(...UC_MODELS, ...ENDPOINTS);
    await first.sync();
    expect(first.takeWrites()).toEqual([]);
    await stop(first);

    const second = await start({}, { databases: shared });
    await second.sync();
    expect(second.takeWrites()).toEqual([]);
    const replica = await start({}, { databases: shared });
    await simulators.databricks.changeModel('main.growth.uplift', {
      comment: 'Other',
    });
    await replica.sync();
    await replica.untilEntity(
      'main.growth.uplift',
      ({ metadata }) => metadata.description === 'Other',
    );
    // What a process saw last must not make it believe that this is still so.
    await simulators.databricks.changeModel('main.growth.uplift', {
      comment: 'Which offer makes a customer stay',
    });
    await second.sync();
    await second.untilEntity(
      'main.growth.uplift',
      ({ metadata }) =>
        metadata.description === 'Which offer makes a customer stay',
    );
    // Only the model that changed.
    expect(second.takeWrites().length).toBeGreaterThan(0);
    await second.sync();
    expect(second.takeWrites()).toEqual([]);
  });
});

describe('Entities go', () => {
  it('with their model, if few do', async () => {
    const catalog = await start();
    await catalog.sync();
    await catalog.untilRefs(...UC_MODELS, ...ENDPOINTS);
    await simulators.databricks.forgetModel('main.risk.velocity');
    await catalog.sync();
    await catalog.untilRefs(
      ...UC_MODELS.filter(ref => !ref.endsWith('velocity')),
      ...ENDPOINTS,
    );
    expect(catalog.logs.join('\n')).toContain('5 entities, 1 removed');
  });

  it('not if many would, until somebody says that they are really gone', async () => {
    const shared = await newDatabases(databases, 'SQLITE_3');
    const before = await start({}, { databases: shared });
    await before.sync();
    await before.untilRefs(...UC_MODELS, ...ENDPOINTS);
    await stop(before);

    // The reader lost its rights on them: for the list they are gone.
    for (const name of ['main.risk.velocity', 'main.risk.chargeback'])
      await simulators.databricks.changeModel(name, { executors: [] });
    const careful = await start({}, { databases: shared });
    await careful.sync();
    expect(careful.takeWrites()).toEqual([]);
    expect(careful.logs.join('\n')).toContain(
      'nothing was changed, because 2 of 6 entities would go, more than 20 %',
    );
    await careful.untilRefs(...UC_MODELS, ...ENDPOINTS);
    await stop(careful);

    const told = await start({ maxRemoval: 100 }, { databases: shared });
    await told.sync();
    await told.untilRefs(...UC_MODELS.slice(0, 2), ...ENDPOINTS);
  });

  it.each<[string, () => Promise<void>, string]>([
    [
      'fails',
      () =>
        simulators.databricks.fault({
          path: LIST,
          effect: 'status',
          status: 500,
        }),
      'platform-failed',
    ],
    [
      'does not answer',
      () => simulators.databricks.fault({ path: '/api/*', effect: 'drop' }),
      'platform-unreachable',
    ],
    [
      'answers with a sign-in page',
      () => simulators.databricks.fault({ path: LIST, effect: 'html' }),
      'platform-response-invalid',
    ],
    [
      'breaks off between two pages',
      () =>
        simulators.databricks.fault({
          path: LIST,
          effect: 'merge',
          json: { next_page_token: 'nobody-gave-this-out' },
        }),
      'platform-rejected-request',
    ],
    [
      'fails at the last list only',
      () =>
        simulators.databricks.fault({
          path: '/api/2.0/serving-endpoints',
          effect: 'status',
          status: 403,
        }),
      'platform-permission-denied',
    ],
    [
      'refuses the reader',
      () =>
        simulators.databricks.revokePrincipal(
          '11111111-1111-4111-8111-111111111111',
        ),
      'exchange-refused',
    ],
    [
      'limits the rate for longer than a sync waits',
      () =>
        simulators.databricks.fault({
          path: LIST,
          effect: 'status',
          status: 429,
          retryAfterSeconds: 600,
        }),
      'platform-throttled',
    ],
  ])('not if the platform %s', async (_what, breakIt, code) => {
    const catalog = await start({ maxRemoval: 100 });
    await catalog.sync();
    await catalog.untilRefs(...UC_MODELS, ...ENDPOINTS);
    catalog.takeWrites();
    await breakIt();
    await catalog.sync();
    expect(catalog.takeWrites()).toEqual([]);
    expect(catalog.logs.join('\n')).toMatch(
      new RegExp(`nothing was changed, because .*${code}`),
    );
    expect(await catalog.refs()).toHaveLength(6);
  });
});

describe('A platform that limits the rate', () => {
  it('is asked again when it says so, within the same sync', async () => {
    const catalog = await start({
      schedule: { frequency: { hours: 1 }, timeout: { minutes: 1 } },
    });
    const seconds = 3;
    await simulators.databricks.fault({
      path: LIST,
      effect: 'status',
      status: 429,
      retryAfterSeconds: seconds,
      count: 1,
    });
    await catalog.sync();
    await catalog.untilRefs(...UC_MODELS, ...ENDPOINTS);
    const [refused, taken] = await simulators.databricks.requests({
      path: LIST,
    });
    expect(Date.parse(taken.time) - Date.parse(refused.time)).toBeGreaterThan(
      seconds * 1000 - 50,
    );
  });
});
