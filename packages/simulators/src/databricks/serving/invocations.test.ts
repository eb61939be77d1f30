import type { Simulators } from '../../attachSimulators';
import { startSimulators } from '../../startSimulators';
import { callerOf, type Caller } from '../../testing/callers';
import { predictByHand } from '../../testing/predictByHand';

const MODEL = 'main.fraud.detector';
const FRAUD = '/serving-endpoints/fraud-detector';
const API = '/api/2.0/serving-endpoints/fraud-detector';
const COLUMNS = [
  'amount',
  'account_age',
  'merchant_risk',
  'tries_per_hour',
  'distance_from_home',
  'hour_of_day',
];
const ORDINARY = [0.1, 0.3, -0.2, 0, 0.1, -0.4];
const ODD = [2.1, -1.6, 1.4, 1.8, 1.7, 0.9];
const ROWS = [ORDINARY, ODD];

let simulators: Simulators;
let ada: Caller;
let grace: Caller;
let katherine: Caller;
beforeAll(async () => {
  simulators = await startSimulators();
});
beforeEach(async () => {
  await simulators.databricks.reset();
  [ada, grace, katherine] = await Promise.all(
    (['ada', 'grace', 'katherine'] as const).map(person =>
      callerOf(simulators, person),
    ),
  );
});
afterAll(() => simulators.close());

const ask = (body: unknown, caller = ada, path = `${FRAUD}/invocations`) =>
  caller.send('POST', path, body);

const toRecord = (row: number[]) =>
  Object.fromEntries(COLUMNS.map((column, index) => [column, row[index]]));

/** Two versions of the fraud detector behind its endpoint, at once. */
const share = (shares: Record<string, number>) =>
  simulators.databricks.changeEndpoint('fraud-detector', {
    serves: Object.entries(shares).map(([version, percent]) => ({
      model: MODEL,
      version,
      share: percent,
    })),
  });

describe('a prediction', () => {
  it.each(['1', '2', '3', '4'])(
    'is what the weights of version %s give',
    async version => {
      await share({ [version]: 100 });
      const weights = await simulators.databricks.weights(
        MODEL,
        Number(version),
      );
      const { status, body, headers } = await ask({
        dataframe_split: { columns: COLUMNS, data: ROWS },
      });
      expect(status).toBe(200);
      expect(headers.get('served-model-name')).toBe(`detector-${version}`);
      expect(body.predictions).toHaveLength(2);
      ROWS.forEach((row, index) =>
        expect(body.predictions[index]).toBeCloseTo(
          predictByHand(weights, row),
          5,
        ),
      );
      expect(body.predictions[1]).toBeGreaterThan(body.predictions[0]);
    },
  );

  it('is the same in every form of the question', async () => {
    const { body: expected } = await ask({ instances: ROWS });
    const reversed = [...COLUMNS].reverse();
    for (const form of [
      { dataframe_split: { data: ROWS } },
      {
        dataframe_split: {
          columns: reversed,
          data: ROWS.map(row => [...row].reverse()),
        },
      },
      { dataframe_records: ROWS.map(toRecord) },
      { dataframe_records: ROWS.map(row => ({ ...toRecord(row), more: 1 })) },
      { instances: ROWS.map(toRecord) },
      { inputs: ROWS },
      {
        inputs: Object.fromEntries(
          COLUMNS.map((column, index) => [column, ROWS.map(row => row[index])]),
        ),
      },
    ])
      expect((await ask(form)).body).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ['no input', {}, 'exactly one of the input fields'],
    [
      'two inputs',
      { instances: ROWS, inputs: ROWS },
      'exactly one of the input fields',
    ],
    [
      'a column too few',
      { dataframe_records: [{ amount: 1, colour: 'red' }] },
      "missing inputs ['account_age'",
    ],
    [
      'text in a number',
      { dataframe_records: [{ ...toRecord(ODD), amount: 'much' }] },
      'Incompatible input types for column amount',
    ],
    ['a row too short', { instances: [[1, 2, 3]] }, '(-1, 6)'],
  ])('of %s is refused with a traceback', async (_what, body, text) => {
    const answer = await ask(body);
    expect(answer).toMatchObject({
      status: 400,
      body: { error_code: 'BAD_REQUEST' },
    });
    expect(answer.body.message).toContain('Traceback');
    expect(answer.body.message).toContain(text);
  });

  it('is for those who may query', async () => {
    expect((await ask({ instances: ROWS }, katherine)).status).toBe(403);
    await simulators.databricks.setEndpointPermissions('fraud-detector', {
      'katherine@acme.example': 'CAN_QUERY',
      'data-scientists': 'CAN_QUERY',
      'ada@acme.example': null,
    });
    expect((await ask({ instances: ROWS }, katherine)).status).toBe(200);
    expect((await ask({ instances: ROWS }, grace)).status).toBe(200);
    expect((await ask({ instances: ROWS }, ada)).status).toBe(403);
  });
});

