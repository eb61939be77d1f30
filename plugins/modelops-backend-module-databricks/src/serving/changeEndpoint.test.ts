import {
  CONFIG,
  ENDPOINT,
  EndpointChanges,
  MODEL,
  SHARED,
} from '../__testUtils__/EndpointChanges';
import { TestWorkspace } from '../__testUtils__/workspace';

const GET_ENDPOINT = '/api/2.0/serving-endpoints/fraud-detector';
const GROWTH = { kind: 'model', canonical: 'model/main.growth.uplift' };
const NEW = { kind: 'endpoint', canonical: 'endpoint/fraud-staging' };

describe('Changing an endpoint', () => {
  let workspace: TestWorkspace;
  let changes: EndpointChanges;
  beforeAll(async () => {
    workspace = await TestWorkspace.start({ manualRuns: true });
    changes = new EndpointChanges(workspace);
    await workspace.databricks.endpoints(); // once its first models are trained
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  describe('readForm', () => {
    it('of a deployment shows what is served, and offers a canary sized as what is there', async () => {
      const form = await changes.form({ operation: 'deploy' });
      expect(form).toMatchObject({
        title: 'fraud-detector',
        direct: true,
        url: `${workspace.databricks.host}/ml/endpoints/fraud-detector`,
        serving: {
          state: 'ready',
          served: [
            {
              id: 'detector-2',
              model: 'main.fraud.detector',
              version: '2',
              share: 100,
              ours: true,
              state: 'ready',
              size: 'Small',
              scaleToZero: true,
              createdBy: 'alan@acme.example',
            },
          ],
        },
      });
      expect(
        form.parameters.map(one => [one.name, one.default, one.required]),
      ).toEqual([
        ['traffic', 10, true],
        ['size', 'Small', true],
        ['workloadType', 'CPU', true],
        ['scaleToZero', true, true],
      ]);
      expect(form.serving?.revision).toMatch(/^1\.[0-9a-f]{32}$/);
    });

    it('leaves other models their share', async () => {
      const form = await changes.form({
        operation: 'deploy',
        resource: SHARED,
      });
      expect(form.parameters[0]).toMatchObject({
        field: { type: 'integer', minimum: 0, maximum: 20 },
        default: 10,
      });
      expect(form.serving?.served.map(one => [one.id, one.ours])).toEqual([
        ['uplift-1', false],
        ['detector-1', true],
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
          name: 'detector-1',
          field: expect.objectContaining({
            type: 'integer',
            title: 'Version 1',
            minimum: 0,
            maximum: 20,
          }),
          default: 20,
          required: false,
        },
      ]);
    });

    it('is read with the rights of the person', async () => {
      const error = await workspace.failureOf(
        changes.form({ operation: 'deploy' }, 'grace'),
      );
      expect(error.code).toBe('platform-permission-denied');
    });
  });

  describe('start', () => {
    it('deploys a canary beside what is served, as the person', async () => {
      const job = await changes.start({
        operation: 'deploy',
        version: '1',
        parameters: { size: 'Medium', scaleToZero: false },
      });
      expect(job.platformRunId).toMatch(/^fraud-detector@2\.[0-9]{13}$/);
      await changes.finish();
      expect(await changes.served()).toEqual({
        'detector-2': 90,
        'detector-1': 10,
      });
      const endpoint = await workspace.databricks.endpoint('fraud-detector');
      expect(
        endpoint?.config?.entities.find(({ name }) => name === 'detector-1'),
      ).toMatchObject({
        workloadSize: 'Medium',
        workloadType: 'CPU',
        scaleToZero: false,
        creator: 'ada@acme.example',
      });
    });

    it('creates an endpoint that carries our id', async () => {
      const job = await changes.start({
        operation: 'deploy',
        resource: NEW,
        version: '2',
      });
      const endpoint = await workspace.databricks.endpoint('fraud-staging');
      expect(endpoint?.tags).toEqual({ modelops_run_id: job.runId });
      await changes.finish(NEW);
      expect(await changes.served(NEW)).toEqual({ 'detector-2': 100 });
    });

    it('moves traffic, promotes, and takes a version off', async () => {
      await changes.make({ operation: 'deploy', version: '1' });
      await changes.make({
        operation: 'traffic',
        parameters: { 'detector-1': 40, 'detector-2': 60 },
      });
      expect(await changes.served()).toEqual({
        'detector-2': 60,
        'detector-1': 40,
      });
      await changes.make({ operation: 'promote', version: '1' });
      expect(await changes.served()).toEqual({
        'detector-2': 0,
        'detector-1': 100,
      });
      await changes.make({
        operation: 'rollback',
        parameters: { 'detector-1': 40, 'detector-2': 60 },
      });
      expect(await changes.served()).toEqual({
        'detector-2': 60,
        'detector-1': 40,
      });
      await changes.make({ operation: 'stop', version: '1' });
      expect(await changes.served()).toEqual({ 'detector-2': 100 });
    });

    it('deletes an endpoint that serves nothing else', async () => {
      const job = await changes.prepare({ operation: 'stop' });
      const started = await workspace
        .open()
        .start(await workspace.callAs('ada'), job);
      expect(started).toMatchObject({
        state: 'succeeded',
        platformRunId: `fraud-detector@deleted.${job.runId}`,
      });
      expect(
        await workspace.databricks.endpoint('fraud-detector'),
      ).toBeUndefined();
    });

    it('sizes a version anew that is served already, under its name', async () => {
      await changes.make({
        operation: 'deploy',
        version: '2',
        parameters: { size: 'Large', traffic: 100 },
      });
      const endpoint = await workspace.databricks.endpoint('fraud-detector');
      expect(endpoint?.config?.entities).toMatchObject([
        { name: 'detector-2', workloadSize: 'Large', share: 100 },
      ]);
    });

    it('takes another name for a version when another model has its own', async () => {
      await workspace.databricks.changeEndpoint('payments-shared', {
        serves: [
          {
            model: 'main.growth.uplift',
            version: '1',
            name: 'detector-1',
            share: 80,
          },
          { model: 'main.fraud.detector', version: '2', share: 20 },
        ],
      });
      await changes.make({
        operation: 'deploy',
        resource: SHARED,
        version: '1',
        parameters: { traffic: 5 },
      });
      expect(Object.entries(await changes.served(SHARED))).toEqual([
        ['detector-1', 80],
        ['detector-2', 15],
        [expect.stringMatching(/^detector-1-[0-9a-f]{8}$/), 5],
      ]);
    });

    it('writes what others serve back as it came, with all settings and digits', async () => {
      const foreign = {
        name: 'uplift-1',
        entity_name: 'main.growth.uplift',
        entity_version: '1',
        workload_type: 'GPU_SMALL',
        min_provisioned_concurrency: 4,
        max_provisioned_concurrency: 8,
        environment_vars: { TOKEN: '{{secrets/growth/token}}', A: 'b' },
        instance_profile_arn: 'arn:aws:iam::1:instance-profile/x',
        a_field_of_tomorrow: { limit: 'DIGITS', share: 0.1 },
      };
      const text = (version: number) =>
        JSON.stringify({
          name: 'payments-shared',
          id: 'e1',
          state: { ready: 'READY', config_update: 'NOT_UPDATING' },
          config: {
            served_entities: [
              {
                ...foreign,
                creator: 'grace@acme.example',
                creation_timestamp: 1,
                state: { deployment: 'DEPLOYMENT_READY' },
              },
              {
                name: 'detector-1',
                entity_name: 'MAIN.fraud.Detector',
                entity_version: '1',
                workload_size: 'Small',
              },
            ],
            traffic_config: {
              routes: [
                {
                  served_model_name: 'uplift-1',
                  traffic_percentage: 80,
                  of_tomorrow: true,
                },
                { served_model_name: 'detector-1', traffic_percentage: 20 },
              ],
            },
            auto_capture_config: {
              catalog_name: 'main',
              enabled: true,
              state: { payload_table: { name: 'x' } },
            },
            config_version: version,
          },
        }).replace('"DIGITS"', '12345678901234567890');
      await workspace.databricks.fault({
        method: 'GET',
        path: '/api/2.0/serving-endpoints/payments-shared',
        effect: 'body',
        body: text(1),
      });
      await workspace.databricks.fault({
        method: 'PUT',
        path: CONFIG,
        effect: 'body',
        body: text(2),
      });
      const job = await changes.prepare({
        operation: 'deploy',
        resource: SHARED,
        version: '2',
        parameters: { traffic: 20 },
      });
      // The answer does not hold what was asked for; what was sent is what counts here.
      const error = await workspace.failureOf(changes.send(job));
      expect(error).toMatchObject({
        code: 'platform-conflict',
        refused: false,
      });
      const [request] = await workspace.databricks.requests({
        path: CONFIG.replace('*', 'payments-shared'),
      });
      const sent = JSON.parse(
        request.body.replace('12345678901234567890', '"DIGITS"'),
      );
      expect(sent.served_entities[0]).toEqual(foreign);
      expect(sent.auto_capture_config).toEqual({
        catalog_name: 'main',
        enabled: true,
      });
      expect(sent.traffic_config.routes).toEqual([
        {
          served_model_name: 'uplift-1',
          traffic_percentage: 80,
          of_tomorrow: true,
        },
        { served_model_name: 'detector-1', traffic_percentage: 0 },
        { served_model_name: 'detector-2', traffic_percentage: 20 },
      ]);
    });
  });

  describe('is refused, and nothing written,', () => {
    async function refused(
      plan: Parameters<EndpointChanges['prepare']>[0],
      between?: () => Promise<unknown>,
    ) {
      const job = await changes.prepare(plan);
      await between?.();
      const error = await workspace.failureOf(changes.send(job));
      expect(error.refused).toBe(true);
      expect(await changes.written()).toEqual([]);
      return error;
    }

    it('when somebody changed it since', async () => {
      const error = await refused({ operation: 'deploy', version: '1' }, () =>
        workspace.databricks.changeEndpoint('fraud-detector', {
          serves: [
            { model: 'main.fraud.detector', version: '2', share: 50 },
            { model: 'main.fraud.detector', version: '1', share: 50 },
          ],
        }),
      );
      expect(error.code).toBe('platform-conflict');
      expect(error.message).toContain('changed since you looked');
    });

    it('when somebody created it, or deleted it, since', async () => {
      const created = await refused(
        { operation: 'deploy', resource: NEW, version: '1' },
        async () => {
          const { databricks } = workspace;
          await databricks.changeEndpoint('fraud-staging', {
            serves: [
              { model: 'main.fraud.detector', version: '2', share: 100 },
            ],
          });
          await databricks.setEndpointPermissions('fraud-staging', {
            'ada@acme.example': 'CAN_MANAGE',
          });
        },
      );
      expect(created.code).toBe('platform-conflict');
      const deleted = await refused(
        { operation: 'promote', version: '2' },
        () => workspace.databricks.forgetEndpoint('fraud-detector'),
      );
      expect(deleted.code).toBe('platform-conflict');
    });

    it('while another change is rolled out', async () => {
      await workspace.databricks.changeEndpoint('fraud-detector', {
        rollout: true,
        serves: [{ model: 'main.fraud.detector', version: '1', share: 100 }],
      });
      const error = await refused({ operation: 'promote', version: '2' });
      expect(error.code).toBe('platform-conflict');
      expect(error.message).toContain('being rolled out');
    });

    it.each([
      ['a version that does not exist', '99', 'platform-not-found'],
      ['a version that is no number', '../../9', 'platform-not-found'],
    ])('for %s', async (_what, version, code) => {
      const error = await refused({ operation: 'deploy', version });
      expect(error.code).toBe(code);
    });

    it('for a version that is not ready', async () => {
      await workspace.databricks.setVersionStatus(
        'main.fraud.detector',
        1,
        'PENDING_REGISTRATION',
      );
      const error = await refused({ operation: 'deploy', version: '1' });
      expect(error.code).toBe('platform-rejected-request');
      expect(error.message).toContain('not ready');
    });

    it('for a version that the person may not see', async () => {
      const model = { kind: 'model', canonical: 'model/main.hr.attrition' };
      const error = await refused({ operation: 'deploy', version: '1', model });
      expect(error.code).toBe('platform-permission-denied');
    });

    it.each([
      ['shares that do not make 100', { 'detector-2': 90 }, '100 %'],
      ['something that is not served', { 'detector-9': 0 }, 'not served here'],
    ])('for %s', async (_what, parameters, why) => {
      const error = await refused({ operation: 'traffic', parameters });
      expect(error.code).toBe('platform-rejected-request');
      expect(error.message).toContain(why);
    });

    it('for no share at all', async () => {
      const job = await changes.prepare({ operation: 'traffic' });
      const error = await workspace.failureOf(
        changes.send({ ...job, parameters: {} }),
      );
      expect(error).toMatchObject({
        code: 'platform-rejected-request',
        refused: true,
      });
    });

    it('for the share of another model', async () => {
      const error = await refused({
        operation: 'traffic',
        resource: SHARED,
        parameters: { 'uplift-1': 0 },
      });
      expect(error.message).toContain('serves another model');
    });

    it('for more than other models leave', async () => {
      const error = await refused({
        operation: 'deploy',
        resource: SHARED,
        version: '2',
        parameters: { traffic: 21 },
      });
      expect(error.message).toContain('21 %');
    });

    it('for the last version, unless all are stopped', async () => {
      const error = await refused({ operation: 'stop', version: '2' });
      expect(error.message).toContain('deletes the endpoint');
    });

    it('for the end of a model whose share others would get', async () => {
      const error = await refused({ operation: 'stop', resource: SHARED });
      expect(error.message).toContain('other models');
    });

    it('for an endpoint that serves an external model, or hides its settings', async () => {
      const describeAs = (entity: Record<string, unknown>) =>
        workspace.databricks.fault({
          path: GET_ENDPOINT,
          effect: 'merge',
          json: {
            config: {
              config_version: 4,
              served_entities: [
                { name: 'gpt', ...entity },
                {
                  name: 'detector-2',
                  entity_name: 'main.fraud.detector',
                  entity_version: '2',
                },
              ],
              traffic_config: {
                routes: [
                  { served_model_name: 'gpt', traffic_percentage: 50 },
                  { served_model_name: 'detector-2', traffic_percentage: 50 },
                ],
              },
            },
          },
        });
      await describeAs({
        external_model: { name: 'gpt-5', provider: 'openai' },
      });
      const external = await refused({ operation: 'promote', version: '2' });
      expect(external.message).toContain('external model');
      await workspace.databricks.clearFaults();
      await describeAs({
        entity_name: 'main.growth.uplift',
        entity_version: '1',
        environment_vars: { KEY: '********' },
      });
      const masked = await refused({ operation: 'promote', version: '2' });
      expect(masked.message).toContain('environment variables');
    });

    it('without a model, and for what an endpoint does not offer', async () => {
      const job = await changes.prepare({ operation: 'promote', version: '2' });
      for (const wrong of [
        { ...job, model: undefined },
        { ...job, operation: 'set-alias' as const },
      ])
        expect(await workspace.failureOf(changes.send(wrong))).toMatchObject({
          code: 'operation-unsupported',
          refused: true,
        });
      expect(await changes.written()).toEqual([]);
    });

    it('for somebody who may only look', async () => {
      await workspace.databricks.setEndpointPermissions('fraud-detector', {
        'ada@acme.example': 'CAN_VIEW',
      });
      const job = await changes.prepare({ operation: 'promote', version: '2' });
      const error = await workspace.failureOf(changes.send(job));
      expect(error).toMatchObject({
        code: 'platform-permission-denied',
        refused: true,
      });
      expect(error.message).toContain('CAN_MANAGE on endpoint/fraud-detector');
    });
  });

  describe('is left open', () => {
    it.each([
      ['lost', { effect: 'drop' }, 'platform-unreachable'],
      ['a sign-in page', { effect: 'html' }, 'platform-response-invalid'],
      ['no JSON', { effect: 'not-json' }, 'platform-response-invalid'],
      ['empty', { effect: 'empty' }, 'platform-response-invalid'],
      ['500', { effect: 'status', status: 500 }, 'platform-failed'],
      [
        '10 MB',
        { effect: 'huge', megabytes: 10 },
        'platform-response-too-large',
      ],
      [
        'about another endpoint',
        { effect: 'merge', json: { name: 'other' } },
        'platform-response-invalid',
      ],
      [
        'of the wrong types',
        { effect: 'merge', json: { state: 'READY' } },
        'platform-response-invalid',
      ],
      [
        'silent about the change',
        { effect: 'merge', json: { pending_config: null } },
        'platform-response-invalid',
      ],
    ] as const)('when the answer is %s', async (_what, effect, code) => {
      const job = await changes.prepare({ operation: 'deploy', version: '1' });
      await workspace.databricks.fault({
        path: CONFIG,
        count: 1,
        commit: true,
        ...effect,
      });
      expect(await workspace.failureOf(changes.send(job))).toMatchObject({
        code,
        refused: false,
      });
      expect(await changes.written()).toHaveLength(1);
    });

    it('when somebody changed it right between', async () => {
      const job = await changes.prepare({ operation: 'deploy', version: '1' });
      await workspace.databricks.fault({
        path: CONFIG,
        count: 1,
        commit: true,
        effect: 'merge',
        json: {
          pending_config: {
            config_version: 3,
            start_time: 1_763_790_000_000,
            served_entities: [],
          },
        },
      });
      const error = await workspace.failureOf(changes.send(job));
      expect(error).toMatchObject({
        code: 'platform-conflict',
        refused: false,
      });
      expect(error.message).toContain('in between');
    });
  });

  describe('readLogs, readResult and cancel', () => {
    it('show the build log and the version of a deployment, which cannot be canceled', async () => {
      const job = await changes.start({ operation: 'deploy', version: '1' });
      await changes.finish(ENDPOINT, { failure: 'pip failed' });
      const call = await workspace.callAs('ada');
      const connection = workspace.open();
      expect(await connection.readLogs(call, job, 64_000)).toContain(
        'pip failed',
      );
      expect(await connection.readLogs(call, job, 10)).toHaveLength(10);
      expect(await connection.readResult(call, job)).toEqual({
        modelVersion: {
          model: 'main.fraud.detector',
          version: '1',
          status: 'READY',
          url: expect.stringMatching(
            /\/explore\/data\/models\/main\/fraud\/detector\/version\/1$/,
          ),
        },
        metrics: [],
      });
      expect(
        await workspace.failureOf(connection.cancel(call, job)),
      ).toMatchObject({
        code: 'operation-unsupported',
        refused: true,
      });
    });

    it('show no log of another model that has the name which a deployment would have had', async () => {
      await workspace.databricks.setBehaviour({
        failedUpdates: 'drop-pending',
      });
      await workspace.databricks.changeEndpoint('fraud-detector', {
        serves: [
          {
            model: 'main.growth.uplift',
            version: '1',
            share: 100,
            name: 'detector-1',
          },
        ],
      });
      const job = await changes.start({ operation: 'deploy', version: '1' });
      await changes.finish(ENDPOINT, { failure: 'pip failed' });
      await workspace
        .open()
        .readLogs(await workspace.callAs('ada'), job, 64_000);
      const asked = (await workspace.databricks.requests())
        .map(({ path }) => path)
        .filter(path => path.endsWith('/build-logs'));
      expect(asked).toEqual([
        expect.stringMatching(/\/served-models\/detector-1-[0-9a-f]{8}\//),
      ]);
    });

    it('say that a change of traffic has no log', async () => {
      const job = await changes.start({ operation: 'promote', version: '2' });
      expect(
        await workspace
          .open()
          .readLogs(await workspace.callAs('ada'), job, 1000),
      ).toContain('no log');
    });

    it('do not offer to change the model of another team', async () => {
      const form = await changes.form({ operation: 'traffic', model: GROWTH });
      expect(form.parameters).toEqual([]);
      expect(form.serving?.served.every(one => !one.ours)).toBe(true);
      expect(MODEL.kind).toBe('model');
    });
  });
});
