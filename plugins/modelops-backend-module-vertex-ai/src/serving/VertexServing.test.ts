import {
  CHURN,
  ENDPOINT,
  EndpointChanges,
  ENDPOINTS,
  NEW,
  SHARED,
} from '../__testUtils__/EndpointChanges';
import { TestProject } from '../__testUtils__/TestProject';
import { MODEL } from '../__testUtils__/trainings';

const PATH = `${ENDPOINTS}/demand-forecast`;
const PREDICT = `${PATH}:predict`;
const SCHEMA = 'ml-demo-models/demand-forecast/instance.yaml';
const OBJECT = '/storage/v1/b/ml-demo-models/o/*';
const MAX_BYTES = 4 * 1024 * 1024;

describe('What is served', () => {
  let project: TestProject;
  let changes: EndpointChanges;
  beforeAll(async () => {
    project = await TestProject.start({ manualRuns: true });
    changes = new EndpointChanges(project);
    await project.google.endpoints(); // once its first models are trained
  }, 60_000);
  beforeEach(() => project.reset());
  afterAll(() => project.close());

  const serving = (settings = {}) => project.open(settings).serving!;
  const ada = () => project.callAs('ada');

  async function example(): Promise<Record<string, unknown>> {
    const { example: row } = await serving().readSignature(
      await ada(),
      ENDPOINT,
      { model: MODEL },
    );
    return row as Record<string, unknown>;
  }

  async function predict(
    question: { version?: string; instances?: unknown[] } = {},
    settings = {},
  ) {
    const { version, instances = [await example()] } = question;
    return serving(settings).predict(await ada(), ENDPOINT, {
      instances,
      version,
      model: MODEL,
      maxBytes: MAX_BYTES,
    });
  }

  describe('readServing', () => {
    it('says which versions are of the model, and is the same revision while nothing changes', async () => {
      const first = await serving().readServing(await ada(), SHARED, MODEL);
      expect(first).toMatchObject({
        state: 'ready',
        served: [
          { id: '2000000001', ours: false, share: 60 },
          { id: '2000000002', ours: true, share: 40 },
        ],
        url: expect.stringContaining('/endpoints/shared-scores?'),
      });
      const again = await serving().readServing(await ada(), SHARED, MODEL);
      expect(again.revision).toBe(first.revision);
      const other = await serving().readServing(await ada(), SHARED);
      expect(other.served.every(one => !one.ours)).toBe(true);
    });

    it('says that a change is being made, how far it is, and how it failed', async () => {
      await changes.start({ operation: 'deploy', version: '2' });
      const updating = await serving().readServing(
        await ada(),
        ENDPOINT,
        MODEL,
      );
      expect(updating).toMatchObject({
        state: 'updating',
        message:
          'A version is being deployed. The deployment is starting. Until that is done, the endpoint answers as before.',
      });
      expect(updating.served).toHaveLength(1);
      await changes.finish(ENDPOINT, { message: 'Secret of the server' });
      const failed = await serving().readServing(await ada(), ENDPOINT, MODEL);
      expect(failed).toMatchObject({
        state: 'failed',
        message:
          'The newest change failed on Google Cloud. Look at the log of its run. What was served before it still answers.',
      });
      // The next change that is made takes the failure off.
      await changes.start({ operation: 'promote', version: '1' });
      expect(
        await serving().readServing(await ada(), ENDPOINT, MODEL),
      ).toMatchObject({ state: 'ready' });
    });

    it('knows nothing of an endpoint that is not there, and an empty one', async () => {
      expect(await serving().readServing(await ada(), NEW, MODEL)).toEqual({
        state: 'absent',
        served: [],
      });
      await project.google.changeEndpoint('forecast-staging', {});
      expect(
        await serving().readServing(await ada(), NEW, MODEL),
      ).toMatchObject({ state: 'ready', served: [] });
    });

    it('shows it at rest to whoever may not see operations, and refuses whoever may not see it', async () => {
      await project.google.fault({
        path: `${PATH}/operations`,
        effect: 'status',
        status: 403,
      });
      expect(
        await serving().readServing(await ada(), ENDPOINT, MODEL),
      ).toMatchObject({ state: 'ready' });
      const error = await project.failureOf(
        serving().readServing(
          await project.callAs('katherine'),
          ENDPOINT,
          MODEL,
        ),
      );
      expect(error.code).toBe('platform-permission-denied');
    });

    it('has no load to tell, and nothing to say of what is no endpoint', async () => {
      expect(await serving().readLoad(await ada(), ENDPOINT)).toBeUndefined();
      expect(
        await project.failureOf(serving().readServing(await ada(), MODEL)),
      ).toMatchObject({ code: 'operation-unsupported', refused: true });
    });
  });

  describe('readSignature', () => {
    it('has the fields of a row and an example, read from Cloud Storage as the person', async () => {
      const {
        version,
        fields,
        example: row,
        byTrafficOnly,
      } = await serving().readSignature(await ada(), ENDPOINT, {
        model: MODEL,
      });
      expect(version).toBe('1');
      expect(byTrafficOnly).toBe(true);
      expect(fields!.length).toBeGreaterThan(2);
      for (const { name, field, required } of fields!) {
        expect(field.type).toBe('number');
        expect(required).toBe(true);
        expect(row).toHaveProperty([name], expect.any(Number));
      }
      const requests = await project.google.requests();
      const [read] = requests.filter(({ path }) => path.startsWith('/storage'));
      expect(read.principal).toContain('subject/ada@acme.example');
    });

    it('is that of the version asked for, or of the largest share', async () => {
      await changes.make({ operation: 'deploy', version: '2' });
      const read = async (version?: string) =>
        (
          await serving().readSignature(await ada(), ENDPOINT, {
            model: MODEL,
            version,
          })
        ).version;
      expect(await read('2')).toBe('2');
      expect(await read()).toBe('1');
      expect(await read('7')).toBeUndefined();
      const churn = await serving().readSignature(await ada(), SHARED, {});
      expect(churn.version).toBe('1');
      const unknown = await project.failureOf(
        serving().readSignature(await ada(), SHARED, { version: '1' }),
      );
      expect(unknown.code).toBe('operation-unsupported');
    });

    it('has no fields for whoever may not read the schema', async () => {
      const signature = await serving().readSignature(
        await project.callAs('grace'),
        ENDPOINT,
        { model: MODEL },
      );
      expect(signature).toEqual({ version: '1', byTrafficOnly: true });
    });

    it.each([
      ['there is none', null],
      ['it is no schema', { text: '[1, 2]' }],
      ['it is no YAML', { text: '{{{: - x' }],
      ['it is too long', { bytes: 1024 * 1024 }],
    ])('has no fields when %s', async (_what, content) => {
      await project.google.setObject(SCHEMA, content);
      const signature = await serving().readSignature(await ada(), ENDPOINT, {
        model: MODEL,
      });
      expect(signature.fields).toBeUndefined();
      expect(signature.version).toBe('1');
    });

    it.each([
      'https://evil.example/instance.yaml',
      'gs://ml-demo-models/../../v1/token',
      'gs://ml-demo-models/..',
      'gs://ml-demo-models@evil.example/x',
      'gs://ml-demo-models/x?alt=json',
      'gs://ml-demo-models/a%2fb',
      'gs:///x',
    ])('asks nobody for %s', async instanceSchemaUri => {
      await project.google.addVersion('demand-forecast', {
        instanceSchemaUri,
      });
      await project.google.changeEndpoint('demand-forecast', {
        serves: [{ model: 'demand-forecast', version: '3', share: 100 }],
      });
      const signature = await serving().readSignature(await ada(), ENDPOINT, {
        model: MODEL,
      });
      expect(signature).toEqual({ version: '3', byTrafficOnly: true });
      const requests = await project.google.requests();
      expect(requests.filter(({ path }) => path.includes('storage'))).toEqual(
        [],
      );
    });

    it('fails when Google does', async () => {
      await project.google.fault({
        path: OBJECT,
        effect: 'status',
        status: 500,
      });
      const error = await project.failureOf(
        serving().readSignature(await ada(), ENDPOINT, { model: MODEL }),
      );
      expect(error.code).toBe('platform-failed');
    });
  });

  describe('predict', () => {
    it('asks once, as the person, and says which version answered', async () => {
      const row = await example();
      const answer = await predict({ instances: [row, row] });
      expect(answer).toMatchObject({ version: '1', bytes: expect.any(Number) });
      expect(answer.predictions).toHaveLength(2);
      const [request] = await project.google.requests({ path: PREDICT });
      expect(request.principal).toContain('subject/ada@acme.example');
      expect(JSON.parse(request.body)).toEqual({ instances: [row, row] });
    });

    it('asks a version that has all of the traffic, and no other alone', async () => {
      const row = await example();
      expect(await predict({ version: '1', instances: [row] })).toMatchObject({
        version: '1',
      });
      await changes.make({ operation: 'deploy', version: '2' });
      const before = (await project.google.requests({ path: PREDICT })).length;
      const alone = await project.failureOf(
        predict({ version: '2', instances: [row] }),
      );
      expect(alone).toMatchObject({
        code: 'operation-unsupported',
        refused: true,
      });
      expect(alone.message).toContain('cannot ask version 2 alone');
      const unserved = await project.failureOf(
        predict({ version: '3', instances: [row] }),
      );
      expect(unserved).toMatchObject({
        code: 'platform-not-found',
        refused: true,
      });
      expect(await project.google.requests({ path: PREDICT })).toHaveLength(
        before,
      );
      // The shares decide: nine of ten answers are the first version's.
      const versions = new Set<string | undefined>();
      for (let asked = 0; asked < 10; asked++)
        versions.add((await predict({ instances: [row] })).version);
      expect(versions).toEqual(new Set(['1', '2']));
    });

    it('does not say the version of another model', async () => {
      const versions = new Set<string | undefined>();
      const row = await example();
      for (let asked = 0; asked < 5; asked++) {
        const answer = await serving()
          .predict(await ada(), SHARED, {
            instances: [row],
            model: MODEL,
            maxBytes: MAX_BYTES,
          })
          .catch(() => undefined);
        if (answer) versions.add(answer.version);
      }
      expect(versions).toContain('1');
      const churn = await serving().predict(await ada(), ENDPOINT, {
        instances: [row],
        model: CHURN,
        maxBytes: MAX_BYTES,
      });
      expect(churn.version).toBeUndefined();
    });

    it('asks a dedicated endpoint only where it is', async () => {
      const row = await example();
      await project.google.changeEndpoint('demand-forecast', {
        dedicated: true,
      });
      const { host } = project.google;
      const predictionHost = host.replace('127.0.0.1', 'localhost');
      expect(
        await predict({ instances: [row] }, { predictionHost }),
      ).toMatchObject({ version: '1' });
      const before = (await project.google.requests({ path: PREDICT })).length;
      for (const dedicatedEndpointDns of [
        'evil.example',
        'prediction.vertexai.goog.evil.example',
        'https://x.prediction.vertexai.goog@evil.example',
        'https://x.prediction.vertexai.goog:8443',
        '',
      ]) {
        await project.google.fault({
          method: 'GET',
          path: PATH,
          effect: 'merge',
          json: { dedicatedEndpointDns },
          count: 1,
        });
        const error = await project.failureOf(predict({ instances: [row] }));
        expect(error.code).toBe('platform-response-invalid');
      }
      expect(await project.google.requests({ path: PREDICT })).toHaveLength(
        before,
      );
    });

    it('asks no endpoint that sends its traffic nowhere', async () => {
      await project.google.changeEndpoint('demand-forecast', {
        serves: [{ model: 'demand-forecast', version: '1', share: 0 }],
      });
      const error = await project.failureOf(predict({ instances: [{}] }));
      expect(error).toMatchObject({
        code: 'platform-rejected-request',
        refused: true,
      });
      expect(error.message).toContain('to no version');
    });

    it('says of an input that the model refuses nothing that the model said', async () => {
      const error = await project.failureOf(
        predict({ instances: [{ '<secret>': 1 }] }),
      );
      expect(error.code).toBe('platform-rejected-request');
      expect(error.message).toContain('could not make a prediction');
      expect(error.message).not.toContain('secret');
    });

    it.each([
      ['lost', { effect: 'drop', commit: true }, 'platform-unreachable'],
      ['503', { effect: 'status', status: 503 }, 'platform-failed'],
      ['429', { effect: 'status', status: 429 }, 'platform-throttled'],
      ['too long', { effect: 'huge' }, 'platform-response-too-large'],
      ['a page', { effect: 'html' }, 'platform-response-invalid'],
      ['a number', { effect: 'body', body: '1' }, 'platform-response-invalid'],
      [
        'without a prediction',
        { effect: 'body', body: '{}' },
        'platform-response-invalid',
      ],
      [
        'a redirect',
        { effect: 'redirect', location: 'https://evil.example/' },
        'platform-response-invalid',
      ],
    ] as const)(
      'is not asked again when the answer is %s',
      async (_what, effect, code) => {
        const row = await example();
        await project.google.fault({ path: PREDICT, ...effect });
        const error = await project.failureOf(predict({ instances: [row] }));
        expect(error.code).toBe(code);
        expect(await project.google.requests({ path: PREDICT })).toHaveLength(
          1,
        );
      },
    );

    it('needs the right to ask, and no other', async () => {
      const error = await project.failureOf(
        serving().predict(await project.callAs('grace'), ENDPOINT, {
          instances: [{}],
          maxBytes: MAX_BYTES,
        }),
      );
      expect(error.code).toBe('platform-permission-denied');
      expect(error.message).toContain('aiplatform.endpoints.predict');
      const row = await example();
      await project.google.fault({
        method: 'GET',
        path: PATH,
        effect: 'status',
        status: 403,
      });
      const answer = await predict({ instances: [row] });
      expect(answer.predictions).toHaveLength(1);
      expect(answer.version).toBeUndefined();
    });
  });
});
