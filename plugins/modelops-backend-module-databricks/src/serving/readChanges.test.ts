import type { KnownJob } from 'backstage-plugin-modelops-node';
import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
import {
  ENDPOINT,
  EndpointChanges,
  SHARED,
} from '../__testUtils__/EndpointChanges';
import { READER, TestWorkspace } from '../__testUtils__/workspace';

const GET_ENDPOINT = '/api/2.0/serving-endpoints/fraud-detector';
const NEW = { kind: 'endpoint', canonical: 'endpoint/fraud-staging' };
const CANARY = { operation: 'deploy', version: '1' } as const;
const MODEL_NAME = 'main.fraud.detector';

describe('Reading changes of endpoints', () => {
  let workspace: TestWorkspace;
  let changes: EndpointChanges;
  beforeAll(async () => {
    workspace = await TestWorkspace.start({ manualRuns: true });
    changes = new EndpointChanges(workspace);
    await workspace.databricks.endpoints(); // once its first models are trained
  }, 60_000);
  beforeEach(() => workspace.reset());
  afterAll(() => workspace.close());

  /** Somebody else changes it: version 1 gets the rest. */
  async function changeByStranger(share: number, rollout = false) {
    await workspace.databricks.changeEndpoint('fraud-detector', {
      rollout,
      serves: [
        { model: MODEL_NAME, version: '2', share },
        { model: MODEL_NAME, version: '1', share: 100 - share },
      ],
    });
  }

  async function outcome(job: KnownJob) {
    const [reading] = await changes.read(job);
    return reading.kind === 'found'
      ? [reading.kind, reading.state, reading.failure?.code]
      : [reading.kind];
  }

  it('follows a change until it is live', async () => {
    const job = await changes.start(CANARY);
    const [running] = await changes.read(job);
    expect(running).toMatchObject({
      kind: 'found',
      platformRunId: job.platformRunId,
      state: 'running',
      startedAt: expect.any(Date),
      url: `${workspace.databricks.host}/ml/endpoints/fraud-detector`,
    });
    await changes.finish();
    const [done] = await changes.read(job);
    expect(done).toMatchObject({
      state: 'succeeded',
      platformRunId: job.platformRunId,
      endedAt: expect.any(Date),
    });
  });

  it.each(['keep-pending', 'drop-pending'] as const)(
    'says that it failed although the endpoint stays READY (%s)',
    async failedUpdates => {
      await workspace.databricks.setBehaviour({ failedUpdates });
      const job = await changes.start(CANARY);
      await changes.finish(ENDPOINT, { failure: 'no such package' });
      const [reading] = await changes.read(job);
      expect(reading).toMatchObject({
        state: 'failed',
        failure: {
          code: 'deployment-failed',
          message:
            'Databricks could not roll out the change. What was served before it still answers.',
        },
      });
      expect(JSON.stringify(reading)).not.toContain('no such package');
      // The next change of it does not make the failed one look well.
      const again = await changes.start({ operation: 'promote', version: '2' });
      expect(await outcome(job)).toEqual([
        'found',
        'failed',
        'deployment-failed',
      ]);
      expect(await outcome(again)).toEqual(['found', 'running', undefined]);
    },
  );

  it('says that a first deployment failed', async () => {
    const job = await changes.start({ ...CANARY, resource: NEW });
    await workspace.databricks.setEndpointPermissions('fraud-staging', {
      [READER]: 'CAN_VIEW',
    });
    expect(await outcome(job)).toEqual(['found', 'running', undefined]);
    await changes.finish(NEW, { failure: 'x' });
    expect(await changes.read(job)).toMatchObject([
      {
        state: 'failed',
        failure: {
          code: 'deployment-failed',
          message:
            'Databricks could not roll out the change. The endpoint serves nothing.',
        },
      },
    ]);
  });

  it('says that it was superseded, unless it is still what is served', async () => {
    const job = await changes.start(CANARY);
    await changes.finish();
    await changeByStranger(50);
    expect(await outcome(job)).toEqual(['superseded']);
    await changeByStranger(90);
    expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
  });

  it('says that it succeeded while the next change is rolled out', async () => {
    const job = await changes.start(CANARY);
    await changes.finish();
    await changeByStranger(50, true);
    expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
  });

  it('says that it was canceled on Databricks', async () => {
    const job = await changes.start(CANARY);
    await workspace.databricks.fault({
      path: GET_ENDPOINT,
      effect: 'merge',
      json: {
        state: { ready: 'READY', config_update: 'UPDATE_CANCELED' },
        pending_config: null,
      },
    });
    expect(await outcome(job)).toEqual(['found', 'canceled', undefined]);
  });

  it('misses the change of an endpoint that is gone, and only the end of one has succeeded', async () => {
    const canary = await changes.make(CANARY);
    const stop = await changes.send(
      await changes.prepare({ operation: 'stop' }),
    );
    expect(await outcome(canary)).toEqual(['missing']);
    expect(await outcome(stop)).toEqual(['found', 'succeeded', undefined]);
  });

  describe('whose answers were lost', () => {
    it('finds one that is rolled out, that is live, and that failed', async () => {
      const job = await changes.lose(CANARY);
      const [running] = await changes.read(job);
      expect(running).toMatchObject({
        kind: 'found',
        likeness: true,
        state: 'running',
        platformRunId: expect.stringMatching(/^fraud-detector@2\.[0-9]{13}$/),
      });
      await changes.finish();
      expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
      const failing = await changes.lose({
        operation: 'deploy',
        version: '1',
        parameters: { size: 'Large', traffic: 20 },
      });
      await changes.finish(ENDPOINT, { failure: 'x' });
      expect(await outcome(failing)).toEqual([
        'found',
        'failed',
        'deployment-failed',
      ]);
    });

    it.each([
      ['traffic', { 'detector-1': 70, 'detector-2': 30 }, undefined],
      ['promote', {}, '1'],
      ['stop', {}, '1'],
    ] as const)('finds %s', async (operation, parameters, version) => {
      await changes.make(CANARY);
      const job = await changes.lose({ operation, parameters, version });
      expect(await outcome(job)).toEqual(['found', 'running', undefined]);
      await changes.finish();
      expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
    });

    it('finds a new endpoint by our id, at once or later', async () => {
      const creating = { ...CANARY, resource: NEW };
      const lose = (path: string, count: number, commit: boolean) =>
        workspace.databricks.fault({ path, count, commit, effect: 'drop' });
      await lose('/api/2.0/serving-endpoints', 1, true);
      const found = await changes.send({
        ...(await changes.prepare(creating)),
        reader: READER,
      });
      expect(await outcome(found)).toEqual(['found', 'running', undefined]);
      await workspace.databricks.forgetEndpoint('fraud-staging');

      const job = await changes.prepare(creating);
      await workspace.databricks.fault({
        path: '/api/2.0/serving-endpoints/fraud-staging',
        count: 1,
        effect: 'delay',
      });
      await lose('/api/2.0/serving-endpoints', 1, true);
      await lose('/api/2.0/serving-endpoints/fraud-staging', 3, false);
      const error = await workspace.failureOf(changes.send(job));
      expect(error).toMatchObject({
        code: 'platform-unreachable',
        refused: false,
      });
      await workspace.databricks.setEndpointPermissions('fraud-staging', {
        [READER]: 'CAN_VIEW',
      });
      const [reading] = await changes.read(knownJob(job));
      expect(reading).toMatchObject({ kind: 'found', state: 'running' });
      expect(reading).not.toHaveProperty('likeness');
    });

    it('finds the end of an endpoint', async () => {
      const job = await changes.lose(
        { operation: 'stop' },
        { path: GET_ENDPOINT, method: 'DELETE' },
      );
      expect(await changes.read(job)).toMatchObject([
        { kind: 'found', likeness: true, state: 'succeeded' },
      ]);
    });

    it('misses one that never arrived', async () => {
      const job = knownJob(await changes.prepare(CANARY));
      expect(await outcome(job)).toEqual(['missing']);
    });

    it('misses one in whose place somebody else made another', async () => {
      const job = knownJob(await changes.prepare(CANARY));
      await changeByStranger(50);
      expect(await outcome(job)).toEqual(['missing']);
    });

    it('does not take the same change of somebody else for it', async () => {
      const job = knownJob(await changes.prepare(CANARY));
      await changeByStranger(90);
      expect(await outcome(job)).toEqual(['missing']);
    });

    it('does not take the change of another run of ours for it', async () => {
      const first = knownJob(await changes.prepare(CANARY));
      const other = await changes.start(CANARY);
      const [reading] = await changes.read({
        ...first,
        claimed: new Set([other.platformRunId]),
      });
      expect(reading.kind).toBe('missing');
    });

    it('finds one that got the number of an earlier change of ours that failed', async () => {
      const failed = await changes.start(CANARY);
      await changes.finish(ENDPOINT, { failure: 'x' });
      await new Promise(resolve => setTimeout(resolve, 20)); // the clock of the platform moves on
      const lost = {
        ...(await changes.lose(CANARY)),
        notBefore: new Date(),
        claimed: new Set([failed.platformRunId]),
      };
      expect(await outcome(lost)).toEqual(['found', 'running', undefined]);
      await changes.finish();
      expect(await outcome(lost)).toEqual(['found', 'succeeded', undefined]);
    });

    it('does not take an old failure that looks the same for it', async () => {
      await changeByStranger(90, true);
      await changes.finish(ENDPOINT, { failure: 'x' });
      const job = knownJob(await changes.prepare(CANARY), {
        notBefore: new Date(Date.now() + 3_600_000),
      });
      expect(await outcome(job)).toEqual(['unclear']);
    });

    it('leaves it open when it was changed twice since', async () => {
      const job = knownJob(await changes.prepare(CANARY));
      await changeByStranger(50);
      await changeByStranger(40);
      expect(await outcome(job)).toEqual(['unclear']);
    });

    it('leaves it open when a change failed since and nothing of it is left', async () => {
      const job = knownJob(await changes.prepare(CANARY));
      await workspace.databricks.setBehaviour({
        failedUpdates: 'drop-pending',
      });
      await changeByStranger(50, true);
      await changes.finish(ENDPOINT, { failure: 'x' });
      expect(await outcome(job)).toEqual(['unclear']);
    });
  });

  it('asks once for each endpoint, however many changes there are', async () => {
    const one = await changes.make(CANARY);
    const other = await changes.start({
      operation: 'deploy',
      resource: SHARED,
      version: '2',
      parameters: { traffic: 5 },
    });
    const jobs = Array.from({ length: 20 }, (_, index) => ({
      ...(index % 2 ? one : other),
      runId: `run-${index}`,
    }));
    const before = (await workspace.databricks.requests()).length;
    const readings = await changes.read(...jobs);
    expect(readings.every(({ kind }) => kind === 'found')).toBe(true);
    const asked = (await workspace.databricks.requests())
      .slice(before)
      .filter(({ path }) => path.includes('/serving-endpoints/'));
    expect(asked).toHaveLength(2);
  });

  it('reads on when one endpoint cannot be read', async () => {
    const one = await changes.make(CANARY);
    const other = await changes.start({
      operation: 'deploy',
      resource: SHARED,
      version: '2',
      parameters: { traffic: 5 },
    });
    await workspace.databricks.fault({ path: GET_ENDPOINT, effect: 'html' });
    const kinds = (await changes.read(one, other)).map(({ kind }) => kind);
    expect(kinds).toEqual(['unreachable', 'found']);
  });

  it.each([
    ['another endpoint', { name: 'other' }],
    [
      'a state that we do not know',
      { state: { ready: 'READY', config_update: 'MAYBE' } },
    ],
    ['a config that is text', { config: 'x' }],
    [
      'a huge name',
      {
        config: {
          config_version: 2,
          served_entities: [{ name: 'x'.repeat(100_000) }],
        },
      },
    ],
    [
      'a share of 1000',
      {
        config: {
          traffic_config: {
            routes: [{ served_model_name: 'a', traffic_percentage: 1000 }],
          },
        },
      },
    ],
  ])('believes nothing of an answer about %s', async (_what, json) => {
    const job = await changes.start(CANARY);
    await workspace.databricks.fault({
      path: GET_ENDPOINT,
      effect: 'merge',
      json,
    });
    const error = await workspace.failureOf(changes.read(job));
    expect(error.code).toBe('platform-response-invalid');
  });
});
