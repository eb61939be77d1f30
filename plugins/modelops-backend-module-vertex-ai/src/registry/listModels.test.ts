import { randomUUID } from 'node:crypto';
import type { RegisteredModel } from 'backstage-plugin-modelops-common';
import { TestProject } from '../__testUtils__/TestProject';

const LOCATION = '/v1/projects/ml-demo/locations/europe-west4';

describe('Everything of a project that can be an entity', () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await TestProject.start({ manualRuns: true });
    await project.google.models(); // once its first models are trained
  }, 60_000);
  beforeEach(() => project.reset());
  afterAll(() => project.close());

  async function page(cursor?: string, limit = 100) {
    return project
      .open()
      .registry!.listModels(await project.callAsReader(), { cursor, limit });
  }

  async function all(limit?: number): Promise<RegisteredModel[]> {
    const items: RegisteredModel[] = [];
    let cursor: string | undefined;
    do {
      const next = await page(cursor, limit);
      items.push(...next.items);
      cursor = next.nextCursor;
    } while (cursor);
    return items;
  }

  /** Models and endpoints of the demo. */
  async function demoSize(): Promise<number> {
    const [models, endpoints] = await Promise.all([
      project.google.models(),
      project.google.endpoints(),
    ]);
    return models.length + endpoints.length;
  }

  it('is the models and the endpoints, with what they serve', async () => {
    await project.google.changeEndpoint('shared-scores', {
      labels: { team: 'growth', 'modelops-run-id': randomUUID() },
    });
    const items = await all();
    const kinds = items.map(({ kind }) => kind);
    expect(kinds).toEqual([...kinds].sort().reverse()); // models first
    const byResource = new Map(items.map(item => [item.resource, item]));
    expect(byResource.get('model/churn-score')).toMatchObject({
      kind: 'model',
      name: 'Churn score',
    });
    expect(byResource.get('model/churn-score')).not.toHaveProperty('serves');
    expect(byResource.get('endpoint/shared-scores')).toMatchObject({
      kind: 'endpoint',
      name: 'Shared scores',
      serves: ['model/churn-score', 'model/demand-forecast'],
    });
    expect(byResource.get('endpoint/shared-scores')!.tags).toEqual({
      team: 'growth',
    });
    expect(items[0]).toEqual({
      kind: 'model',
      resource: 'model/demand-forecast',
      name: 'Demand forecast',
      description: undefined,
      tags: { team: 'supply' },
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
      url: expect.stringContaining('console.cloud.google.com'),
    });
  });

  it('takes as many calls as there are pages', async () => {
    const before = await demoSize();
    await project.google.seedModels(250);
    const items = await all();
    expect(items).toHaveLength(before + 250);
    expect(new Set(items.map(({ resource }) => resource)).size).toBe(
      before + 250,
    );
    const requests = await project.google.requests();
    expect(
      requests.filter(({ path }) => path.startsWith(LOCATION)),
    ).toHaveLength(4);
  });

  it('has pages of the size that is asked for', async () => {
    const first = await page(undefined, 1);
    expect(first.items.map(({ resource }) => resource)).toEqual([
      'model/demand-forecast',
    ]);
    expect(await all(1)).toHaveLength(await demoSize());
  });

  it.each([
    '',
    'x',
    '[]',
    '["jobs"]',
    '["models",1]',
    '["models","a","b"]',
    '{}',
  ])('refuses the cursor %j', async cursor => {
    expect(await project.failureOf(page(cursor))).toMatchObject({
      code: 'platform-rejected-request',
      refused: true,
    });
  });

  it.each([
    ['again and again', 'again'],
    ['longer than a cursor', 'x'.repeat(4000)],
  ])('has an end, though the token comes %s', async (_what, token) => {
    await project.google.fault({
      path: `${LOCATION}/models`,
      effect: 'body',
      body: JSON.stringify({ nextPageToken: token }),
    });
    const error = await project.failureOf(all());
    expect(error.code).toBe('platform-response-invalid');
  });

  it('shows what people wrote as plain text of bounded length, and skips what no annotation could name', async () => {
    const name = 'projects/123456789012/locations/europe-west4/models';
    await project.google.fault({
      path: `${LOCATION}/models`,
      effect: 'body',
      body: JSON.stringify({
        models: [
          {
            name: `${name}/42`,
            displayName: 'a\u202eb\nc',
            description: `<b>${'x'.repeat(9_000)}`,
            labels: { a: 'y'.repeat(900) },
          },
          { name: `${name}/A-B` },
        ],
      }),
    });
    const { items } = await page();
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ resource: 'model/42', name: 'a b c' });
    expect(items[0].description).toHaveLength(2_000);
    expect(items[0].tags.a).toHaveLength(128);
  });

  it.each([
    ['of elsewhere', { models: [{ name: 'projects/1/locations/x/models/y' }] }],
    ['that is a path', { models: [{ name: '../../token' }] }],
    ['that is a text', { models: 'x' }],
  ])('believes nothing of a list with a model %s', async (_what, body) => {
    await project.google.fault({
      path: `${LOCATION}/models`,
      effect: 'body',
      body: JSON.stringify(body),
    });
    expect((await project.failureOf(page())).code).toBe(
      'platform-response-invalid',
    );
  });

  it('names no model of another project behind an endpoint', async () => {
    const here = 'projects/123456789012/locations/europe-west4';
    await project.google.fault({
      path: `${LOCATION}/endpoints`,
      effect: 'body',
      body: JSON.stringify({
        endpoints: [
          {
            name: `${here}/endpoints/e`,
            deployedModels: [
              { id: '1', model: 'projects/7/locations/europe-west4/models/m' },
              { id: '2', model: `${here}/models/m@3` },
              {
                id: '3',
                model: 'projects/ml-demo/locations/europe-west4/models/m',
              },
              { id: '4' },
            ],
          },
        ],
      }),
    });
    const { items } = await page('["endpoints"]');
    expect(items[0].serves).toEqual(['model/m']);
  });
});
