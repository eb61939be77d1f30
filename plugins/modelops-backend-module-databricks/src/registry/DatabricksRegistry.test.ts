import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
import { EndpointChanges, MODEL } from '../__testUtils__/EndpointChanges';
import { aStart, TestWorkspace } from '../__testUtils__/workspace';

const VERSIONS = '/api/2.1/unity-catalog/models/main.fraud.detector/versions';
const GET_MODEL = '/api/2.1/unity-catalog/models/main.fraud.detector';
const MLFLOW_RUN = '/api/2.0/mlflow/runs/get';
const HR = { kind: 'model', canonical: 'model/main.hr.attrition' };
const OLD = { kind: 'registered-model', canonical: 'registered-model/fraud' };

describe('Versions of a model', () => {
  let workspace: TestWorkspace;
  beforeAll(async () => {
    workspace = await TestWorkspace.start();
    await workspace.databricks.endpoints(); // once its first models are trained
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  async function list(
    page: { cursor?: string; limit: number } = { limit: 25 },
    model = MODEL,
  ) {
    return workspace
      .open()
      .registry!.listVersions(await workspace.callAs('ada'), model, page);
  }

  async function one(version: string, model = MODEL) {
    return workspace
      .open()
      .registry!.readVersion(await workspace.callAs('ada'), model, version);
  }

  /** A list of versions as the platform could send it. */
  function sendVersions(versions: unknown[]) {
    return workspace.databricks.fault({
      path: VERSIONS,
      effect: 'body',
      body: JSON.stringify({ model_versions: versions }),
    });
  }

  describe('listVersions', () => {
    it('is newest first, with aliases and the metrics of the source run', async () => {
      const { items, nextCursor } = await list();
      expect(nextCursor).toBeUndefined();
      const numbers = items.map(({ version }) => Number(version));
      expect(numbers.length).toBeGreaterThan(1);
      expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
      const champion = items.find(({ aliases }) =>
        aliases.includes('champion'),
      );
      expect(champion).toMatchObject({
        version: '2',
        state: 'ready',
        createdBy: '33333333-3333-4333-8333-333333333333',
        createdAt: expect.stringMatching(/Z$/),
        url: `${workspace.databricks.host}/explore/data/models/main/fraud/detector/version/2`,
        sourceRun: {
          id: expect.any(String),
          url: expect.stringMatching(/\/ml\/experiments\/\d+\/runs\/\w+$/),
        },
        sourceJob: {
          platformRunId: expect.stringMatching(/^\d+$/),
          url: expect.stringMatching(/#job\/8123\/run\/\d+$/),
        },
      });
      expect(champion!.metrics.map(({ name }) => name)).toContain('auc');
      expect(champion).not.toHaveProperty('parameters');
    });

    it('names the run that made a version by the id that the portal knows', async () => {
      const job = aStart();
      const { platformRunId } = await workspace
        .open()
        .start(await workspace.callAs('ada'), job);
      await workspace.untilOver(platformRunId);
      const { items } = await list({ limit: 1 });
      expect(items[0].sourceJob).toMatchObject({
        platformRunId,
        runId: job.runId,
      });
    }, 60_000);

    it('is paged by number, and reads the runs of the page only', async () => {
      await sendVersions(
        [3, 11, 1, 20, 7].map(version => ({
          version,
          status: 'READY',
          run_id: `r${version}`,
        })),
      );
      const first = await list({ limit: 2 });
      expect(first.items.map(({ version }) => version)).toEqual(['20', '11']);
      const asked = await workspace.databricks.requests({ path: MLFLOW_RUN });
      expect(asked.map(({ query }) => query.run_id[0]).sort()).toEqual([
        'r11',
        'r20',
      ]);
      const second = await list({ limit: 2, cursor: first.nextCursor });
      expect(second.items.map(({ version }) => version)).toEqual(['7', '3']);
      const third = await list({ limit: 2, cursor: second.nextCursor });
      expect(third.items.map(({ version }) => version)).toEqual(['1']);
      expect(third.nextCursor).toBeUndefined();
    });

    it.each([
      ['PENDING_REGISTRATION', 'pending'],
      ['FAILED_REGISTRATION', 'failed'],
      ['MODEL_VERSION_STATUS_UNKNOWN', 'pending'],
      ['A_WORD_OF_TOMORROW', 'pending'],
    ])('takes %s for %s', async (status, state) => {
      await sendVersions([{ version: 1, status }]);
      expect((await list()).items[0].state).toBe(state);
    });

    it.each([404, 403])(
      'has no metrics when the run answers %s',
      async status => {
        await workspace.databricks.fault({
          path: MLFLOW_RUN,
          effect: 'status',
          status,
        });
        const { items } = await list();
        expect(items.every(({ metrics }) => metrics.length === 0)).toBe(true);
      },
    );

    it('shows texts of strangers as plain text, and no link of theirs', async () => {
      await sendVersions([
        {
          version: 1,
          status: 'READY',
          comment: `see\u0000 \u202E<b>${'x'.repeat(10_000)}`,
          created_by: 'n'.repeat(10_000),
          run_id: `java${'script'}:alert(1)`,
          aliases: [{ alias_name: '\u0007bell' }],
        },
      ]);
      await workspace.databricks.fault({
        path: GET_MODEL,
        effect: 'merge',
        json: {
          aliases: [{ alias_name: 'a\nb', version_num: 1 }],
        },
      });
      const [version] = (await list()).items;
      expect(version.description?.startsWith('see <b>xxx')).toBe(true);
      expect(version.description!.length).toBeLessThanOrEqual(2000);
      expect(version.createdBy!.length).toBeLessThanOrEqual(320);
      expect(version.sourceRun).toBeUndefined();
      expect(version.aliases).toEqual(['a b']);
    });

    it.each([
      ['html', { effect: 'html' }, 'platform-response-invalid'],
      ['10 MB', { effect: 'huge' }, 'platform-response-too-large'],
      [
        'a version that is no number',
        { effect: 'body', body: '{"model_versions":[{"version":"x"}]}' },
        'platform-response-invalid',
      ],
      [
        'a list without an end',
        { effect: 'body', body: '{"next_page_token":"again"}' },
        'platform-response-invalid',
      ],
    ] as const)('believes nothing of %s', async (_what, effect, code) => {
      await workspace.databricks.fault({ path: VERSIONS, ...effect });
      expect((await workspace.failureOf(list())).code).toBe(code);
    });

    it('hides what Databricks hides from the person', async () => {
      for (const reading of [list({ limit: 1 }, HR), one('1', HR)]) {
        const error = await workspace.failureOf(reading);
        expect(error.code).toBe('platform-permission-denied');
      }
      expect(
        await workspace.databricks.requests({ path: MLFLOW_RUN }),
      ).toHaveLength(0);
    });

    it.each(['x', '-1', '1.5', '../1', ''])(
      'refuses the cursor %j',
      async cursor => {
        const error = await workspace.failureOf(list({ limit: 1, cursor }));
        expect(error).toMatchObject({
          code: 'platform-rejected-request',
          refused: true,
        });
      },
    );
  });

  describe('readVersion', () => {
    it('has aliases and what it was trained with', async () => {
      const version = await one('2');
      expect(version).toMatchObject({
        version: '2',
        aliases: ['champion'],
        parameters: { epochs: '4', class_weight: 'balanced' },
      });
      expect(version.metrics.length).toBeGreaterThan(0);
    });

    it.each(['99', '../1', 'abc', '1e3', '9'.repeat(30)])(
      'does not know %s',
      async version => {
        const error = await workspace.failureOf(one(version));
        expect(error.code).toBe('platform-not-found');
      },
    );

    it('takes no other version for it', async () => {
      await workspace.databricks.fault({
        path: `${VERSIONS}/2`,
        effect: 'merge',
        json: { version: 3 },
      });
      expect((await workspace.failureOf(one('2'))).code).toBe(
        'platform-response-invalid',
      );
    });
  });

  describe('in the workspace registry', () => {
    it('are read from it', async () => {
      const version = (number: string, status = 'READY') => ({
        name: 'fraud',
        version: number,
        status,
        user_id: 'grace@acme.example',
        creation_timestamp: 1_700_000_000_000,
        description: 'old',
      });
      await workspace.databricks.fault({
        path: '/api/2.0/mlflow/model-versions/search',
        effect: 'body',
        body: JSON.stringify({
          model_versions: [version('2'), version('10', 'FAILED_REGISTRATION')],
        }),
      });
      await workspace.databricks.fault({
        path: '/api/2.0/mlflow/model-versions/get',
        effect: 'body',
        body: JSON.stringify({ model_version: version('2') }),
      });
      const { items } = await list({ limit: 5 }, OLD);
      expect(items.map(item => [item.version, item.state])).toEqual([
        ['10', 'failed'],
        ['2', 'ready'],
      ]);
      expect(await one('2', OLD)).toMatchObject({
        version: '2',
        createdBy: 'grace@acme.example',
        description: 'old',
        url: `${workspace.databricks.host}/ml/models/fraud/versions/2`,
        parameters: {},
      });
      const [search] = await workspace.databricks.requests({
        path: '/api/2.0/mlflow/model-versions/search',
      });
      expect(search.query.filter).toEqual(["name='fraud'"]);
    });
  });

  it('are not those of a job', async () => {
    const job = { kind: 'job', canonical: 'job/8123' };
    expect(await workspace.failureOf(list({ limit: 1 }, job))).toMatchObject({
      code: 'operation-unsupported',
      refused: true,
    });
  });
});

describe('An alias', () => {
  let workspace: TestWorkspace;
  let changes: EndpointChanges;
  beforeAll(async () => {
    workspace = await TestWorkspace.start();
    changes = new EndpointChanges(workspace);
    await workspace.databricks.endpoints();
  }, 60_000);
  beforeEach(async () => {
    await workspace.reset();
    await workspace.databricks.changeModel('main.fraud.detector', {
      owner: 'ada@acme.example',
    });
  });
  afterAll(() => workspace.close());

  const plan = (alias: string, version = '1') => ({
    operation: 'set-alias' as const,
    resource: MODEL,
    version,
    parameters: { alias },
  });

  async function aliasesOf(version: string) {
    const read = await workspace
      .open()
      .registry!.readVersion(await workspace.callAs('ada'), MODEL, version);
    return read.aliases;
  }

  it('is asked for by name', async () => {
    const form = await changes.form({
      operation: 'set-alias',
      resource: MODEL,
    });
    expect(form).toMatchObject({
      title: 'main.fraud.detector',
      direct: true,
      url: `${workspace.databricks.host}/explore/data/models/main/fraud/detector`,
    });
    expect(form.serving).toBeUndefined();
    const [{ field, required }] = form.parameters;
    expect(required).toBe(true);
    const pattern = new RegExp(field.pattern!, 'u');
    expect(
      [
        'champion',
        'a_b-1',
        'v',
        'has space',
        'v3',
        'Latest',
        '',
        'ä',
        '../x',
        'x'.repeat(256),
      ].map(alias => pattern.test(alias)),
    ).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('is set and moved, and done at once', async () => {
    const job = await changes.prepare(plan('challenger'));
    const started = await workspace
      .open()
      .start(await workspace.callAs('ada'), job);
    expect(started).toMatchObject({
      state: 'succeeded',
      platformRunId: `alias@${job.runId}`,
      url: expect.stringContaining('/version/1'),
    });
    await changes.start(plan('champion'));
    expect((await aliasesOf('1')).sort()).toEqual(['challenger', 'champion']);
    expect(await aliasesOf('2')).toEqual([]);
  });

  it.each([
    ['a space', 'has space', '1', 'platform-rejected-request'],
    ['a path', '../../x', '1', 'platform-rejected-request'],
    ['a version that does not exist', 'champion', '99', 'platform-not-found'],
  ])(
    'is refused for %s, and nothing written',
    async (_what, alias, version, code) => {
      const job = await changes.prepare(plan(alias, version));
      const error = await workspace.failureOf(changes.send(job));
      expect(error).toMatchObject({ code, refused: true });
      const requests = await workspace.databricks.requests();
      expect(requests.filter(({ method }) => method === 'PUT')).toEqual([]);
    },
  );

  it('takes the owner of the model', async () => {
    await workspace.databricks.changeModel('main.fraud.detector', {
      owner: 'alan@acme.example',
    });
    const job = await changes.prepare(plan('challenger'));
    const error = await workspace.failureOf(changes.send(job));
    expect(error).toMatchObject({
      code: 'platform-permission-denied',
      refused: true,
    });
    expect(error.message).toContain('ownership');
  });

  it('is found again when the answer was lost, and missed when it never arrived', async () => {
    const lost = await changes.lose(plan('challenger'), {
      path: '/*/aliases/challenger',
    });
    const never = knownJob(await changes.prepare(plan('nobody')));
    expect(await changes.read(lost, never)).toMatchObject([
      { kind: 'found', state: 'succeeded', likeness: true },
      { kind: 'missing' },
    ]);
  });

  it('is unclear when the answer was lost and somebody changed an alias since, and missed when nobody did', async () => {
    const never = knownJob(await changes.prepare(plan('challenger')));
    expect(never.revision).toMatch(/^[0-9a-f]{64}$/);
    expect(await changes.read(never)).toEqual([{ kind: 'missing' }]);
    const lost = await changes.lose(plan('challenger'), {
      path: '/*/aliases/challenger',
    });
    await changes.send(await changes.prepare(plan('challenger', '2')));
    expect(await changes.read(lost)).toEqual([
      { kind: 'unclear', why: expect.stringContaining('moved on') },
    ]);
  });
});
