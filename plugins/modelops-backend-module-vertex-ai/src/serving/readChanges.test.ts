import { randomUUID } from 'node:crypto';
import type { KnownJob } from 'backstage-plugin-modelops-node';
import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
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
const OPERATIONS = `${PATH}/operations`;
const CANARY = { operation: 'deploy', version: '2' } as const;
const PROMOTE_ONE = { operation: 'promote', version: '1' } as const;
const PROMOTE = { operation: 'promote', version: '2' } as const;
const HOUR_MS = 3_600_000;

describe('Reading changes of endpoints', () => {
  let project: TestProject;
  let changes: EndpointChanges;
  beforeAll(async () => {
    project = await TestProject.start({ manualRuns: true });
    changes = new EndpointChanges(project);
    await project.google.endpoints(); // once its first models are trained
  }, 60_000);
  beforeEach(() => project.reset());
  afterAll(() => project.close());

  /** Somebody else divides the traffic among what is deployed. */
  async function divideByStranger(...shares: number[]): Promise<void> {
    const { deployed } = (await changes.endpoint())!;
    await project.google.changeEndpoint('demand-forecast', {
      serves: deployed.map(({ model, version, id }, index) => ({
        model,
        version,
        id,
        share: shares[index],
      })),
    });
  }

  async function outcome(job: KnownJob) {
    const [reading] = await changes.read(job);
    return reading.kind === 'found'
      ? [reading.kind, reading.state, reading.failure?.code]
      : [reading.kind];
  }

  it('follows a deployment until it is live', async () => {
    const job = await changes.start(CANARY);
    const [running] = await changes.read(job);
    expect(running).toMatchObject({
      kind: 'found',
      platformRunId: job.platformRunId,
      state: 'running',
      startedAt: expect.any(Date),
      url: expect.stringContaining('/endpoints/demand-forecast?'),
    });
    expect(running).not.toHaveProperty('endedAt');
    await changes.finish();
    const [done] = await changes.read(job);
    expect(done).toMatchObject({
      state: 'succeeded',
      platformRunId: job.platformRunId,
      endedAt: expect.any(Date),
    });
    // What comes later does not change how it ended.
    await changes.make({ operation: 'stop', version: '2' });
    expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
  });

  it('says that a deployment failed, and nothing of what Google said', async () => {
    const job = await changes.start(CANARY);
    await changes.finish(undefined, { message: 'Secret of the model server' });
    const [reading] = await changes.read(job);
    expect(reading).toMatchObject({
      state: 'failed',
      failure: {
        code: 'deployment-failed',
        message:
          'Vertex AI could not make the change. What was served before it still answers.',
      },
      endedAt: expect.any(Date),
    });
    expect(JSON.stringify(reading)).not.toContain('Secret');
    expect(await changes.served()).toEqual({ 'demand-forecast@1': 100 });
  });

  it('says which quota was used up, for what, when it turns out at the end', async () => {
    await project.google.failNextDeploy({
      code: 'RESOURCE_EXHAUSTED',
      message:
        'The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_serving_nvidia_t4_gpus',
    });
    const job = await changes.start({
      ...CANARY,
      parameters: {
        machineType: 'n1-standard-8',
        acceleratorType: 'NVIDIA_TESLA_T4',
        acceleratorCount: 1,
        maxReplicaCount: 2,
      },
    });
    await changes.finish();
    const [reading] = await changes.read(job);
    expect(reading).toMatchObject({
      state: 'failed',
      failure: {
        code: 'job-quota-exceeded',
        message:
          'The quota of project ml-demo is used up (aiplatform.googleapis.com/custom_model_serving_nvidia_t4_gpus); asked for was 1 to 2 machines n1-standard-8, each with 1 NVIDIA_TESLA_T4. Ask for less, try again later, or ask the owner of the project for more quota. What was served before it still answers.',
      },
    });
  });

  it('says that it was canceled on Google Cloud', async () => {
    const job = await changes.start(CANARY);
    await changes.finish(undefined, { code: 'CANCELLED', message: 'x' });
    expect(await outcome(job)).toEqual(['found', 'canceled', undefined]);
  });

  it('follows the end of a version', async () => {
    await changes.make(CANARY);
    const job = await changes.start({ operation: 'stop', version: '1' });
    expect(await outcome(job)).toEqual(['found', 'running', undefined]);
    await changes.finish();
    expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
  });

  it('says when a version could not be taken off', async () => {
    await changes.make(CANARY);
    const job = await changes.start({ operation: 'stop', version: '1' });
    await changes.finish(undefined, { message: 'x' });
    expect(await outcome(job)).toEqual([
      'found',
      'failed',
      'deployment-failed',
    ]);
  });

  it('follows the end of all versions, and what was deployed later stays', async () => {
    await changes.make(CANARY);
    const job = await changes.start({ operation: 'stop' });
    const [, second] = (await changes.endpoint())!.running;
    await project.google.finishOperation(second);
    expect(await outcome(job)).toEqual(['found', 'running', undefined]);
    await changes.finish();
    expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
    await project.google.changeEndpoint('demand-forecast', {
      serves: [{ model: 'demand-forecast', version: '1', share: 100 }],
    });
    const longAgo = new Date(Date.now() - HOUR_MS);
    expect(await outcome({ ...job, notAfter: longAgo })).toEqual([
      'found',
      'succeeded',
      undefined,
    ]);
  });

  describe('whose operations Google has forgotten', () => {
    const forget = () =>
      project.google.fault({
        method: 'GET',
        path: `${OPERATIONS}/*`,
        effect: 'status',
        status: 404,
      });
    const unlist = () =>
      project.google.fault({
        method: 'GET',
        path: OPERATIONS,
        effect: 'body',
        body: '{}',
      });

    it('knows a deployment by what it deployed, and misses another', async () => {
      const job = await changes.make(CANARY);
      await unlist();
      await forget();
      expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
      await changes.make({ operation: 'stop', version: '2' });
      expect(await outcome(job)).toEqual(['missing']);
    });

    it('reads one alone that is only not in the list', async () => {
      const job = await changes.start(CANARY);
      await unlist();
      expect(await outcome(job)).toEqual(['found', 'running', undefined]);
    });
  });

  describe('whose answers were lost', () => {
    it('finds a deployment that runs by its likeness, and by its own id once it is live', async () => {
      const job = await changes.lose(CANARY);
      const [running] = await changes.read(job);
      const id = deployedModelIdOf(job.runId);
      expect(running).toMatchObject({
        kind: 'found',
        state: 'running',
        likeness: true,
        platformRunId: expect.stringMatching(
          new RegExp(`@deploy\\.${id}\\.[0-9]{19}$`),
        ),
      });
      await changes.finish();
      const [done] = await changes.read(job);
      expect(done).toMatchObject({
        state: 'succeeded',
        platformRunId: (running as { platformRunId: string }).platformRunId,
      });
      expect(done).not.toHaveProperty('likeness');
    });

    it('finds a deployment that reached Google minutes after it was given up', async () => {
      const job = await changes.lose(CANARY);
      const late = {
        ...job,
        notBefore: new Date(Date.now() - 400_000),
        notAfter: new Date(Date.now() - 300_000),
      };
      expect(await changes.read(late)).toMatchObject([
        { kind: 'found', state: 'running', likeness: true },
      ]);
    });

    it('finds a deployment by its id when it has been taken off again since', async () => {
      const job = await changes.lose(CANARY);
      await changes.finish();
      await changes.make({ operation: 'stop', version: '2' });
      expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
    });

    it('finds one that failed, and the one to a new endpoint', async () => {
      const failed = await changes.lose(CANARY);
      await changes.finish(undefined, { message: 'x' });
      expect(await changes.read(failed)).toMatchObject([
        { state: 'failed', likeness: true },
      ]);
      await project.google.setDeploySeconds(1);
      const created = await changes.lose(
        { ...CANARY, resource: NEW },
        { path: `${ENDPOINTS}/forecast-staging:deployModel` },
      );
      await changes.finish(NEW);
      expect(await outcome(created)).toEqual(['found', 'succeeded', undefined]);
    });

    it.each([
      { operation: 'traffic' },
      PROMOTE,
      { ...CANARY, parameters: { traffic: 25 } }, // it is served already
    ] as const)('finds a move of traffic by our id (%#)', async plan => {
      await changes.make(CANARY);
      const job = await changes.lose(plan, { method: 'PATCH', path: PATH });
      const [reading] = await changes.read(job);
      expect(reading).toMatchObject({
        kind: 'found',
        state: 'succeeded',
        platformRunId: `endpoints/demand-forecast@traffic.${job.runId}`,
      });
      expect(reading).not.toHaveProperty('likeness');
      // Somebody else moved it since: it was made all the same.
      await divideByStranger(50, 50);
      expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
    });

    it('finds the end of a version, from its first step to its last', async () => {
      await changes.make(CANARY);
      const job = await changes.lose(
        { operation: 'stop', version: '2' },
        { path: `${PATH}:undeployModel` },
      );
      expect(await outcome(job)).toEqual(['found', 'running', undefined]);
      await changes.finish();
      expect(await outcome(job)).toEqual(['found', 'succeeded', undefined]);
    });

    it('says that a version is still deployed of which only the traffic was moved', async () => {
      await changes.make(CANARY);
      const job = await changes.lose(
        { operation: 'stop', version: '2' },
        { method: 'PATCH', path: PATH },
      );
      const [first] = await changes.read(job);
      expect(first).toMatchObject({ kind: 'found', state: 'running' });
      const { platformRunId } = first as { platformRunId: string };
      const named = { ...job, platformRunId };
      expect(await outcome(named)).toEqual(['found', 'running', undefined]);
      for (const late of [job, named]) {
        const [reading] = await changes.read({ ...late, notAfter: new Date() });
        expect(reading).toMatchObject({
          state: 'failed',
          platformRunId,
          failure: {
            code: 'deployment-failed',
            message: expect.stringContaining('version 2 is still deployed'),
          },
        });
      }
      await changes.make({ operation: 'stop', version: '2' });
      expect(await outcome(named)).toEqual(['found', 'succeeded', undefined]);
    });

    it('gives two ends that stopped half way names of their own, and neither the end of an earlier one', async () => {
      await changes.make(CANARY);
      const stop = { operation: 'stop', version: '2' } as const;
      const failed = await changes.start(stop);
      await changes.finish(undefined, { message: 'x' });
      const claimed = new Set([failed.platformRunId]);
      const names = new Set<string>();
      for (let time = 0; time < 2; time++) {
        const job = await changes.lose(stop, { method: 'PATCH', path: PATH });
        const [reading] = await changes.read({ ...job, claimed });
        expect(reading).toMatchObject({ kind: 'found', state: 'running' });
        names.add((reading as { platformRunId: string }).platformRunId);
      }
      expect(names.size).toBe(2);
    });

    it.each([CANARY, PROMOTE, { operation: 'stop', version: '1' }] as const)(
      'misses one that never arrived (%#)',
      async plan => {
        await changes.make({ ...CANARY, parameters: { traffic: 20 } });
        const job = knownJob(
          await changes.prepare({ ...plan, parameters: { traffic: 30 } }),
        );
        expect(await outcome(job)).toEqual(['missing']);
        await divideByStranger(60, 40);
        expect(await outcome(job)).toEqual(['missing']);
      },
    );

    it('leaves it open when somebody made the same change', async () => {
      await changes.make(CANARY);
      const move = knownJob(await changes.prepare(PROMOTE));
      await divideByStranger(0, 100);
      expect(await outcome(move)).toEqual(['unclear']);
      const stop = knownJob(
        await changes.prepare({ operation: 'stop', version: '1' }),
      );
      await project.google.changeEndpoint('demand-forecast', {
        serves: [{ model: 'demand-forecast', version: '2', share: 100 }],
      });
      expect(await outcome(stop)).toEqual(['unclear']);
    });

    it('takes neither the deployment of another run nor that of another time for it', async () => {
      const job = knownJob(await changes.prepare(CANARY));
      const other = await changes.start(CANARY);
      expect(
        await outcome({ ...job, claimed: new Set([other.platformRunId]) }),
      ).toEqual(['missing']);
      const later = new Date(Date.now() + HOUR_MS);
      expect(
        await outcome({ ...job, notBefore: later, notAfter: later }),
      ).toEqual(['missing']);
    });

    it('says that a deployment which was taken for it was another one', async () => {
      const lost = knownJob(await changes.prepare(CANARY));
      await changes.start(CANARY);
      const [taken] = await changes.read(lost);
      expect(taken).toMatchObject({ kind: 'found', likeness: true });
      await changes.finish();
      const { platformRunId } = taken as { platformRunId: string };
      expect(await outcome({ ...lost, platformRunId })).toEqual(['not-ours']);
    });

    it('leaves it open which of two deployments it is', async () => {
      const job = knownJob(await changes.prepare(CANARY));
      const { deployed } = (await changes.endpoint())!;
      for (const id of ['11', '12']) {
        const body = {
          deployedModel: {
            id,
            model:
              'projects/ml-demo/locations/europe-west4/models/demand-forecast@2',
            dedicatedResources: {
              machineSpec: { machineType: 'n1-standard-2' },
              minReplicaCount: 1,
            },
          },
        };
        const { credential } = await project.callAs('ada');
        const response = await fetch(
          `${project.google.host}${PATH}:deployModel`,
          {
            method: 'POST',
            headers: {
              authorization: `Bearer ${credential.accessToken.reveal()}`,
            },
            body: JSON.stringify(body),
          },
        );
        expect(response.status).toBe(200);
      }
      expect(deployed).toHaveLength(1);
      expect(await outcome(job)).toEqual(['unclear']);
    });

    it('does not take for ours what only has our id', async () => {
      const job = knownJob(await changes.prepare(CANARY));
      await project.google.changeEndpoint('demand-forecast', {
        serves: [
          {
            model: 'churn-score',
            version: '1',
            share: 100,
            id: deployedModelIdOf(job.runId),
          },
        ],
      });
      const [reading] = await changes.read(job);
      expect(reading).toMatchObject({ kind: 'not-ours' });
    });

    it('misses the change of an endpoint that is gone', async () => {
      const job = await changes.lose(PROMOTE_ONE, {
        method: 'PATCH',
        path: PATH,
      });
      await project.google.forgetEndpoint('demand-forecast');
      expect(await outcome(job)).toEqual(['missing']);
    });
  });

  it('asks twice for each endpoint, however many changes there are', async () => {
    const one = await changes.make(CANARY);
    const other = await changes.start({
      ...CANARY,
      resource: SHARED,
      parameters: { traffic: 5 },
    });
    const jobs = Array.from({ length: 20 }, (_, index) => ({
      ...(index % 2 ? one : other),
      runId: randomUUID(),
    }));
    const before = (await project.google.requests()).length;
    const readings = await changes.read(...jobs);
    expect(readings.every(({ kind }) => kind === 'found')).toBe(true);
    const asked = (await project.google.requests())
      .slice(before)
      .filter(({ path }) => path.includes('/endpoints/'));
    expect(asked).toHaveLength(4);
  });

  it('reads on when one endpoint cannot be read', async () => {
    const one = await changes.make(CANARY);
    const other = await changes.start({
      ...CANARY,
      resource: SHARED,
      parameters: { traffic: 5 },
    });
    await project.google.fault({ path: PATH, effect: 'html' });
    const kinds = (await changes.read(one, other)).map(({ kind }) => kind);
    expect(kinds).toEqual(['unreachable', 'found']);
  });

  it.each([
    ['another endpoint', PATH, { name: `${ENDPOINTS.slice(4)}/other` }],
    ['shares of 1000', PATH, { trafficSplit: { '1': 1000 } }],
    ['a model that is text', PATH, { deployedModels: ['x'] }],
    [
      'an operation of elsewhere',
      OPERATIONS,
      {
        operations: [
          {
            name: 'projects/1/locations/europe-west4/endpoints/demand-forecast/operations/1',
          },
        ],
      },
    ],
    [
      'an operation that is a path',
      OPERATIONS,
      { operations: [{ name: '../../../v1/token' }] },
    ],
    [
      'a time that is none',
      OPERATIONS,
      {
        operations: [
          {
            name: 'x',
            metadata: { genericMetadata: { createTime: 'soon' } },
          },
        ],
      },
    ],
  ])('believes nothing of an answer about %s', async (_what, path, json) => {
    const job = await changes.start(CANARY);
    await project.google.fault({ method: 'GET', path, effect: 'merge', json });
    const error = await project.failureOf(changes.read(job));
    expect(error.code).toBe('platform-response-invalid');
  });

  it('shows how far an operation is, and the log of the endpoint, as the person', async () => {
    const job = await changes.start(CANARY);
    const read = async (bytes: number) =>
      project.open().readLogs(await project.callAs('ada'), job, bytes);
    expect(await read(64_000)).toMatch(
      /Operation [0-9]{19} began .*: running, STARTING_DEPLOYMENT$/,
    );
    expect(await read(10)).toHaveLength(10);
    const [request] = await project.google.requests({
      path: '/v2/entries:list',
    });
    expect(JSON.parse(request.body)).toMatchObject({
      resourceNames: ['projects/ml-demo'],
      filter: expect.stringContaining(
        'resource.labels.endpoint_id="demand-forecast"',
      ),
    });
    const moved = await changes.start({
      operation: 'promote',
      resource: SHARED,
      version: '1',
      model: CHURN,
    });
    expect(
      await project.open().readLogs(await project.callAs('ada'), moved, 1000),
    ).toContain('no log');
  });
});
