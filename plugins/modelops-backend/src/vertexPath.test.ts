import { TestDatabases } from '@backstage/backend-test-utils';
import type { Simulators } from 'modelops-simulators';
import { newKey, type Portal, useSimulators } from './__testUtils__/portal';
import { change } from './__testUtils__/serving';
import { DEMAND, MIXED } from './__testUtils__/vertexDemo';
import { startVertexPortal } from './__testUtils__/vertexPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const MODEL = '/v1/models/resource/default/demand-forecast';
const ADA =
  'principal://iam.googleapis.com/locations/global/workforcePools/acme/subject/ada@acme.example';
const READER = 'modelops-reader@ml-demo.iam.gserviceaccount.com';

const simulators = useSimulators({ manualRuns: true });

async function sharesAt(
  { google }: Simulators,
  endpoint = 'demand-forecast',
): Promise<Record<string, number>> {
  const found = await google.endpoint(endpoint);
  return Object.fromEntries(
    (found?.deployed ?? []).map(({ model, version, share }) => [
      `${model} ${version}`,
      share,
    ]),
  );
}

/** The endpoint is deployed to as soon as it is asked for. */
async function finishDeploy({ google }: Simulators, endpoint: string) {
  for (const name of (await google.endpoint(endpoint))?.running ?? [])
    await google.finishOperation(name);
}

