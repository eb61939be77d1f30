import {
  CHURN,
  EndpointChanges,
  ENDPOINTS,
  NEW,
  SHARED,
} from '../__testUtils__/EndpointChanges';
import { TestProject } from '../__testUtils__/TestProject';
import { deployedModelIdOf } from './changeId';

const PATH = `${ENDPOINTS}/demand-forecast`;
const DEPLOY = `${PATH}:deployModel`;
const CANARY = { operation: 'deploy', version: '2' } as const;

describe('Changing an endpoint', () => {
  let project: TestProject;
  let changes: EndpointChanges;
  beforeAll(async () => {
    project = await TestProject.start({ manualRuns: true });
    changes = new EndpointChanges(project);
    await project.google.endpoints(); // once its first models are trained
  }, 60_000);
  beforeEach(() => project.reset());
  afterAll(() => project.close());

  describe('readForm', () => {
    it('of a deployment shows what is served, and offers a canary on the same machines', async () => {
      const form = await changes.form({ operation: 'deploy' });
      expect(form).toMatchObject({
        title: 'demand-forecast',
        direct: true,
        url: 'https://console.cloud.google.com/vertex-ai/online-prediction/locations/europe-west4/endpoints/demand-forecast?project=ml-demo',
        serving: {
          state: 'ready',
          served: [
            {
              id: '1000000001',
              model: 'demand-forecast',
              version: '1',
              share: 100,
              ours: true,
              state: 'ready',
              size: 'n1-standard-2, 1 machine',
              scaleToZero: false,
            },
          ],
        },
      });
      expect(
        form.parameters.map(one => [one.name, one.default, one.required]),
      ).toEqual([
        ['traffic', 10, true],
        ['machineType', 'n1-standard-2', true],
        ['acceleratorType', 'none', true],
        ['acceleratorCount', 0, true],
        ['minReplicaCount', 1, true],
        ['maxReplicaCount', 1, true],
      ]);
      const { etag } = (await changes.endpoint())!;
      expect(form.serving?.revision).toBe(etag);
    });

    it('offers the machines of the newest version there', async () => {
      await changes.make({
        ...CANARY,
        parameters: {
          machineType: 'n1-standard-8',
          acceleratorType: 'NVIDIA_TESLA_T4',
          acceleratorCount: 2,
          minReplicaCount: 2,
          maxReplicaCount: 4,
        },
      });
      const form = await changes.form({ operation: 'deploy' });
      expect(form.parameters.slice(1).map(one => one.default)).toEqual([
        'n1-standard-8',
        'NVIDIA_TESLA_T4',
        2,
        2,
        4,
      ]);
      expect(form.serving?.served[1].size).toBe(
        'n1-standard-8, 2 × NVIDIA_TESLA_T4, 2 to 4 machines',
      );
    });

    it('leaves other models their share', async () => {
      const form = await changes.form({
        operation: 'deploy',
        resource: SHARED,
      });
      expect(form.parameters[0]).toMatchObject({
        field: { type: 'integer', minimum: 0, maximum: 40 },
        default: 10,
      });
      expect(
        form.serving?.served.map(one => [one.id, one.model, one.ours]),
      ).toEqual([
        ['2000000001', 'churn-score', false],
        ['2000000002', 'demand-forecast', true],
      ]);
    });

    it('of an endpoint that does not exist offers all of the traffic', async () => {
      const form = await changes.form({ operation: 'deploy', resource: NEW });
      expect(form.serving).toEqual({ state: 'absent', served: [] });
      expect(form.parameters[0]).toMatchObject({ default: 100 });
    });

    it('of the traffic has a parameter for each version of the model, and for no other', async () => {
      const form = await changes.form({
        operation: 'traffic',
        resource: SHARED,
      });
      expect(form.parameters).toEqual([
        {
          name: '2000000002',
          field: expect.objectContaining({
            type: 'integer',
            title: 'Version 1',
            minimum: 0,
            maximum: 40,
          }),
          default: 40,
          required: false,
        },
      ]);
      const churn = await changes.form({
        operation: 'traffic',
        model: CHURN,
      });
      expect(churn.parameters).toEqual([]);
    });

    it('knows whose version it is, however answers name a model', async () => {
      await project.google.setBehaviour({ deployedModelNames: 'plain' });
      const form = await changes.form({ operation: 'traffic' });
      expect(form.parameters).toHaveLength(1);
      expect(form.serving?.served[0].version).toBe('1');
    });

    it('is read with the rights of the person', async () => {
      const form = await changes.form({ operation: 'deploy' }, 'grace');
      expect(form.serving?.served).toHaveLength(1);
      const error = await project.failureOf(
        changes.form({ operation: 'deploy' }, 'katherine'),
      );
      expect(error.code).toBe('platform-permission-denied');
      expect(error.message).toContain('serviceusage.services.use');
    });
  });

  describe('start', () => {
    it('deploys a canary beside what is served, as the person', async () => {
      const job = await changes.start({
        ...CANARY,
        parameters: { machineType: 'n1-standard-4', maxReplicaCount: 3 },
      });
      const id = deployedModelIdOf(job.runId);
      expect(job.platformRunId).toMatch(
        new RegExp(`^endpoints/demand-forecast@deploy\\.${id}\\.[0-9]{19}$`),
      );
      expect(await changes.served()).toEqual({ 'demand-forecast@1': 100 });
      await changes.finish();
      expect(await changes.served()).toEqual({
        'demand-forecast@1': 90,
        'demand-forecast@2': 10,
      });
      const { deployed } = (await changes.endpoint())!;
      expect(deployed[1]).toMatchObject({
        id,
        machineType: 'n1-standard-4',
        minReplicas: 1,
        maxReplicas: 3,
      });
      const [request] = await changes.written();
      expect(request.principal).toBe(
        'principal://iam.googleapis.com/locations/global/workforcePools/acme/subject/ada@acme.example',
      );
      expect(JSON.parse(request.body)).toEqual({
        deployedModel: {
          id,
          model:
            'projects/ml-demo/locations/europe-west4/models/demand-forecast@2',
          displayName: 'demand-forecast@2',
          dedicatedResources: {
            machineSpec: { machineType: 'n1-standard-4' },
            minReplicaCount: 1,
            maxReplicaCount: 3,
          },
        },
        trafficSplit: { '0': 10, '1000000001': 90 },
      });
    });

    it('creates an endpoint that carries our id, and deploys to it', async () => {
      await project.google.setDeploySeconds(1);
      const job = await changes.start({ ...CANARY, resource: NEW });
      await changes.finish(NEW);
      expect(await changes.served(NEW)).toEqual({ 'demand-forecast@2': 100 });
      expect((await changes.endpoint(NEW))?.labels).toEqual({
        'modelops-run-id': job.runId,
      });
    });

    it('keeps what other models have', async () => {
      await changes.make({
        ...CANARY,
        resource: SHARED,
        parameters: { traffic: 15 },
      });
      expect(await changes.served(SHARED)).toEqual({
        'churn-score@1': 60,
        'demand-forecast@1': 25,
        'demand-forecast@2': 15,
      });
      await changes.start({
        operation: 'promote',
        resource: SHARED,
        version: '2',
      });
      expect(await changes.served(SHARED)).toEqual({
        'churn-score@1': 60,
        'demand-forecast@1': 0,
        'demand-forecast@2': 40,
      });
    });

    it('moves traffic, promotes, rolls back, and takes a version off', async () => {
      const canary = await changes.make(CANARY);
      const id = deployedModelIdOf(canary.runId);
      const move = await changes.prepare({
        operation: 'traffic',
        parameters: { '1000000001': 60, [id]: 40 },
      });
      const moved = await project
        .open()
        .start(await project.callAs('ada'), move);
      expect(moved).toMatchObject({
        state: 'succeeded',
        platformRunId: `endpoints/demand-forecast@traffic.${move.runId}`,
        endedAt: expect.any(Date),
      });
      expect(await changes.served()).toEqual({
        'demand-forecast@1': 60,
        'demand-forecast@2': 40,
      });
      await changes.start({ operation: 'promote', version: '2' });
      expect(await changes.served()).toEqual({
        'demand-forecast@1': 0,
        'demand-forecast@2': 100,
      });
      await changes.start({
        operation: 'rollback',
        parameters: { '1000000001': 60, [id]: 40 },
      });
      expect(await changes.served()).toEqual({
        'demand-forecast@1': 60,
        'demand-forecast@2': 40,
      });
      const stop = await changes.start({ operation: 'stop', version: '1' });
      expect(stop.platformRunId).toMatch(
        /^endpoints\/demand-forecast@undeploy\.1000000001\.[0-9]{19}$/,
      );
      expect(await changes.served()).toEqual({
        'demand-forecast@1': 0,
        'demand-forecast@2': 100,
      });
      await changes.finish();
      expect(await changes.served()).toEqual({ 'demand-forecast@2': 100 });
      expect((await changes.endpoint())?.labels).toEqual({
        team: 'supply',
        'modelops-run-id': stop.runId,
      });
    });

    it('takes all versions off, and leaves the endpoint, which costs nothing', async () => {
      await changes.make(CANARY);
      await changes.make({ operation: 'stop' });
      expect(await changes.endpoint()).toMatchObject({
        deployed: [],
        trafficSplit: {},
      });
    });

    it('waits between two versions where Google takes one change at a time', async () => {
      await changes.make(CANARY);
      await project.google.setBehaviour({
        concurrentOperations: 'refuse',
        deploySeconds: 1,
      });
      const stop = await changes.start({ operation: 'stop' });
      await changes.finish();
      expect(await changes.served()).toEqual({});
      expect(await changes.read(stop)).toMatchObject([{ state: 'succeeded' }]);
    });

    it('moves only the share of a version that is deployed already', async () => {
      await changes.make(CANARY);
      await changes.start({ ...CANARY, parameters: { traffic: 30 } });
      expect(await changes.served()).toEqual({
        'demand-forecast@1': 70,
        'demand-forecast@2': 30,
      });
      const resized = await changes.prepare({
        ...CANARY,
        parameters: { machineType: 'n1-standard-8' },
      });
      const error = await project.failureOf(changes.send(resized));
      expect(error).toMatchObject({
        code: 'platform-rejected-request',
        refused: true,
      });
      expect(error.message).toContain('n1-standard-2, 1 machine');
    });
  });

  describe('is refused, and nothing written,', () => {
    async function refused(
      plan: Parameters<EndpointChanges['prepare']>[0],
      between?: () => Promise<unknown>,
    ) {
      const job = await changes.prepare(plan);
      await between?.();
      const error = await project.failureOf(changes.send(job));
      expect(error.refused).toBe(true);
      expect(await changes.written()).toEqual([]);
      return error;
    }
    const byStranger = (share: number) =>
      project.google.changeEndpoint('demand-forecast', {
        serves: [
          { model: 'demand-forecast', version: '1', share, id: '1000000001' },
          { model: 'demand-forecast', version: '2', share: 100 - share },
        ],
      });

    it('when somebody changed it since, though nothing that is served', async () => {
      const changed = await refused(CANARY, () => byStranger(50));
      expect(changed.code).toBe('platform-conflict');
      expect(changed.message).toContain('changed since you looked');
      const relabelled = await refused(CANARY, () =>
        project.google.changeEndpoint('demand-forecast', {
          labels: { team: 'other' },
        }),
      );
      expect(relabelled.code).toBe('platform-conflict');
    });

    it('when somebody created it, or deleted it, since', async () => {
      const created = await refused({ ...CANARY, resource: NEW }, () =>
        project.google.changeEndpoint('forecast-staging', {
          serves: [{ model: 'demand-forecast', version: '1', share: 100 }],
        }),
      );
      expect(created.code).toBe('platform-conflict');
      const deleted = await refused(
        { operation: 'promote', version: '1' },
        () => project.google.forgetEndpoint('demand-forecast'),
      );
      expect(deleted.code).toBe('platform-conflict');
    });

    it.each([
      ['a version that does not exist', '99', 'platform-not-found'],
      ['a version that is an alias', 'champion', 'platform-not-found'],
      ['a version that is a path', '../../9', 'platform-not-found'],
    ])('for %s', async (_what, version, code) => {
      const error = await refused({ operation: 'deploy', version });
      expect(error.code).toBe(code);
    });

    it.each([
      ['shares that do not make 100', { '1000000001': 90 }, '100 %'],
      ['something that is not served', { '9': 0 }, 'not served here'],
    ])('for %s', async (_what, parameters, why) => {
      const error = await refused({
        operation: 'traffic',
        parameters: parameters as Record<string, number>,
      });
      expect(error.code).toBe('platform-rejected-request');
      expect(error.message).toContain(why);
    });

    it.each([
      ['more at least than at most', { minReplicaCount: 3 }, 'at most'],
      [
        'an accelerator, none of it',
        { acceleratorType: 'NVIDIA_L4' },
        'how many',
      ],
      ['accelerators of no kind', { acceleratorCount: 1 }, 'which accelerator'],
    ])('for %s', async (_what, parameters, why) => {
      const error = await refused({
        ...CANARY,
        parameters: parameters as Record<string, number>,
      });
      expect(error.message).toContain(why);
    });

    it('for no share at all, and for the share of another model', async () => {
      const none = await changes.prepare({ operation: 'traffic' });
      expect(
        await project.failureOf(changes.send({ ...none, parameters: {} })),
      ).toMatchObject({ code: 'platform-rejected-request', refused: true });
      const foreign = await refused({
        operation: 'traffic',
        resource: SHARED,
        parameters: { '2000000001': 0 },
      });
      expect(foreign.message).toContain('serves another model');
    });

    it('for more than other models leave, and for an end that would give them more', async () => {
      const much = await refused({
        ...CANARY,
        resource: SHARED,
        parameters: { traffic: 41 },
      });
      expect(much.message).toContain('41 %');
      const end = await refused({ operation: 'stop', resource: SHARED });
      expect(end.message).toContain('other models');
    });

    it('without a model, and for what an endpoint does not offer', async () => {
      const job = await changes.prepare({ operation: 'promote', version: '1' });
      for (const wrong of [
        { ...job, model: undefined },
        { ...job, operation: 'set-alias' as const },
      ])
        expect(await project.failureOf(changes.send(wrong))).toMatchObject({
          code: 'operation-unsupported',
          refused: true,
        });
      expect(await changes.written()).toEqual([]);
    });

    it('for a new endpoint with a number that only Google gives', async () => {
      const error = await refused({
        ...CANARY,
        resource: { kind: 'endpoint', canonical: 'endpoint/1234567890123' },
      });
      expect(error.message).toContain('Google gives such long numbers');
    });

    it('when not all operations can be seen, of which one may be running', async () => {
      const job = await changes.prepare({ operation: 'promote', version: '1' });
      await project.google.fault({
        path: `${PATH}/operations`,
        effect: 'body',
        body: JSON.stringify({ nextPageToken: 'again' }),
      });
      expect(await project.failureOf(changes.send(job))).toMatchObject({
        code: 'platform-response-invalid',
        refused: true,
      });
      expect(await changes.written()).toEqual([]);
    });

    it('when Vertex AI tells no etag, or shares that nobody understands', async () => {
      const job = await changes.prepare({ operation: 'promote', version: '1' });
      for (const json of [
        { etag: null },
        { trafficSplit: { '1000000001': 50 } },
        { trafficSplit: { '77': 100 } },
        { deployedModels: [{ id: '../x' }] },
        { name: 'projects/ml-demo/locations/europe-west4/endpoints/other' },
        {
          name: 'projects/other/locations/europe-west4/endpoints/demand-forecast',
        },
      ]) {
        await project.google.fault({
          method: 'GET',
          path: PATH,
          effect: 'merge',
          json,
          count: 1,
        });
        const error = await project.failureOf(changes.send(job));
        expect(error.refused).toBe(true);
      }
      expect(await changes.written()).toEqual([]);
    });
  });

  describe('is refused by Google, and says', () => {
    it('that somebody changed it right before', async () => {
      const job = await changes.prepare({ operation: 'promote', version: '1' });
      await project.google.plantEndpointChange('demand-forecast', {
        labels: { team: 'other' },
      });
      const error = await project.failureOf(changes.send(job));
      expect(error).toMatchObject({ code: 'platform-conflict', refused: true });
      expect((await changes.endpoint())?.labels).toEqual({ team: 'other' });
    });

    it('that another change is being made', async () => {
      const job = await changes.prepare({ operation: 'promote', version: '1' });
      await changes.start(CANARY);
      const error = await project.failureOf(changes.send(job));
      expect(error).toMatchObject({ code: 'platform-conflict', refused: true });
      expect(error.message).toContain('being made');
    });

    it('which permission is missing', async () => {
      for (const [plan, permission] of [
        [CANARY, 'aiplatform.endpoints.deploy'],
        [{ operation: 'promote', version: '1' }, 'aiplatform.endpoints.update'],
        [{ ...CANARY, resource: NEW }, 'aiplatform.endpoints.create'],
      ] as const) {
        const job = await changes.prepare(plan);
        const error = await project.failureOf(changes.send(job, 'grace'));
        expect(error).toMatchObject({
          code: 'platform-permission-denied',
          refused: true,
        });
        expect(error.message).toContain(permission);
      }
    });

    it('which quota is used up, and for what', async () => {
      await project.google.setBehaviour({
        exceededQuotas: ['custom_model_serving_cpus'],
      });
      const job = await changes.prepare({
        ...CANARY,
        parameters: { machineType: 'n1-standard-8', maxReplicaCount: 4 },
      });
      const error = await project.failureOf(changes.send(job));
      expect(error).toMatchObject({
        code: 'platform-quota-exceeded',
        refused: true,
      });
      expect(error.message).toContain('1 to 4 machines n1-standard-8');
      expect(error.message).toContain('custom_model_serving_cpus');
    });

    it('that the new endpoint is there all the same', async () => {
      await project.google.setDeploySeconds(1);
      const job = await changes.prepare({
        ...CANARY,
        resource: NEW,
        parameters: { machineType: 'z9-standard-8' },
      });
      const error = await project.failureOf(changes.send(job));
      expect(error).toMatchObject({
        code: 'platform-rejected-request',
        refused: true,
      });
      expect(error.message).toContain('The endpoint was created.');
      expect(await changes.endpoint(NEW)).toMatchObject({ deployed: [] });
    });
  });

  describe('is left open', () => {
    it.each([
      ['lost', { effect: 'drop' }, 'platform-unreachable'],
      ['a sign-in page', { effect: 'html' }, 'platform-response-invalid'],
      ['no JSON', { effect: 'not-json' }, 'platform-response-invalid'],
      ['empty', { effect: 'empty' }, 'platform-response-invalid'],
      ['500', { effect: 'status', status: 500 }, 'platform-failed'],
      ['10 MB', { effect: 'huge' }, 'platform-response-too-large'],
      [
        'about an operation of another endpoint',
        {
          effect: 'merge',
          json: {
            name: 'projects/123456789012/locations/europe-west4/endpoints/other/operations/1',
          },
        },
        'platform-response-invalid',
      ],
      [
        'a path in place of a name',
        { effect: 'merge', json: { name: '../../v1/token' } },
        'platform-response-invalid',
      ],
    ] as const)(
      'when the answer of a deployment is %s',
      async (_what, effect, code) => {
        const job = await changes.prepare(CANARY);
        await project.google.fault({
          path: DEPLOY,
          count: 1,
          commit: true,
          ...effect,
        });
        expect(await project.failureOf(changes.send(job))).toMatchObject({
          code,
          refused: false,
        });
        expect(await changes.written()).toHaveLength(1);
      },
    );

    it.each([
      ['lost', { effect: 'drop' }, 'platform-unreachable'],
      [
        'about other shares',
        { effect: 'merge', json: { trafficSplit: null } },
        'platform-response-invalid',
      ],
      [
        'about another endpoint',
        {
          effect: 'merge',
          json: { name: 'projects/1/locations/x/endpoints/y' },
        },
        'platform-response-invalid',
      ],
    ] as const)(
      'when the answer of a move of traffic is %s',
      async (_what, effect, code) => {
        const job = await changes.prepare({
          operation: 'promote',
          version: '1',
        });
        await project.google.fault({
          method: 'PATCH',
          path: PATH,
          count: 1,
          commit: true,
          ...effect,
        });
        expect(await project.failureOf(changes.send(job))).toMatchObject({
          code,
          refused: false,
        });
        expect(await changes.written()).toHaveLength(1);
      },
    );

    it('when the traffic was moved, and the version may not be taken off', async () => {
      await changes.make(CANARY);
      const job = await changes.prepare({ operation: 'stop', version: '2' });
      await project.google.fault({
        path: `${PATH}:undeployModel`,
        effect: 'status',
        status: 403,
      });
      const error = await project.failureOf(changes.send(job));
      expect(error.refused).toBe(false);
      expect(error.message).toContain('traffic was moved already');
    });
  });

  it('finds a new endpoint of which the answer was lost, and goes on', async () => {
    await project.google.setDeploySeconds(1);
    const job = await changes.prepare({ ...CANARY, resource: NEW });
    await project.google.fault({
      method: 'POST',
      path: ENDPOINTS,
      count: 1,
      effect: 'drop',
      commit: true,
    });
    await changes.send(job);
    await changes.finish(NEW);
    expect(await changes.served(NEW)).toEqual({ 'demand-forecast@2': 100 });
  });

  it('does not deploy to an endpoint that somebody else created at the same time', async () => {
    const job = await changes.prepare({ ...CANARY, resource: NEW });
    await project.google.fault({
      method: 'POST',
      path: ENDPOINTS,
      count: 1,
      effect: 'body',
      body: JSON.stringify({
        name: 'projects/123456789012/locations/europe-west4/endpoints/forecast-staging/operations/1',
      }),
    });
    const sending = project.failureOf(changes.send(job));
    await project.google.changeEndpoint('forecast-staging', { labels: {} });
    expect(await sending).toMatchObject({
      code: 'platform-conflict',
      refused: true,
    });
  });

  it('shows the result of a deployment, and cancels none', async () => {
    const job = await changes.start(CANARY);
    const connection = project.open();
    const call = await project.callAs('ada');
    expect(await connection.readResult(call, job)).toEqual({
      modelVersion: {
        model: 'demand-forecast',
        version: '2',
        status: 'READY',
        url: expect.stringContaining('/models/demand-forecast/versions/2'),
      },
      metrics: [],
    });
    expect(await project.failureOf(connection.cancel(call, job))).toMatchObject(
      { code: 'operation-unsupported', refused: true },
    );
  });
});
