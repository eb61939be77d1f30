import { setTimeout as sleep } from 'node:timers/promises';
import { TestDatabases } from '@backstage/backend-test-utils';
import { TcpProxy } from 'modelops-simulators';
import { demoEntities, modelEntity } from './__testUtils__/demoCatalog';
import {
  type Portal,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

/** Longer than the answer of a reading is used for. */
const ANSWERS_FRESH_MS = 5_200;
/** Far above the 10 s that a reading may take. */
const READING_ENDS_MS = 20_000;

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
          annotations: {
            'modelops/model': 'databricks-far:model/main.fraud.detector',
            'modelops/train': 'databricks-far:job/8123',
          },
        }),
        modelEntity('served-far-away', {
          annotations: {
            'modelops/model': 'databricks-demo:model/main.fraud.detector',
            'modelops/serve': 'databricks-far:endpoint/fraud-detector',
          },
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
        roles[0].allow[0].resources.push('databricks-far:*');
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

  it('has its last good versions shown, and keeps no others from being listed', async () => {
    const versionsOf = async (entity: string) => {
      const { status, body } = await portal.call(
        'ada',
        'GET',
        `/v1/models/resource/default/${entity}/versions`,
      );
      expect(status).toBe(200);
      return body;
    };
    // The list waits for the endpoint for a while only, and a cold start may take longer: it is asked first.
    await portal.call(
      'ada',
      'GET',
      '/v1/models/resource/default/served-far-away/serving',
    );
    const served = await versionsOf('served-far-away');
    expect(
      served.items.flatMap(({ servedBy }: { servedBy: unknown[] }) => servedBy),
    ).toEqual([
      { target: 'databricks-far:endpoint/fraud-detector', share: 100 },
    ]);
    const good = await versionsOf('far-away');

    await sleep(ANSWERS_FRESH_MS);
    wire.fault({ effect: 'silence', after: { of: 'answer', bytes: 0 } });
    const [last, near] = await Promise.all([
      soonEnough(versionsOf('far-away')),
      soonEnough(versionsOf('served-far-away')),
    ]);
    expect(last).toMatchObject({
      items: good.items,
      freshness: {
        readAt: good.freshness.readAt,
        failure: { code: 'platform-unreachable' },
      },
    });
    expect(near.freshness.failure).toBeUndefined();
    expect(near.items).toEqual(
      served.items.map((item: object) => ({ ...item, servedBy: [] })),
    );
  });
});

/** What comes within the deadline of a reading and some more. */
async function soonEnough<T>(coming: Promise<T>): Promise<T> {
  const began = Date.now();
  const come = await coming;
  expect(Date.now() - began).toBeLessThan(READING_ENDS_MS);
  return come;
}