describe.each(databases.eachSupportedId())(
  'From a training on Vertex AI to its rollback on %s',
  databaseId => {
    let portal: Portal;
    beforeEach(async () => {
      portal = await startVertexPortal({
        databases,
        databaseId,
        simulators: simulators(),
      });
    });
    afterEach(() => portal?.close());

    const accepted = (started: { status: number; body: any }): string => {
      expect([started.status, started.body]).toEqual([202, expect.anything()]);
      return started.body.id;
    };
    const demand = (
      action: 'deploy' | 'serve',
      operation: string,
      options: Parameters<typeof change>[4] = {},
    ) =>
      change(portal, 'ada', action, operation, {
        entityRef: DEMAND,
        ...options,
      });

    it('trains as the person, and the version it makes is known by its run', async () => {
      const { google } = portal.simulators;
      const id = accepted(
        await portal.train('ada', {
          entityRef: DEMAND,
          parameters: { epochs: 3, learning_rate: 0.05 },
        }),
      );
      await portal.until(id, 'submitted');
      const [job] = await google.jobs();
      expect(job).toMatchObject({
        creator: ADA,
        serviceAccount: 'forecast-trainer@ml-demo.iam.gserviceaccount.com',
        labels: { 'modelops-run-id': id },
        parameters: { epochs: '3', learning_rate: '0.05' },
      });
      await google.advanceJob(job.name, { to: 'SUCCEEDED' });
      const run = await portal.until(id, 'succeeded');
      expect(run).toMatchObject({
        platformRunId: `customJobs/${job.id}`,
        runsAs: { kind: 'person', principal: ADA },
      });
      const result = await portal.call('ada', 'GET', `/v1/runs/${id}/result`);
      expect(result.body).toMatchObject({
        modelVersion: { model: 'demand-forecast', version: '3' },
        metrics: expect.arrayContaining([
          { name: 'auRoc', value: expect.any(Number) },
        ]),
      });
      const { body } = await portal.call('ada', 'GET', `${MODEL}/versions/3`);
      expect(body).toMatchObject({
        parameters: { epochs: '3', learning_rate: '0.05' },
        sourceJob: { runId: id },
      });
      const logs = await portal.call('ada', 'GET', `/v1/runs/${id}/logs`);
      expect(logs.text).toContain('epoch');
    });

    it('deploys as a canary, asks, promotes and rolls back, all of it in the ledger', async () => {
      const form = await portal.call(
        'ada',
        'GET',
        `${MODEL}/actions/deploy?operation=deploy`,
      );
      expect(form.body).toMatchObject({
        runsAs: { principal: ADA },
        serving: { state: 'ready', revision: expect.any(String) },
      });
      const deployed = accepted(
        await demand('deploy', 'deploy', {
          version: '2',
          revision: form.body.serving.revision,
          parameters: { traffic: 10 },
        }),
      );
      await portal.until(deployed, 'running');
      await finishDeploy(portal.simulators, 'demand-forecast');
      await portal.until(deployed, 'succeeded');
      expect(await sharesAt(portal.simulators)).toEqual({
        'demand-forecast 1': 90,
        'demand-forecast 2': 10,
      });
      const answer = await portal.call('ada', 'POST', '/v1/predictions', {
        body: { entityRef: DEMAND, instances: [await example()] },
      });
      expect([answer.status, answer.body]).toEqual([
        200,
        {
          predictions: [expect.anything()],
          version: expect.stringMatching(/^[12]$/),
          latencyMs: expect.any(Number),
        },
      ]);
      for (const [operation, options, shares] of [
        ['promote', { version: '2' }, [0, 100]],
        ['rollback', {}, [90, 10]],
      ] as const) {
        const run = accepted(await demand('serve', operation, options));
        await portal.until(run, 'succeeded');
        expect(Object.values(await sharesAt(portal.simulators))).toEqual(
          shares,
        );
      }
      const stopped = accepted(await demand('serve', 'stop', { version: '2' }));
      await portal.until(stopped, 'running', 'succeeded');
      await finishDeploy(portal.simulators, 'demand-forecast');
      await portal.until(stopped, 'succeeded');
      expect(await sharesAt(portal.simulators)).toEqual({
        'demand-forecast 1': 100,
      });
      const entries = await portal.entries();
      const ofCode = (code: string) =>
        entries.filter(entry => entry.code === code);
      expect(ofCode('run.succeeded').map(({ operation }) => operation)).toEqual(
        ['deploy', 'promote', 'rollback', 'stop'],
      );
      // Google does not tell a federated person who they are.
      expect(ofCode('run.exchanged').map(({ principal }) => principal)).toEqual(
        Array(4).fill('unconfirmed'),
      );
    });

    it('creates an endpoint where the rule allows it, and keeps what others serve', async () => {
      await portal.simulators.google.setDeploySeconds(0.5);
      const created = accepted(
        await demand('deploy', 'deploy', {
          version: '2',
          target: 'vertex-demo:endpoint/demand-new',
          revision: 'absent',
          parameters: { traffic: 100 },
        }),
      );
      await portal.until(created, 'succeeded');
      expect(await sharesAt(portal.simulators, 'demand-new')).toEqual({
        'demand-forecast 2': 100,
      });

      const shared = 'vertex-demo:endpoint/shared-scores';
      const beside = accepted(
        await demand('deploy', 'deploy', {
          version: '2',
          target: shared,
          parameters: { traffic: 30 },
        }),
      );
      await portal.until(beside, 'succeeded');
      expect(await sharesAt(portal.simulators, 'shared-scores')).toEqual({
        'churn-score 1': 60,
        'demand-forecast 1': 10,
        'demand-forecast 2': 30,
      });
    });

    it('follows an operation to its end after a restart', async () => {
      const run = accepted(
        await demand('deploy', 'deploy', {
          version: '2',
          parameters: { traffic: 10 },
        }),
      );
      await portal.until(run, 'running');
      const again = await startVertexPortal({
        databases,
        databaseId,
        simulators: portal.simulators,
        db: portal.db,
      });
      try {
        await finishDeploy(portal.simulators, 'demand-forecast');
        await again.until(run, 'succeeded');
        const deploys = await portal.simulators.google.requests({
          method: 'POST',
        });
        expect(
          deploys.filter(({ path }) => path.endsWith(':deployModel')),
        ).toHaveLength(1);
      } finally {
        await again.close();
      }
    });

    it('shows one model that is trained on Databricks and served on Vertex AI', async () => {
      const { body } = await portal.call(
        'ada',
        'GET',
        '/v1/models/resource/default/fraud-detector-eu',
      );
      expect(
        body.actions.map(({ operation, binding, allowed }: any) => [
          operation,
          binding?.platform,
          allowed,
        ]),
      ).toEqual([
        ['start', 'databricks', true],
        ['deploy', undefined, false],
        ['set-alias', 'vertex-ai', true],
        ['traffic', 'vertex-ai', true],
      ]);
      const trained = accepted(
        await portal.train('ada', {
          entityRef: MIXED,
          parameters: { epochs: 2 },
        }),
      );
      await portal.until(trained, 'submitted');
      const [job] = await portal.simulators.databricks.runs();
      await portal.simulators.databricks.advanceRun(job.runId, {
        to: 'TERMINATED',
      });
      await portal.until(trained, 'succeeded');
      const promoted = accepted(
        await change(portal, 'ada', 'serve', 'promote', {
          entityRef: MIXED,
          version: '2',
        }),
      );
      await portal.until(promoted, 'succeeded');
      expect(await sharesAt(portal.simulators, 'fraud-detector-eu')).toEqual({
        'fraud-detector-eu 1': 0,
        'fraud-detector-eu 2': 100,
      });
    });

    it('reads as the person what the person sees, and through the reader what runs', async () => {
      const id = accepted(await portal.train('ada', { entityRef: DEMAND }));
      await portal.until(id, 'submitted');
      await portal.reconcile();
      await portal.call('grace', 'GET', `${MODEL}/versions`);
      const asked = await portal.simulators.google.requests();
      const principalsOf = (path: RegExp) => [
        ...new Set(
          asked
            .filter(request => path.test(request.path))
            .map(({ principal }) => principal),
        ),
      ];
      expect(principalsOf(/models\/demand-forecast:listVersions$/)).toEqual([
        ADA.replace('ada', 'grace'),
      ]);
      expect(
        asked
          .filter(
            ({ method, path }) =>
              method === 'POST' && path.endsWith('/customJobs'),
          )
          .map(({ principal }) => principal),
      ).toEqual([ADA]);
      expect(principalsOf(/\/customJobs/)).toEqual(
        expect.arrayContaining([ADA, READER]),
      );
    });

    it('starts one job for one key, and for two at once', async () => {
      const idempotencyKey = newKey();
      const answers = await Promise.all(
        [1, 2, 3].map(() =>
          portal.train('ada', { entityRef: DEMAND, idempotencyKey }),
        ),
      );
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      await portal.until(answers[0].body.id, 'submitted');
      expect(await portal.simulators.google.jobs()).toHaveLength(1);
    });

    async function example(): Promise<unknown> {
      const { body } = await portal.call(
        'ada',
        'GET',
        `${MODEL}/prediction-form`,
      );
      expect(body).toMatchObject({
        byTrafficOnly: true,
        fields: expect.arrayContaining([
          expect.objectContaining({ name: 'price' }),
        ]),
      });
      return body.example;
    }
  },
);
