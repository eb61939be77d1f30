import type { Server } from 'node:http';
import { TestDatabases } from '@backstage/backend-test-utils';
import {
  modelopsPermissions,
  REST_ROUTES,
  type RestRoute,
} from 'backstage-plugin-modelops-common';
import { newKey, type Portal, startPortal } from './__testUtils__/portal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

/** Routes that Backstage adds to every plugin; each has to be known, and closed to strangers. */
const BACKSTAGE_ROUTES: ['GET' | 'POST', string][] = [
  ['GET', '/.backstage/scheduler/v1/tasks'],
  ['POST', '/.backstage/scheduler/v1/tasks/modelops-follow-runs/trigger'],
  ['POST', '/.backstage/scheduler/v1/tasks/modelops-follow-runs/cancel'],
  ['GET', '/.backstage/actions/v1/actions'],
  ['POST', '/.backstage/actions/v1/actions/modelops%3Atrain/invoke'],
  ['POST', '/.backstage/permissions/apply-conditions'],
];

const OURS = (Object.values(REST_ROUTES) as RestRoute[]).map(
  (route): ['GET' | 'POST', string] => [
    route.method === 'get' ? 'GET' : 'POST',
    `/v1${route.path
      .replace(':kind/:namespace/:name', 'resource/default/fraud-detector')
      .replace(':action', 'train')
      .replace(':version', '1')
      .replace(':id', '00000000-0000-4000-8000-000000000000')}`,
  ],
);

/** The one route that is the catalog's own (design D17). */
function isOfCatalog(path: string): boolean {
  return path.startsWith('/v1/connections/');
}

describe('Every route', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal({ databases, databaseId: 'SQLITE_3' });
  });
  afterAll(() => portal?.close());

  it.each([...OURS, ...BACKSTAGE_ROUTES])(
    '%s %s is 401 for a stranger',
    async (method, path) => {
      const answer = await portal.call('nobody', method, path);
      expect(answer.status).toBe(401);
    },
  );

  it.each(OURS)('%s %s is 403 for a service', async (method, path) => {
    const answer = await portal.call('a service', method, path);
    expect(answer.status).toBe(403);
  });

  it.each(OURS.filter(([, path]) => !isOfCatalog(path)))(
    '%s %s is 403 for the catalog, too',
    async (method, path) => {
      const answer = await portal.call('plugin:catalog', method, path);
      expect(answer.status).toBe(403);
    },
  );

  it.each(OURS.filter(([, path]) => isOfCatalog(path)))(
    '%s %s is for the catalog, and for no person',
    async (method, path) => {
      const catalog = await portal.call('plugin:catalog', method, path);
      expect(catalog.body.error.code).toBe('binding-connection-unknown');
      const person = await portal.call('alan', method, path);
      expect(person.status).toBe(403);
    },
  );

  it.each(OURS)(
    '%s %s is 403 for what calls itself something like the catalog',
    async (method, path) => {
      for (const who of [
        'plugin:scaffolder',
        'plugin:catalog-import',
        'external:catalog',
        'external:plugin:catalog',
        'plugin:modelops',
      ] as const)
        expect((await portal.call(who, method, path)).status).toBe(403);
    },
  );

  it('is one that the table of routes lists', () => {
    expect(mountedPaths(portal.server).sort()).toEqual(
      [
        ...new Set(
          Object.values(REST_ROUTES).map(
            route => `${route.method} /v1${route.path}`,
          ),
        ),
      ].sort(),
    );
  });

  it('leaves no entry for a stranger and calls nobody', async () => {
    expect(await portal.entriesSinceStart()).toEqual([]);
    expect(await portal.simulators.databricks.requests()).toEqual([]);
  });

  it('names every permission for role editors', async () => {
    const { body } = await portal.call(
      'ada',
      'GET',
      '/.well-known/backstage/permissions/metadata',
    );
    expect(
      body.permissions
        .map((permission: { name: string }) => permission.name)
        .sort(),
    ).toEqual(modelopsPermissions.map(permission => permission.name).sort());
  });

  it('answers malformed requests with 400, a code, and the name of the field', async () => {
    const json = await portal.call('ada', 'POST', '/v1/runs', {
      body: '{"entityRef":',
    });
    expect(json.status).toBe(400);
    expect(json.body.error).toMatchObject({
      name: 'InputError',
      code: 'request-invalid',
    });
    const key = await portal.call('ada', 'POST', '/v1/runs', {
      body: {
        entityRef: 'resource:default/fraud-detector',
        action: 'train',
        operation: 'start',
      },
    });
    expect(key.body.error.code).toBe('idempotency-key-invalid');
    const field = await portal.train('ada', { entityRef: 'not a reference' });
    expect(field.status).toBe(400);
    expect(field.body.error.message).toContain('entityRef');
    for (const wrong of [
      { reason: 'a\u0000b' },
      { parameters: { epochs: { $gt: 0 } } },
      { version: '3' },
      { entityRef: `resource:default/${'x'.repeat(400)}` },
    ]) {
      const answer = await portal.call('ada', 'POST', '/v1/runs', {
        idempotencyKey: newKey(),
        body: {
          entityRef: 'resource:default/fraud-detector',
          action: 'train',
          operation: 'start',
          ...wrong,
        },
      });
      expect(answer.status).toBe(400);
      expect(answer.body.error.message).toContain(Object.keys(wrong)[0]);
    }
    for (const name of ['a%00b', 'x'.repeat(400), '%2e%2e']) {
      const answer = await portal.call(
        'ada',
        'GET',
        `/v1/models/resource/default/${name}/actions/train`,
      );
      expect([400, 404]).toContain(answer.status);
    }
    expect(await portal.entriesSinceStart()).toEqual([]);
    const large = await portal.call('ada', 'POST', '/v1/runs', {
      body: { reason: 'x'.repeat(200_000) },
    });
    expect(large.status).toBe(400);
    const forged = Buffer.from(
      JSON.stringify(['2026-01-01T00:00:00Z', 'x']),
    ).toString('base64url');
    for (const query of [
      'limit=0',
      'limit=1000',
      'cursor=x',
      `cursor=${forged}`,
      'state=gone',
    ]) {
      expect(
        (await portal.call('ada', 'GET', `/v1/runs?${query}`)).status,
      ).toBe(400);
    }
  });
});

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle?: { stack?: Layer[] };
}

/** Routes of ours that Express has really mounted, found by walking the running server. */
function mountedPaths(server: Server): string[] {
  const [app] = server.listeners('request') as unknown as {
    _router?: { stack: Layer[] };
  }[];
  const found: string[] = [];
  const walk = (layers: Layer[]) => {
    for (const layer of layers) {
      if (layer.route?.path.startsWith('/v1/')) {
        found.push(
          ...Object.keys(layer.route.methods).map(
            method => `${method} ${layer.route!.path}`,
          ),
        );
      }
      if (layer.handle?.stack) walk(layer.handle.stack);
    }
  };
  walk(app._router!.stack);
  return found;
}