describe('the traffic', () => {
  it('is split by the shares, exactly over a hundred requests', async () => {
    await share({ 2: 90, 3: 10, 4: 0 });
    const first: string[] = [];
    for (let request = 0; request < 100; request += 1) {
      const { headers } = await ask({ instances: [ODD] });
      if (request < 20) first.push(headers.get('served-model-name')!);
    }
    const endpoint = await simulators.databricks.endpoint('fraud-detector');
    expect(endpoint?.invocations).toEqual({
      'detector-2': 90,
      'detector-3': 10,
    });
    expect(first.filter(name => name === 'detector-3')).toHaveLength(2);
  });

  it('can be passed by: a served model is asked by its name', async () => {
    await share({ 2: 100, 3: 0 });
    const path = `${FRAUD}/served-models/detector-3/invocations`;
    const { headers, status } = await ask({ instances: [ODD] }, ada, path);
    expect(status).toBe(200);
    expect(headers.get('served-model-name')).toBe('detector-3');
    expect(
      (await ask({}, ada, `${FRAUD}/served-models/nobody/invocations`)).status,
    ).toBe(404);
  });

  it('is counted, with errors and latency', async () => {
    await ask({ instances: [ODD] });
    await ask({ instances: [ODD] });
    await ask({ instances: [[1]] });
    const { text, headers } = await ada.get(`${API}/metrics`);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    const labels =
      '{endpoint_name="fraud-detector",served_model_name="detector-2"}';
    const valueOf = (name: string) =>
      Number(
        text
          .split('\n')
          .find(line => line.startsWith(`${name}${labels} `))
          ?.split(' ')[1],
      );
    expect(valueOf('request_count_total')).toBe(3);
    expect(valueOf('request_4xx_count_total')).toBe(1);
    expect(valueOf('request_5xx_count_total')).toBe(0);
    expect(valueOf('request_latency_ms_count')).toBe(3);
    expect(valueOf('request_latency_ms_sum')).toBeGreaterThan(0);
    expect(text).toMatch(/request_latency_ms_bucket{.*le="\+Inf"} 3 \d+\n/);
    expect(
      (await ada.get(`${API}/served-models/detector-2/logs`)).body.logs,
    ).toContain('POST /invocations 400');

    // A minute later nothing of it is left.
    await simulators.databricks.setClockOffset(90);
    expect((await ada.get(`${API}/metrics`)).text).toContain(
      `request_count_total${labels} 0 `,
    );
  });

  it('goes on while a rollout fails, and to the new version when one has ended', async () => {
    const put = (version: string) =>
      ada.send('PUT', `${API}/config`, {
        served_entities: [{ entity_name: MODEL, entity_version: version }],
      });
    const servedBy = async () =>
      (await ask({ instances: [ODD] })).headers.get('served-model-name');
    const untilOver = async () => {
      for (;;) {
        const { body } = await ada.get(API);
        if (body.state.config_update !== 'IN_PROGRESS') return body;
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    };
    await simulators.databricks.failNextUpdate({ message: 'Out of memory' });
    await put('3');
    expect((await untilOver()).state.config_update).toBe('UPDATE_FAILED');
    expect(await servedBy()).toBe('detector-2');
    await put('4');
    expect((await untilOver()).state.config_update).toBe('NOT_UPDATING');
    expect(await servedBy()).toBe('detector-4');
  });
});

describe('the schema', () => {
  it('has a path for each served model, with what it wants and an example that works', async () => {
    await share({ 2: 90, 3: 10 });
    const { body } = await ada.get(`${API}/openapi`);
    expect(Object.keys(body.paths)).toEqual([
      '/served-models/detector-2/invocations',
      '/served-models/detector-3/invocations',
    ]);
    const { post } = body.paths['/served-models/detector-3/invocations'];
    const [split, records] =
      post.requestBody.content['application/json'].schema.oneOf;
    expect(
      split.properties.dataframe_split.properties.columns.items.enum,
    ).toEqual(COLUMNS);
    expect(records.properties.dataframe_records.items.required).toEqual(
      COLUMNS,
    );
    expect((await ask({ dataframe_split: split.examples[0] })).status).toBe(
      200,
    );
    expect((await ask(records.examples[0])).status).toBe(200);
  });
});
