import { TestDatabases } from '@backstage/backend-test-utils';
import {
  MAX_PREDICTION_REQUEST,
  type PredictRequest,
} from 'backstage-plugin-modelops-common';
import {
  type Portal,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';
import { expectInOrder } from './__testUtils__/wiredPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

const ENTITY = 'resource:default/fraud-detector';
const ASKED = '/serving-endpoints/*';

describe('Predictions', () => {
  const simulators = useSimulators();
  let portal: Portal;
  let row: Record<string, number>;
  beforeEach(async () => {
    portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      simulators: simulators(),
    });
    const { body } = await portal.call(
      'ada',
      'GET',
      '/v1/models/resource/default/fraud-detector/prediction-form',
    );
    row = body.example;
  });
  afterEach(async () => {
    await expectInOrder(portal);
    await portal.close();
  });
  const predict = (body: Partial<PredictRequest> = {}) =>
    portal.call('ada', 'POST', '/v1/predictions', {
      body: { entityRef: ENTITY, instances: [row], ...body },
    });
  const asked = async () =>
    (await simulators().databricks.requests({ method: 'POST' })).filter(
      ({ path }) => path.startsWith('/serving-endpoints/'),
    );
  const ofCode = async (code: string) =>
    (await portal.entries()).filter(entry => entry.code === code);

  it.each<[string, () => string, string]>([
    [
      'more than 1 MB',
      () => JSON.stringify(['x'.repeat(MAX_PREDICTION_REQUEST)]),
      'prediction-too-large',
    ],
    [
      'more than 10 000 rows',
      () => JSON.stringify(Array.from({ length: 10_001 }, () => 1)),
      'request-invalid',
    ],
    [
      'nested without end',
      () => `[${'['.repeat(400_000)}${']'.repeat(400_000)}]`,
      'request-invalid',
    ],
    ['a number beyond all', () => '[{"a":[1e400]}]', 'request-invalid'],
    ['no rows', () => '[]', 'request-invalid'],
    ['no list', () => '{}', 'request-invalid'],
    ['no JSON', () => '[', 'request-invalid'],
  ])('of %s are turned away', async (_what, instances, code) => {
    const text = `{"entityRef":"${ENTITY}","instances":${instances()}}`;
    const { status, body } = await portal.call(
      'ada',
      'POST',
      '/v1/predictions',
      { body: text },
    );
    expect([status, body.error.code]).toEqual([400, code]);
    expect(await asked()).toEqual([]);
    expect(await ofCode('prediction.requested')).toEqual([]);
    const stranger = await portal.call('nobody', 'POST', '/v1/predictions', {
      body: text,
    });
    expect(stranger.status).toBe(401);
  });

  it('of just under 1 MB are asked', async () => {
    const text = JSON.stringify(row);
    const most = Math.floor((MAX_PREDICTION_REQUEST - 200) / (text.length + 1));
    const { status, body } = await predict({
      instances: Array.from({ length: Math.min(most, 10_000) }, () => row),
    });
    expect(status).toBe(200);
    expect(body.predictions).toHaveLength(Math.min(most, 10_000));
  });

  it.each<
    [string, Parameters<typeof portal.simulators.databricks.fault>[0], string]
  >([
    [
      'of 10 MB',
      { path: ASKED, effect: 'huge', megabytes: 10 },
      'platform-response-too-large',
    ],
    [
      'that is no JSON',
      { path: ASKED, effect: 'not-json' },
      'platform-response-invalid',
    ],
    [
      'that is a page',
      { path: ASKED, effect: 'html' },
      'platform-response-invalid',
    ],
    [
      'that is empty',
      { path: ASKED, effect: 'empty' },
      'platform-response-invalid',
    ],
    [
      'nested without end',
      {
        path: ASKED,
        effect: 'body',
        body: `{"predictions":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      },
      'platform-response-invalid',
    ],
    [
      'that leads elsewhere',
      { path: ASKED, effect: 'redirect', location: 'http://127.0.0.1:9/' },
      'platform-response-invalid',
    ],
    [
      'that is cut off',
      { path: ASKED, effect: 'drop', commit: true },
      'platform-unreachable',
    ],
    [
      'of a server in trouble',
      {
        path: ASKED,
        effect: 'body',
        status: 500,
        body: '{"error_code":"X","message":"secret words of the platform"}',
      },
      'platform-failed',
    ],
    [
      'that limits us',
      { path: ASKED, effect: 'status', status: 429 },
      'platform-throttled',
    ],
  ])('end with a code of ours for an answer %s', async (_what, fault, code) => {
    await simulators().databricks.fault(fault);
    const { status, body } = await predict();
    expect([status, body.error.code]).toEqual([503, code]);
    expect(await ofCode('prediction.requested')).toHaveLength(1);
    expect(await ofCode('prediction.failed')).toMatchObject([
      { outcome: 'failed', refusalCode: code },
    ]);
    expect(portal.answers.join()).not.toMatch(/secret words|script>/);
  });

  it('are passed on as JSON and nothing else, whatever the model says', async () => {
    await simulators().databricks.fault({
      path: ASKED,
      effect: 'body',
      body: '{"predictions":["<script>alert(1)</script>",{"__proto__":{"admin":true}}]}',
    });
    const answer = await predict();
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.status).toBe(200);
    expect(answer.body.predictions[0]).toBe('<script>alert(1)</script>');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('that the model does not take are the input’s fault, and say so without its words', async () => {
    const { status, body } = await predict({
      instances: [{ wrong: 'what somebody typed' }],
    });
    expect([status, body.error.code]).toEqual([409, 'prediction-invalid']);
    expect(body.error.message).not.toContain('Traceback');
    expect(await ofCode('prediction.refused')).toMatchObject([
      { refusalCode: 'prediction-invalid' },
    ]);
    expect(JSON.stringify(await portal.entries())).not.toContain(
      'what somebody typed',
    );
  });
});
