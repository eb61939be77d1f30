import {
  ENDPOINT,
  EndpointChanges,
  MODEL,
  SHARED,
} from '../__testUtils__/EndpointChanges';
import { TestWorkspace } from '../__testUtils__/workspace';

const GET_ENDPOINT = '/api/2.0/serving-endpoints/fraud-detector';
const INVOKE = '/serving-endpoints/fraud-detector/invocations';
const METRICS = `${GET_ENDPOINT}/metrics`;
const OPENAPI = `${GET_ENDPOINT}/openapi`;
const MAX_BYTES = 4 * 1024 * 1024;

describe('What is served', () => {
  let workspace: TestWorkspace;
  let changes: EndpointChanges;
  beforeAll(async () => {
    workspace = await TestWorkspace.start({ manualRuns: true });
    changes = new EndpointChanges(workspace);
    await workspace.databricks.endpoints(); // once its first models are trained
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  const serving = () => workspace.open().serving!;
  const ada = () => workspace.callAs('ada');

  async function example(): Promise<Record<string, unknown>> {
    const { example: row } = await serving().readSignature(
      await ada(),
      ENDPOINT,
      {},
    );
    return row as Record<string, unknown>;
  }

  describe('readServing', () => {
    it('says which versions are of the model, and is the same revision while nothing changes', async () => {
      const first = await serving().readServing(await ada(), SHARED, MODEL);
      expect(first).toMatchObject({
        state: 'ready',
        served: [
          { id: 'uplift-1', ours: false, share: 80 },
          { id: 'detector-1', ours: true, share: 20 },
        ],
        url: `${workspace.databricks.host}/ml/endpoints/payments-shared`,
      });
      const again = await serving().readServing(await ada(), SHARED, MODEL);
      expect(again.revision).toBe(first.revision);
    });

    it('shows what is rolled out, and what failed, and answers from what was there', async () => {
      const { revision } = await serving().readServing(
        await ada(),
        ENDPOINT,
        MODEL,
      );
      await changes.start({ operation: 'deploy', version: '1' });
      const updating = await serving().readServing(
        await ada(),
        ENDPOINT,
        MODEL,
      );
      expect(updating).toMatchObject({
        state: 'updating',
        revision,
        served: [{ id: 'detector-2', share: 100 }],
        pending: {
          served: [
            { id: 'detector-2', share: 90 },
            { id: 'detector-1', share: 10, state: 'updating' },
          ],
          since: expect.any(String),
        },
      });
      await changes.finish(ENDPOINT, { failure: '<script>' });
      const failed = await serving().readServing(await ada(), ENDPOINT, MODEL);
      expect(failed).toMatchObject({
        state: 'failed',
        revision,
        message: expect.stringContaining('still answers'),
        served: [{ id: 'detector-2', share: 100 }],
      });
      expect(JSON.stringify(failed)).not.toContain('script');
    });

    it.each([
      ['that cannot start what it serves', {}, 'failed', 'is not ready'],
      ['without anything to serve', { config: null }, 'ready', 'nothing yet'],
    ])(
      'does not wait for a change that nobody makes: an endpoint %s',
      async (_what, more, state, words) => {
        await workspace.databricks.fault({
          path: GET_ENDPOINT,
          effect: 'merge',
          json: {
            state: { ready: 'NOT_READY', config_update: 'NOT_UPDATING' },
            ...more,
          },
        });
        const read = await serving().readServing(await ada(), ENDPOINT, MODEL);
        expect(read).toMatchObject({
          state,
          message: expect.stringContaining(words),
        });
      },
    );

    it('has another revision after each change', async () => {
      const revisions = new Set<string | undefined>();
      for (const share of [10, 20, 10]) {
        await changes.make({
          operation: 'deploy',
          version: '1',
          parameters: { traffic: share },
        });
        const { revision } = await serving().readServing(await ada(), ENDPOINT);
        revisions.add(revision);
      }
      expect(revisions.size).toBe(3);
    });

    it('is absent for an endpoint that is not there, and refused without a right', async () => {
      const nowhere = { kind: 'endpoint', canonical: 'endpoint/nowhere' };
      expect(await serving().readServing(await ada(), nowhere)).toEqual({
        state: 'absent',
        served: [],
      });
      const error = await workspace.failureOf(
        serving().readServing(await workspace.callAs('grace'), ENDPOINT),
      );
      expect(error.code).toBe('platform-permission-denied');
    });

    it.each([
      ['html', { effect: 'html' }, 'platform-response-invalid'],
      ['10 MB', { effect: 'huge' }, 'platform-response-too-large'],
      [
        'wrong types',
        { effect: 'merge', json: { config: [] } },
        'platform-response-invalid',
      ],
    ] as const)('believes nothing of %s', async (_what, effect, code) => {
      await workspace.databricks.fault({ path: GET_ENDPOINT, ...effect });
      const error = await workspace.failureOf(
        serving().readServing(await ada(), ENDPOINT),
      );
      expect(error.code).toBe(code);
    });
  });

  describe('readLoad', () => {
    it('counts requests, errors and latency', async () => {
      const row = await example();
      for (const instances of [[row], [row], [{ wrong: 1 }]])
        await serving()
          .predict(await ada(), ENDPOINT, { instances, maxBytes: MAX_BYTES })
          .catch(() => undefined);
      const load = await serving().readLoad(await ada(), ENDPOINT);
      expect(load).toMatchObject({
        requestsPerMinute: 3,
        errorRate: 1 / 3,
        latencyP50: expect.any(Number),
        latencyP99: expect.any(Number),
      });
      expect(load!.latencyP99!).toBeGreaterThanOrEqual(load!.latencyP50!);
    });

    it.each([
      ['closed', { effect: 'status', status: 403 }],
      ['missing', { effect: 'status', status: 404 }],
      ['a page', { effect: 'html' }],
      ['empty', { effect: 'empty' }],
    ] as const)('is not told when it is %s', async (_what, effect) => {
      await workspace.databricks.fault({ path: METRICS, ...effect });
      expect(await serving().readLoad(await ada(), ENDPOINT)).toBeUndefined();
    });

    it('fails when Databricks does', async () => {
      await workspace.databricks.fault({
        path: METRICS,
        effect: 'status',
        status: 500,
      });
      const error = await workspace.failureOf(
        serving().readLoad(await ada(), ENDPOINT),
      );
      expect(error.code).toBe('platform-failed');
    });
  });

  describe('readSignature', () => {
    it('has the fields of a row, and an example', async () => {
      const {
        version,
        fields,
        example: row,
      } = await serving().readSignature(await ada(), ENDPOINT, {
        model: MODEL,
      });
      expect(version).toBe('2');
      expect(fields?.length).toBeGreaterThan(2);
      for (const { name, field, required } of fields!) {
        expect(field).toEqual({ type: 'number' });
        expect(required).toBe(true);
        expect(row).toHaveProperty([name], expect.any(Number));
      }
    });

    it.each([
      ['there is none', { effect: 'status', status: 404 }],
      ['it is too long', { effect: 'huge' }],
      ['it is no JSON', { effect: 'not-json' }],
      ['it has other types', { effect: 'body', body: '{"paths":[1]}' }],
    ] as const)('has no fields when %s', async (_what, effect) => {
      await workspace.databricks.fault({ path: OPENAPI, ...effect });
      expect(
        await serving().readSignature(await ada(), ENDPOINT, { model: MODEL }),
      ).toEqual({ version: '2', fields: undefined, example: undefined });
    });
  });

  describe('predict', () => {
    it('asks once, as the person, and says which version answered', async () => {
      const row = await example();
      const answer = await serving().predict(await ada(), ENDPOINT, {
        instances: [row, row],
        model: MODEL,
        maxBytes: MAX_BYTES,
      });
      expect(answer).toMatchObject({ version: '2', bytes: expect.any(Number) });
      expect(answer.predictions).toHaveLength(2);
      const [request] = await workspace.databricks.requests({ path: INVOKE });
      expect(request.principal).toBe('ada@acme.example');
      expect(JSON.parse(request.body)).toEqual({
        dataframe_records: [row, row],
      });
    });

    it('asks one version whatever the shares say', async () => {
      await changes.make({
        operation: 'deploy',
        version: '1',
        parameters: { traffic: 0 },
      });
      const answer = await serving().predict(await ada(), ENDPOINT, {
        instances: [await example()],
        version: '1',
        model: MODEL,
        maxBytes: MAX_BYTES,
      });
      expect(answer.version).toBe('1');
      const error = await workspace.failureOf(
        serving().predict(await ada(), ENDPOINT, {
          instances: [{}],
          version: '3',
          model: MODEL,
          maxBytes: MAX_BYTES,
        }),
      );
      expect(error).toMatchObject({
        code: 'platform-not-found',
        refused: true,
      });
    });

    it('sends rows without names as instances', async () => {
      await workspace.databricks.fault({
        path: INVOKE,
        effect: 'body',
        body: '{"predictions":[1]}',
      });
      await serving().predict(await ada(), ENDPOINT, {
        instances: [[1, 2]],
        maxBytes: MAX_BYTES,
      });
      const [request] = await workspace.databricks.requests({ path: INVOKE });
      expect(JSON.parse(request.body)).toEqual({ instances: [[1, 2]] });
    });

    it('says of an input that the model refuses nothing that the model said', async () => {
      const error = await workspace.failureOf(
        serving().predict(await ada(), ENDPOINT, {
          instances: [{ '<secret>': 1 }],
          maxBytes: MAX_BYTES,
        }),
      );
      expect(error.code).toBe('platform-rejected-request');
      expect(error.message).toContain('could not make a prediction');
      expect(error.message).not.toMatch(/secret|Traceback/);
    });

    it.each([
      ['lost', { effect: 'drop', commit: true }, 'platform-unreachable'],
      ['503', { effect: 'status', status: 503 }, 'platform-failed'],
      ['429', { effect: 'status', status: 429 }, 'platform-throttled'],
      [
        'too long',
        { effect: 'huge', megabytes: 10 },
        'platform-response-too-large',
      ],
      ['a page', { effect: 'html' }, 'platform-response-invalid'],
      [
        'a redirect',
        { effect: 'redirect', location: 'https://evil.example/' },
        'platform-response-invalid',
      ],
    ] as const)(
      'is not asked again when the answer is %s',
      async (_what, effect, code) => {
        const row = await example();
        await workspace.databricks.fault({ path: INVOKE, ...effect });
        const error = await workspace.failureOf(
          serving().predict(await ada(), ENDPOINT, {
            instances: [row],
            maxBytes: MAX_BYTES,
          }),
        );
        expect(error.code).toBe(code);
        expect(
          await workspace.databricks.requests({ path: INVOKE }),
        ).toHaveLength(1);
      },
    );

    it('needs the right to ask', async () => {
      const error = await workspace.failureOf(
        serving().predict(await workspace.callAs('grace'), ENDPOINT, {
          instances: [{}],
          maxBytes: MAX_BYTES,
        }),
      );
      expect(error.code).toBe('platform-permission-denied');
      expect(error.message).toContain('CAN_QUERY');
    });
  });

  it('has nothing to say of what is no endpoint', async () => {
    const job = { kind: 'job', canonical: 'job/8123' };
    expect(
      await workspace.failureOf(serving().readServing(await ada(), job)),
    ).toMatchObject({ code: 'operation-unsupported', refused: true });
  });
});
