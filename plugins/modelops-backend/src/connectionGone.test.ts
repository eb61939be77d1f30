import { TestDatabases } from '@backstage/backend-test-utils';
import type { JsonObject } from '@backstage/types';
import { useSimulators, type Portal } from './__testUtils__/portal';
import { startVertexPortal } from './__testUtils__/vertexPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const HOUR_MS = 3_600_000;
const simulators = useSimulators({ manualRuns: true });

describe('A run whose connection is gone from app-config', () => {
  const portals: Portal[] = [];
  afterEach(async () => {
    for (const portal of portals.splice(0)) await portal.close();
  });

  /** A replica of a portal, or a portal, with connections of its own. */
  async function start(
    options: {
      replicaOf?: Portal;
      connections?: (connections: Record<string, JsonObject>) => JsonObject;
    } = {},
  ): Promise<Portal> {
    const { connections, replicaOf } = options;
    const portal = await startVertexPortal({
      databases,
      databaseId: 'SQLITE_3',
      db: replicaOf?.db,
      simulators: simulators(),
      config: config => {
        if (!connections) return config;
        const { modelops } = config;
        return {
          ...config,
          modelops: {
            ...modelops,
            connections: connections(modelops.connections as never),
            roles: [],
          },
        } as never;
      },
    });
    portals.push(portal);
    return portal;
  }

  async function rowOf(portal: Portal, runId: string) {
    return portal
      .db('runs')
      .where({ run_id: runId })
      .first('state', 'failure_code', 'failure_message', 'reads_failed');
  }

  it.each<[string, (connections: Record<string, JsonObject>) => JsonObject]>([
    ['was taken out', ({ 'databricks-demo': _, ...others }) => others],
    [
      'now is one to another platform',
      ({ 'vertex-demo': vertex }) => ({ 'databricks-demo': vertex }),
    ],
  ])(
    'and %s stays as it is for a day, and goes on when that was a mistake',
    async (_how, connections) => {
      const portal = await start();
      const { body } = await portal.train('ada');
      await portal.until(body.id, 'submitted');
      const [job] = await simulators().databricks.runs();
      await simulators().databricks.advanceRun(job.runId, { to: 'RUNNING' });
      await portal.until(body.id, 'running');
      await portal
        .db('runs')
        .where({ run_id: body.id })
        .update({ requested_at: new Date(Date.now() - 30 * HOUR_MS) });

      const mistaken = await start({ replicaOf: portal, connections });
      await mistaken.reconcile();
      await mistaken.reconcile();
      expect(await rowOf(portal, body.id)).toMatchObject({
        state: 'running',
        reads_failed: 2,
      });
      expect(mistaken.logs.join('\n')).not.toContain('TypeError');
      await simulators().databricks.advanceRun(job.runId, { to: 'TERMINATED' });
      await portal.until(body.id, 'succeeded');
    },
  );

  it('is closed when it has been so for a day', async () => {
    const portal = await start();
    const { body } = await portal.train('ada');
    await portal.until(body.id, 'submitted');
    await portal
      .db('runs')
      .where({ run_id: body.id })
      .update({
        requested_at: new Date(Date.now() - 30 * HOUR_MS),
        reads_failed: 730,
      });
    const without = await start({
      replicaOf: portal,
      connections: ({ 'databricks-demo': _, ...others }) => others,
    });
    await without.reconcile();
    expect(await rowOf(portal, body.id)).toMatchObject({
      state: 'lost',
      failure_code: 'job-unclear',
      failure_message: expect.stringContaining('no longer in app-config'),
    });
  });
});

describe('A run that never had a job', () => {
  it('says so to whoever asks for its log', async () => {
    const portal = await startVertexPortal({
      databases,
      databaseId: 'SQLITE_3',
      simulators: simulators(),
    });
    await simulators().databricks.fault({
      path: '/api/2.2/jobs/run-now',
      effect: 'status',
      status: 403,
    });
    const { body } = await portal.train('ada');
    const run = await portal.until(body.id, 'failed');
    const log = await portal.call('ada', 'GET', `/v1/runs/${run.id}/logs`);
    expect([log.status, log.body.error.code]).toEqual([409, 'run-without-job']);
    await portal.close();
  });
});
