import { randomUUID } from 'node:crypto';
import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
import { CHURN } from '../__testUtils__/EndpointChanges';
import { TestProject } from '../__testUtils__/TestProject';
import {
  ADA,
  aStart,
  MODEL,
  PARAMETERS,
  TEMPLATES,
} from '../__testUtils__/trainings';

const MODELS = '/v1/projects/ml-demo/locations/europe-west4/models';
const VERSIONS = `${MODELS}/demand-forecast:listVersions`;
const NAME = 'projects/123456789012/locations/europe-west4/models';

describe('Versions of a model', () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await TestProject.start({ manualRuns: true });
    await project.google.models(); // once its first models are trained
  }, 60_000);
  beforeEach(() => project.reset());
  afterAll(() => project.close());

  const ada = () => project.callAs('ada');
  const registry = () => project.open().registry!;
  const list = async (
    page: { cursor?: string; limit: number } = { limit: 25 },
    model = MODEL,
  ) => registry().listVersions(await ada(), model, page);

  describe('listVersions', () => {
    it('is newest first, with aliases and the metrics of the newest evaluation', async () => {
      const { items, nextCursor } = await list();
      expect(nextCursor).toBeUndefined();
      expect(items.map(({ version }) => version)).toEqual(['2', '1']);
      expect(items[1]).toMatchObject({
        version: '1',
        state: 'ready',
        aliases: expect.arrayContaining(['default', 'champion']),
        description: expect.stringContaining('epochs=4'),
        createdAt: expect.stringMatching(/Z$/),
        url: expect.stringContaining('/models/demand-forecast/versions/1?'),
        metrics: [
          { name: 'auRoc', value: expect.any(Number) },
          { name: 'logLoss', value: expect.any(Number) },
        ],
      });
      expect(items[1]).not.toHaveProperty('parameters');
      expect(items[1].sourceJob).toBeUndefined();
    });

    it('is paged by number, and reads the evaluations of the page only', async () => {
      for (let count = 0; count < 5; count++)
        await project.google.addVersion('demand-forecast');
      const first = await list({ limit: 3 });
      expect(first.items.map(({ version }) => version)).toEqual([
        '7',
        '6',
        '5',
      ]);
      const requests = await project.google.requests();
      expect(
        requests.filter(({ path }) => path.endsWith('/evaluations')),
      ).toHaveLength(3);
      const second = await list({ limit: 3, cursor: first.nextCursor });
      const third = await list({ limit: 3, cursor: second.nextCursor });
      expect(
        [...second.items, ...third.items].map(({ version }) => version),
      ).toEqual(['4', '3', '2', '1']);
      expect(third.nextCursor).toBeUndefined();
    });

    it('reads all pages of a model with many versions', async () => {
      await project.google.addModel({ id: 'many', versions: 230 });
      const many = { kind: 'model', canonical: 'model/many' };
      const { items } = await list({ limit: 2 }, many);
      expect(items.map(({ version }) => version)).toEqual(['230', '229']);
      const requests = await project.google.requests();
      expect(
        requests.filter(({ path }) => path.endsWith(':listVersions')),
      ).toHaveLength(3);
    });

    it.each(['forecast-weekly', 'forecast-pipeline'])(
      'names the job that made a version, by the id that the portal knows, and what it was trained with (%s)',
      async template => {
        const connection = project.open({ trainingTemplates: TEMPLATES });
        const job = aStart({ template });
        const { platformRunId } = await connection.start(await ada(), job);
        await project.google.advanceJob(platformRunId, { to: 'SUCCEEDED' });
        const { items } = await connection.registry!.listVersions(
          await ada(),
          MODEL,
          { limit: 1 },
        );
        expect(items[0].sourceJob).toEqual({
          platformRunId,
          url: expect.stringContaining('console.cloud.google.com'),
          runId: job.runId,
        });
        expect(items[0].metrics.length).toBeGreaterThan(0);
        const detail = await connection.registry!.readVersion(
          await ada(),
          MODEL,
          items[0].version,
        );
        expect(detail.parameters).toEqual({
          epochs: String(PARAMETERS.epochs),
          learning_rate: String(PARAMETERS.learning_rate),
        });
      },
    );

    it('names no job to whoever may not look at jobs', async () => {
      await project.google.addVersion('demand-forecast', {
        labels: { 'modelops-run-id': randomUUID() },
      });
      await project.google.fault({
        path: '/v1/projects/ml-demo/locations/europe-west4/customJobs',
        effect: 'status',
        status: 403,
      });
      const { items } = await list({ limit: 1 });
      expect(items[0].sourceJob).toBeUndefined();
    });

    it('names the pipeline that made a version', async () => {
      const runId = randomUUID();
      await project.google.addVersion('demand-forecast', {
        labels: { 'modelops-run-id': runId },
        pipelineJob: `${NAME.replace(
          'models',
          'pipelineJobs',
        )}/modelops-${runId}`,
      });
      const { items } = await list({ limit: 1 });
      expect(items[0].sourceJob).toEqual({
        platformRunId: `pipelineJobs/modelops-${runId}`,
        url: expect.stringContaining(`/pipelines/runs/modelops-${runId}?`),
        runId,
      });
    });

    it.each([
      [
        'of another project',
        'projects/other/locations/europe-west4/pipelineJobs/x',
      ],
      ['that is none', 'projects/ml-demo/locations/europe-west4/customJobs/1'],
      ['that is a path', '../../v1/token'],
    ])('names no pipeline %s', async (_what, pipelineJob) => {
      await project.google.addVersion('demand-forecast', {
        pipelineJob,
        labels: { 'modelops-run-id': 'not-a-uuid' },
      });
      const { items } = await list({ limit: 1 });
      expect(items[0].sourceJob).toBeUndefined();
    });

    it.each([
      ['no evaluation', null, []],
      ['a list', [1, 2], []],
      ['a text', 'x', []],
      [
        'numbers among other things',
        { a: 1, b: 'x', c: [1], d: { e: 2 }, f: 0.5 },
        [
          { name: 'a', value: 1 },
          { name: 'f', value: 0.5 },
        ],
      ],
    ])(
      'has the numbers of an evaluation with %s',
      async (_what, metrics, expected) => {
        await project.google.addVersion('demand-forecast', { metrics });
        const { items } = await list({ limit: 1 });
        expect(items[0].metrics).toEqual(expected);
      },
    );

    it('has the metrics of the newest evaluation, on whichever page that is', async () => {
      const page = (day: number, nextPageToken?: string) =>
        project.google.fault({
          path: `${MODELS}/*/evaluations`,
          effect: 'body',
          body: JSON.stringify({
            modelEvaluations: [
              { createTime: `2026-11-0${day}T00:00:00Z`, metrics: { day } },
            ],
            nextPageToken,
          }),
          count: 1,
        });
      await page(1, 'a');
      await page(3, 'b');
      await page(2);
      const { items } = await list({ limit: 1 });
      expect(items[0].metrics).toEqual([{ name: 'day', value: 3 }]);
    });

    it.each([403, 404])(
      'has no metrics when the evaluations answer %s',
      async status => {
        await project.google.fault({
          path: `${MODELS}/*/evaluations`,
          effect: 'status',
          status,
        });
        const { items } = await list();
        expect(items.map(({ metrics }) => metrics)).toEqual([[], []]);
      },
    );

    it('is read with the rights of the person', async () => {
      const { items } = await registry().listVersions(
        await project.callAs('grace'),
        MODEL,
        { limit: 5 },
      );
      expect(items).toHaveLength(2);
      const error = await project.failureOf(
        (async () =>
          registry().listVersions(await project.callAs('katherine'), MODEL, {
            limit: 5,
          }))(),
      );
      expect(error.code).toBe('platform-permission-denied');
    });

    it('has no pages but its own, and no versions of an endpoint', async () => {
      expect(
        await project.failureOf(list({ limit: 5, cursor: '../1' })),
      ).toMatchObject({ code: 'platform-rejected-request', refused: true });
      const endpoint = { kind: 'endpoint', canonical: 'endpoint/x' };
      expect(
        await project.failureOf(list({ limit: 5 }, endpoint)),
      ).toMatchObject({ code: 'operation-unsupported', refused: true });
    });

    it.each([
      [
        'another model',
        { models: [{ name: `${NAME}/other@1`, versionId: '1' }] },
      ],
      [
        'a model of elsewhere',
        {
          models: [
            {
              name: 'projects/1/locations/us-central1/models/demand-forecast@1',
            },
          ],
        },
      ],
      ['a path', { models: [{ name: '../../secrets' }] }],
      [
        'a version that is a word',
        { models: [{ name: `${NAME}/demand-forecast`, versionId: 'x' }] },
      ],
      ['a text', { models: 'x' }],
      ['a list without an end', { nextPageToken: 'again' }],
    ])('believes nothing of an answer about %s', async (_what, json) => {
      await project.google.fault({
        path: VERSIONS,
        effect: 'body',
        body: JSON.stringify(json),
      });
      const error = await project.failureOf(list());
      expect(error.code).toBe('platform-response-invalid');
    });

    it.each([
      [{ effect: 'html' }, 'platform-response-invalid'],
      [{ effect: 'huge' }, 'platform-response-too-large'],
      [{ effect: 'status', status: 500 }, 'platform-failed'],
      [{ effect: 'drop' }, 'platform-unreachable'],
    ] as const)('fails when Google answers %j', async (effect, code) => {
      await project.google.fault({ path: VERSIONS, ...effect });
      expect((await project.failureOf(list())).code).toBe(code);
    });
  });

  describe('readVersion', () => {
    it('is one version', async () => {
      expect(
        await registry().readVersion(await ada(), MODEL, '2'),
      ).toMatchObject({ version: '2', state: 'ready', parameters: {} });
    });

    it.each(['3', 'champion', '02', '1/../2', '', '-', '1e0'])(
      'knows no version %j',
      async version => {
        const error = await project.failureOf(
          (async () => registry().readVersion(await ada(), MODEL, version))(),
        );
        expect(error.code).toBe('platform-not-found');
      },
    );

    it('does not take another version for it', async () => {
      await project.google.fault({
        path: `${MODELS}/demand-forecast@2`,
        effect: 'merge',
        json: { versionId: '1' },
      });
      const error = await project.failureOf(
        (async () => registry().readVersion(await ada(), MODEL, '2'))(),
      );
      expect(error.code).toBe('platform-response-invalid');
    });
  });

  describe('set-alias', () => {
    const MERGE = `${MODELS}/demand-forecast@2:mergeVersionAliases`;
    const anAlias = (alias: string, version = '2') => ({
      runId: randomUUID(),
      operation: 'set-alias' as const,
      resource: MODEL,
      version,
      principal: ADA,
      parameters: { alias },
    });
    const set = async (alias: string, version = '2') =>
      project.open().start(await ada(), anAlias(alias, version));
    const aliases = async () => {
      const { items } = await list();
      return Object.fromEntries(
        items.map(one => [one.version, [...one.aliases].sort()]),
      );
    };
    const read = async (...jobs: Parameters<typeof knownJob>[]) => {
      const call = await project.callAsReader();
      const known = jobs.map(job => knownJob(...job));
      const readings = await project.open().readJobs(call, known);
      return known.map(({ runId }) => readings.get(runId)!);
    };

    it('has a form with its name', async () => {
      const form = await project.open().readForm(await ada(), {
        resource: MODEL,
        operation: 'set-alias',
        model: MODEL,
      });
      expect(form).toMatchObject({
        title: 'Demand forecast',
        direct: true,
        parameters: [{ name: 'alias', required: true }],
      });
      const { pattern = '' } = form.parameters[0].field;
      const fits = (text: string) => new RegExp(pattern, 'u').test(text);
      expect(['champion', 'default', 'a1', 'a-B-9'].every(fits)).toBe(true);
      expect(
        ['1', 'a', 'Champion', 'a b', '-old', 'a-', 'a_b', 'é1'].some(fits),
      ).toBe(false);
    });

    it('moves an alias, the default one too', async () => {
      expect(await set('champion')).toMatchObject({
        state: 'succeeded',
        platformRunId: expect.stringMatching(/^alias@/),
        endedAt: expect.any(Date),
      });
      await set('default');
      expect(await aliases()).toEqual({
        '1': [],
        '2': ['champion', 'default'],
      });
    });

    it.each([
      ['a name with a space', 'my alias', '2', 'platform-rejected-request'],
      ['the removal of one', '-champion', '2', 'platform-rejected-request'],
      ['a name that is a number', '2', '2', 'platform-rejected-request'],
      ['a version that is not there', 'champion', '9', 'platform-not-found'],
      ['a version that is an alias', 'other', 'champion', 'platform-not-found'],
    ])(
      'refuses %s, and writes nothing',
      async (_what, alias, version, code) => {
        const error = await project.failureOf(set(alias, version));
        expect(error).toMatchObject({ code, refused: true });
        const requests = await project.google.requests();
        expect(
          requests.filter(({ path }) => path.includes('mergeVersionAliases')),
        ).toEqual([]);
      },
    );

    it('needs the right to update the model', async () => {
      const error = await project.failureOf(
        (async () =>
          project
            .open()
            .start(await project.callAs('grace'), anAlias('champion')))(),
      );
      expect(error).toMatchObject({
        code: 'platform-permission-denied',
        refused: true,
      });
      expect(error.message).toContain('aiplatform.models.update');
    });

    it('notices when it points elsewhere afterwards', async () => {
      await project.google.fault({
        path: MERGE,
        commit: true,
        effect: 'merge',
        json: { versionAliases: ['other'] },
      });
      expect(await project.failureOf(set('champion'))).toMatchObject({
        code: 'platform-conflict',
        refused: false,
      });
    });

    it('is found when its answer was lost, in one list for all', async () => {
      const job = anAlias('champion');
      await project.google.fault({
        path: MERGE,
        commit: true,
        effect: 'drop',
        count: 1,
      });
      const error = await project.failureOf(
        (async () => project.open().start(await ada(), job))(),
      );
      expect(error.refused).toBe(false);
      const never = anAlias('challenger');
      const before = (await project.google.requests()).length;
      const [found, missing] = await read([job], [never]);
      expect(found).toMatchObject({
        kind: 'found',
        state: 'succeeded',
        likeness: true,
      });
      expect(missing).toEqual({ kind: 'missing' });
      const after = await project.google.requests();
      expect(
        after.slice(before).filter(({ path }) => path.startsWith(MODELS)),
      ).toHaveLength(1);
    });

    it('is unclear when its answer was lost and somebody changed an alias since, and missed when nobody did', async () => {
      const form = await project.open().readForm(await ada(), {
        resource: MODEL,
        operation: 'set-alias',
      });
      const job = { ...anAlias('challenger'), revision: form.revision };
      expect(job.revision).toMatch(/^[0-9a-f]{64}$/);
      expect(await read([job])).toEqual([{ kind: 'missing' }]);
      await project.open().start(await ada(), job);
      await set('challenger', '1');
      expect(await read([job])).toEqual([
        { kind: 'unclear', why: expect.stringContaining('moved on') },
      ]);
    });

    it('misses that of a model that is gone, and stays made where it is known', async () => {
      const job = anAlias('score-one', '1');
      const gone = { ...job, resource: CHURN };
      await project.google.forgetModel('churn-score');
      expect(await read([gone])).toEqual([{ kind: 'missing' }]);
      expect(
        await read([job, { platformRunId: `alias@${job.runId}` }]),
      ).toMatchObject([{ state: 'succeeded' }]);
    });
  });
});
