import { TestDatabases } from '@backstage/backend-test-utils';
import { Config, WorkspaceClient } from '@databricks/sdk-experimental';
import { accessTokenOf, type Person } from 'modelops-simulators';
import { type Portal, startPortal } from './__testUtils__/portal';
import { change, servingOf } from './__testUtils__/serving';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

/** Databricks' own client, signed in to the same workspace as the portal. `loaders: []` keeps the machine's settings out. */
async function officialClientOf(
  { simulators }: Portal,
  person: Person,
): Promise<WorkspaceClient> {
  const { host } = simulators.databricks;
  const token = await accessTokenOf(simulators, person);
  return new WorkspaceClient(
    new Config({
      host,
      loaders: [],
      credentials: {
        name: 'pat',
        configure: async () => async headers =>
          headers.set('authorization', `Bearer ${token}`),
      },
    }),
  );
}

describe('Beside the official client', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal({ databases, databaseId: 'SQLITE_3' });
    await portal.simulators.databricks.setUpdateSeconds(0);
  });
  afterAll(() => portal?.close());

  it('an endpoint that the portal changed reads the same', async () => {
    const started = await change(portal, 'ada', 'deploy', 'deploy', {
      version: '4',
      parameters: { traffic: 10, size: 'Small', scaleToZero: true },
    });
    await portal.until(started.body.id, 'succeeded');

    const { servingEndpoints } = await officialClientOf(portal, 'katherine');
    const endpoint = await servingEndpoints.get({ name: 'fraud-detector' });
    expect(endpoint.state).toMatchObject({
      ready: 'READY',
      config_update: 'NOT_UPDATING',
    });
    const { served } = await servingOf(portal);
    expect(
      endpoint.config!.traffic_config!.routes!.map(route => ({
        id: route.served_model_name,
        share: route.traffic_percentage,
      })),
    ).toEqual(
      served.map(({ id, share }: { id: string; share: number }) => ({
        id,
        share,
      })),
    );
    expect(
      endpoint.config!.served_entities!.map(entity => entity.entity_version),
    ).toEqual(['2', '4']);
  });

  it('what the client changed is what the portal shows, and a change based on before is refused', async () => {
    const { revision } = await servingOf(portal);
    const { servingEndpoints } = await officialClientOf(portal, 'ada');
    const waiter = await servingEndpoints.updateConfig({
      name: 'fraud-detector',
      served_entities: ['2', '4'].map(version => ({
        name: `detector-${version}`,
        entity_name: 'main.fraud.detector',
        entity_version: version,
        workload_size: 'Small',
        scale_to_zero_enabled: true,
      })),
      traffic_config: {
        routes: [
          { served_model_name: 'detector-2', traffic_percentage: 40 },
          { served_model_name: 'detector-4', traffic_percentage: 60 },
        ],
      },
    });
    await waiter.wait();
    const answer = await change(portal, 'ada', 'serve', 'promote', {
      version: '4',
      revision,
    });
    expect([answer.status, answer.body.error.code]).toEqual([
      409,
      'serving-changed',
    ]);
    const form = await portal.call(
      'ada',
      'GET',
      '/v1/models/resource/default/fraud-detector/actions/serve?operation=traffic',
    );
    expect(form.body.defaults).toEqual({ 'detector-2': 40, 'detector-4': 60 });
  });
});
