import { resolve } from 'node:path';
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { DeclaredConfig } from 'backstage-plugin-modelops-node/testUtils';
import { readIngestionConfig } from './readIngestionConfig';

let config: DeclaredConfig;
beforeAll(async () => {
  config = await DeclaredConfig.of(resolve(__dirname, '..'));
}, 60_000);

function declared(providers: JsonObject): boolean {
  return config.accepts({ catalog: { providers: { modelops: providers } } });
}

const read = (providers: unknown, more: JsonObject = {}) =>
  readIngestionConfig(
    new ConfigReader({
      catalog: { providers: { modelops: providers as JsonObject } },
      ...more,
    }),
  );

const connection = 'databricks-prod';

describe('catalog.providers.modelops', () => {
  it('may be left out', () => {
    expect(readIngestionConfig(new ConfigReader({}))).toEqual([]);
  });

  it('has a default for everything but the connection', () => {
    expect(declared({ prod: { connection } })).toBe(true);
    const [provider] = read({ prod: { connection } });
    expect(provider).toMatchObject({
      id: 'prod',
      connection,
      schedule: { frequency: { minutes: 30 }, timeout: { minutes: 15 } },
      exclude: [],
      models: { kind: 'Resource', type: 'ai-model' },
      endpoints: { kind: 'Component', type: 'model-server' },
      owner: { tag: 'team', mapping: {}, default: 'group:default/unowned' },
      lifecycle: 'production',
      namespace: 'default',
      maxRemoval: 20,
    });
    expect(provider.include.map(({ pattern }) => pattern)).toEqual(['*']);
  });

  it('takes everything that config.d.ts declares', () => {
    const all = {
      connection,
      schedule: {
        frequency: { hours: 1 },
        timeout: '5m',
        initialDelay: { seconds: 15 },
        scope: 'local',
      },
      include: ['main.fraud.*'],
      exclude: ['*.test'],
      models: { kind: 'Component', type: 'model' },
      endpoints: { kind: 'Component', type: 'endpoint' },
      owner: {
        tag: 'squad',
        mapping: {
          fraud: 'group:default/fraud-ml',
          'ada@acme.example': 'user:default/ada',
        },
        default: 'group:default/platform',
      },
      system: 'system:default/fraud',
      lifecycle: 'experimental',
      namespace: 'ml',
      maxRemoval: 5,
    };
    expect(declared({ prod: all })).toBe(true);
    const [provider] = read({ prod: all });
    expect(provider).toMatchObject({
      ...all,
      schedule: { frequency: { hours: 1 }, timeout: { minutes: 5 } },
      include: [{ pattern: 'main.fraud.*' }],
      exclude: [{ pattern: '*.test' }],
    });
    expect(declared({ prod: { ...all, endpoints: false } })).toBe(true);
    const [none] = read({ prod: { ...all, endpoints: false } });
    expect(none.endpoints).toBeUndefined();
  });

  it.each<[string, JsonObject, string]>([
    ['no connection', {}, 'prod.connection: is missing'],
    ['a misspelt key', { connection, conection: 'x' }, 'unknown key conection'],
    ['no include at all', { connection, include: [] }, 'prod.include'],
    [
      'an include that is no list',
      { connection, include: 'x' },
      'prod.include: has to be of type array',
    ],
    [
      'an owner that is no reference',
      { connection, owner: { default: 'fraud' } },
      'prod.owner.default: has to be a Group or User in full',
    ],
    [
      'an owner mapped to no reference',
      { connection, owner: { mapping: { fraud: 'component:default/x' } } },
      'prod.owner.mapping.fraud: has to be a Group or User in full',
    ],
    [
      'endpoints that are switched on',
      { connection, endpoints: true },
      'prod.endpoints: has to be of type object',
    ],
    [
      'a misspelt kind of endpoints',
      { connection, endpoints: { kid: 'Component' } },
      'prod.endpoints: unknown key kid; known are kind, type',
    ],
    ['a removal over all', { connection, maxRemoval: 120 }, 'prod.maxRemoval'],
    [
      'a schedule without a timeout',
      { connection, schedule: { frequency: { hours: 1 } } },
      'prod.schedule: has to be a schedule',
    ],
    [
      'a namespace the catalog does not take',
      { connection, namespace: 'A B' },
      'prod.namespace',
    ],
  ])('refuses %s', (_what, provider, problem) => {
    expect(() => read({ prod: provider })).toThrow(problem);
  });

  it('lists every problem, and no value of a secret place', () => {
    const broken = {
      'Not An Id': { connection },
      prod: { connection: 'x y', maxRemoval: -1, owner: { tagg: 'team' } },
    };
    let message = '';
    try {
      read(broken);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const part of [
      'modelops.Not An Id: the id',
      'modelops.prod.connection',
      'modelops.prod.maxRemoval',
      'modelops.prod.owner: unknown key tagg',
    ])
      expect(message).toContain(part);
  });

  it('refuses a connection that modelops of the same backend does not know', () => {
    const modelops = { connections: { 'databricks-dev': {} } };
    expect(() => read({ prod: { connection } }, { modelops })).toThrow(
      "prod.connection: 'databricks-prod' is not in modelops.connections, which are databricks-dev",
    );
  });

  it('refuses two connections in one namespace, whose names could collide', () => {
    const two = { a: { connection }, b: { connection: 'vertex-eu' } };
    expect(() => read(two)).toThrow('modelops.b.namespace');
    expect(
      read({ ...two, b: { connection: 'vertex-eu', namespace: 'vertex' } }),
    ).toHaveLength(2);
    expect(read({ ...two, b: { connection } })).toHaveLength(2);
  });
});
