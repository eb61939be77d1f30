import { TestDatabases } from '@backstage/backend-test-utils';
import { TcpProxy } from 'modelops-simulators';
import { demoEntities, modelEntity } from './__testUtils__/demoCatalog';
import {
  type Portal,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

describe('A connection that falls silent', () => {
  const simulators = useSimulators();
  let wire: TcpProxy;
  let portal: Portal;
  beforeEach(async () => {
    wire = await TcpProxy.start(simulators().databricks.host);
    portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      simulators: simulators(),
      entities: [
        ...demoEntities(),
        modelEntity('far-away', {
          annotations: { 'modelops/train': 'databricks-far:job/8123' },
        }),
      ],
      config: config => {
        const { connections, roles } = config.modelops;
        Object.assign(connections, {
          'databricks-far': {
            ...connections['databricks-demo'],
            host: wire.url,
          },
        });
        roles[0].allow[0].resources.push('databricks-far:job/8123');
        return config;
      },
    });
  });
  afterEach(async () => {
    await wire?.close(); // ends what still waits for it
    await portal?.close();
  });

  it('does not keep the runs of another from being followed to their end', async () => {
    const far = await portal.train('ada', {
      entityRef: 'resource:default/far-away',
    });
    expect(far.body.state).toBe('submitted');
    const near = await portal.train('ada');
    wire.fault({ effect: 'silence', after: { of: 'answer', bytes: 0 } });
    // Each tick waits 4 s for the silent one; if it waited for its whole deadline, this would not end in time.
    expect((await portal.until(near.body.id, 'succeeded')).state).toBe(
      'succeeded',
    );
    const still = await portal.call('ada', 'GET', `/v1/runs/${far.body.id}`);
    expect(still.body.state).toBe('submitted');
  });
});
