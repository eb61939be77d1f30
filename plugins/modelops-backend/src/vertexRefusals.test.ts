import { TestDatabases } from '@backstage/backend-test-utils';
import type { Simulators } from 'modelops-simulators';
import { type Portal, useSimulators } from './__testUtils__/portal';
import { change } from './__testUtils__/serving';
import { DEMAND } from './__testUtils__/vertexDemo';
import { startVertexPortal } from './__testUtils__/vertexPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const MODEL = '/v1/models/resource/default/demand-forecast';
const ENGINEERS =
  'principalSet://iam.googleapis.com/locations/global/workforcePools/acme/group/ml-engineers';
const TRAINER = 'forecast-trainer@ml-demo.iam.gserviceaccount.com';

const simulators = useSimulators({ manualRuns: true });

describe('Google refuses', () => {
  let portal: Portal;
  // Its first models are trained when it starts, which takes longer than a read may on a busy machine.
  beforeAll(async () => {
    await simulators().google.models();
  }, 60_000);
  const start = (config?: Parameters<typeof startVertexPortal>[0]['config']) =>
    startVertexPortal({
      databases,
      databaseId: 'SQLITE_3',
      simulators: simulators(),
      config,
    });
  beforeEach(async () => {
    portal = await start();
  });
  afterEach(() => portal?.close());

  const train = () => portal.train('ada', { entityRef: DEMAND });
  /** How the run of an accepted request ended. */
  const endOf = async ({ status, body }: { status: number; body: any }) => {
    expect([status, body]).toEqual([202, expect.anything()]);
    return portal.until(body.id, 'failed');
  };

  it.each<
    [string, (google: Simulators['google']) => Promise<void>, string, RegExp]
  >([
    [
      'a provider that is disabled',
      google => google.setProvider('workforce', { disabled: true }),
      'exchange-refused',
      /no such pool or provider, or it is disabled/,
    ],
    [
      'a token for another client',
      google => google.setProvider('workforce', { audiences: ['another'] }),
      'exchange-refused',
      /'aud' claim of the ID token \('backstage'\) has to be the client id/,
    ],
    [
      'a token of another issuer',
      google =>
        google.setProvider('workforce', { issuer: 'https://other.example' }),
      'exchange-refused',
      /another issuer/,
    ],
    [
      'whom the attribute condition leaves out',
      google =>
        google.setAttributeCondition("assertion.email == 'x@y.example'"),
      'exchange-refused',
      /attribute condition/,
    ],
    [
      'who may not use the project that calls are counted on',
      google => google.revoke('serviceusage.services.use', ENGINEERS),
      'platform-permission-denied',
      /serviceusage\.services\.use .*userProject/,
    ],
    [
      'who has no role to train',
      google => google.revoke('aiplatform.customJobs.create', ENGINEERS),
      'platform-permission-denied',
      /aiplatform\.customJobs\.create is missing in project ml-demo/,
    ],
    [
      'who may not run jobs as the service account of the template',
      google => google.revoke('iam.serviceAccounts.actAs', ENGINEERS),
      'platform-permission-denied',
      new RegExp(`actAs is missing on ${TRAINER}`),
    ],
    [
      'more than the quota',
      google => google.exceedQuota('custom_model_training_cpus'),
      'platform-quota-exceeded',
      /quota of project ml-demo is used up .*custom_model_training_cpus.*n1-standard-4/,
    ],
  ])('%s, with a sentence of its own', async (_who, refuse, code, sentence) => {
    await refuse(simulators().google);
    const answer = await train();
    const said =
      answer.status === 202
        ? (await endOf(answer)).failure
        : { code: answer.body.error.code, message: answer.body.error.message };
    expect(said).toEqual({ code, message: expect.stringMatching(sentence) });
    expect(await simulators().google.jobs()).toEqual([]);
  });

  it('a job that fails later because the quota is used up, with what was asked for', async () => {
    const { body } = await train();
    await portal.until(body.id, 'submitted');
    const [job] = await simulators().google.jobs();
    await simulators().google.advanceJob(job.name, { code: 8 });
    const { failure } = await portal.until(body.id, 'failed');
    expect(failure).toEqual({
      code: 'job-quota-exceeded',
      message: expect.stringMatching(/quota.*n1-standard-4/i),
    });
  });

  it('Katherine, who may read everything here, and nothing on Google Cloud', async () => {
    const { status, body } = await portal.call(
      'katherine',
      'GET',
      `${MODEL}/versions`,
    );
    expect([status, body.error]).toEqual([
      503,
      expect.objectContaining({
        code: 'platform-permission-denied',
        message: expect.stringMatching(/serviceusage\.services\.use/),
      }),
    ]);
  });

  it('Grace what only ours would allow: she looks, and moves nothing', async () => {
    const versions = await portal.call('grace', 'GET', `${MODEL}/versions`);
    expect(versions.body.items).toHaveLength(2);
    const before = await simulators().google.endpoint('demand-forecast');
    const moved = await change(portal, 'grace', 'serve', 'promote', {
      entityRef: DEMAND,
      version: '1',
    });
    expect([moved.status, moved.body.error.code]).toEqual([
      403,
      'role-missing',
    ]);
    expect(await simulators().google.endpoint('demand-forecast')).toEqual(
      before,
    );
  });

  it('to put a version where somebody else has put one since, also where there was nothing', async () => {
    const target = 'vertex-demo:endpoint/demand-new';
    const form = await portal.call(
      'ada',
      'GET',
      `${MODEL}/actions/deploy?operation=deploy&target=${encodeURIComponent(
        target,
      )}`,
    );
    expect(form.body.serving).toEqual({ state: 'absent', served: [] });
    await simulators().google.changeEndpoint('demand-new', {
      serves: [{ model: 'demand-forecast', version: '1', share: 100 }],
    });
    const before = await simulators().google.endpoint('demand-new');
    const answer = await change(portal, 'ada', 'deploy', 'deploy', {
      entityRef: DEMAND,
      target,
      version: '2',
      revision: 'absent',
      parameters: { traffic: 100 },
    });
    expect([answer.status, answer.body.error.code]).toEqual([
      409,
      'serving-changed',
    ]);
    expect(await simulators().google.endpoint('demand-new')).toEqual(before);
  });

  it('an undeployment after the traffic was moved: the run says so, and a rollback gives back what was before it', async () => {
    const { google } = simulators();
    await google.changeEndpoint('demand-forecast', {
      serves: [
        { model: 'demand-forecast', version: '1', share: 50 },
        { model: 'demand-forecast', version: '2', share: 50 },
      ],
    });
    const moved = await change(portal, 'ada', 'serve', 'promote', {
      entityRef: DEMAND,
      version: '2',
    });
    await portal.until(moved.body.id, 'succeeded');
    const back = await change(portal, 'ada', 'serve', 'rollback', {
      entityRef: DEMAND,
    });
    await portal.until(back.body.id, 'succeeded');
    const stopped = await change(portal, 'ada', 'serve', 'stop', {
      entityRef: DEMAND,
      version: '2',
    });
    await portal.until(stopped.body.id, 'running');
    await google.finishOperation('demand-forecast', {
      failure: { message: 'x' },
    });
    const run = await portal.until(stopped.body.id, 'failed');
    expect(run.failure?.message).toContain('Stop it again');
    const { body } = await portal.call('ada', 'GET', `${MODEL}/serving`);
    const shares = body.served.map((one: any) => [one.version, one.share]);
    expect(shares.sort()).toEqual([
      ['1', 100],
      ['2', 0],
    ]);
    expect(body.rollback).toMatchObject({ runId: stopped.body.id });
    expect(Object.values(body.rollback.shares)).toEqual([50, 50]);
  });

  it('nobody to become a service account with somebody else’s token', async () => {
    await portal.close();
    portal = await start(config => {
      config.modelops.roles.unshift({
        name: 'as-deployer',
        members: [{ group: 'group:default/forecasting' }],
        allow: [
          {
            actions: ['read', 'deploy', 'serve'],
            resources: [
              'vertex-demo:endpoint/demand-forecast',
              'vertex-demo:model/demand-forecast',
            ],
            as: {
              servicePrincipal:
                'forecast-deployer@ml-demo.iam.gserviceaccount.com',
            },
          },
        ],
      });
      return config;
    });
    const { google } = simulators();
    await google.changeEndpoint('demand-forecast', {
      serves: [
        { model: 'demand-forecast', version: '1', share: 100 },
        { model: 'demand-forecast', version: '2', share: 0 },
      ],
    });
    const promoted = await change(portal, 'ada', 'serve', 'promote', {
      entityRef: DEMAND,
      version: '2',
    });
    expect([promoted.status, promoted.body]).toEqual([202, expect.anything()]);
    const run = await portal.until(promoted.body.id, 'succeeded');
    expect(run.runsAs).toEqual({
      kind: 'service-principal',
      principal: 'forecast-deployer@ml-demo.iam.gserviceaccount.com',
      through: 'person',
    });
    const impersonations = (await google.requests({ method: 'POST' })).filter(
      ({ path }) => path.includes('forecast-deployer@'),
    );
    // With the token that Ada's own ID token was exchanged for.
    expect(impersonations.map(({ principal }) => principal)).toEqual([
      'principal://iam.googleapis.com/locations/global/workforcePools/acme/subject/ada@acme.example',
    ]);
  });
});
