import { TestDatabases } from '@backstage/backend-test-utils';
import type { RegisteredModels } from 'backstage-plugin-modelops-common';
import {
  type Portal,
  startPortal,
  useSimulators,
} from '../__testUtils__/portal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const simulators = useSimulators();
const PATH = '/v1/connections/databricks-demo/models';
const LIST = '/api/2.1/unity-catalog/models';

describe('What a registry holds', () => {
  let portal: Portal;
  beforeEach(async () => {
    portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      simulators: simulators(),
    });
  });
  afterEach(() => portal?.close());

  const list = (query = '') =>
    portal.call('plugin:catalog', 'GET', `${PATH}${query}`);

  it('is listed for the catalog page by page, as the portal and never as a person', async () => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const next = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const { status, body } = await list(`?limit=2${next}`);
      expect(status).toBe(200);
      const page: RegisteredModels = body;
      found.push(...page.items.map(({ resource }) => resource));
      cursor = page.nextCursor;
    } while (cursor);
    expect(found).toContain('model/main.fraud.detector');
    expect(found).toContain('endpoint/fraud-detector');
    // Closed to the reader.
    expect(found).not.toContain('model/main.hr.attrition');
    expect(new Set(found).size).toBe(found.length);

    const principals = (await simulators().databricks.requests())
      .map(({ principal }) => principal)
      .filter(Boolean);
    expect(new Set(principals)).toEqual(
      new Set(['11111111-1111-4111-8111-111111111111']),
    );
  });

  it('is nothing that a person gets here, whatever their role', async () => {
    for (const person of ['ada', 'alan'] as const) {
      const answer = await portal.call(person, 'GET', PATH);
      expect(answer.status).toBe(403);
    }
    expect((await portal.call('nobody', 'GET', PATH)).status).toBe(401);
    expect(await simulators().databricks.requests()).toEqual([]);
  });

  it('says what is wrong with a request before anything is called', async () => {
    const unknown = await portal.call(
      'plugin:catalog',
      'GET',
      '/v1/connections/other/models',
    );
    expect(unknown.status).toBe(404);
    expect(unknown.body.error.code).toBe('binding-connection-unknown');
    for (const query of ['?limit=0', '?limit=1001', '?cursor=']) {
      const { status, body } = await list(query);
      expect([query, status, body.error.code]).toEqual([
        query,
        400,
        'request-invalid',
      ]);
    }
    expect(await simulators().databricks.requests()).toEqual([]);
  });

  it.each<[string, number | undefined]>([
    ['with Retry-After where the platform says how long', 30],
    ['without it where it does not', undefined],
  ])('passes a 429 on, %s', async (_what, retryAfterSeconds) => {
    await simulators().databricks.fault({
      path: LIST,
      effect: 'status',
      status: 429,
      retryAfterSeconds,
    });
    const { status, headers, body } = await list();
    expect(status).toBe(429);
    expect(body.error.code).toBe('platform-throttled');
    expect(headers['retry-after']).toBe(retryAfterSeconds?.toString());
  });

  it('is asked for again with a new credential when the platform drops the old one', async () => {
    expect((await list()).status).toBe(200);
    await simulators().databricks.fault({
      path: LIST,
      effect: 'status',
      status: 403,
      numericErrorCode: true,
      count: 1,
    });
    expect((await list()).status).toBe(200);
    expect(await portal.entries({ code: 'credential.issued' })).toHaveLength(2);
  });
});
