import path from 'node:path';
import type { Simulators } from 'modelops-simulators';
import type { DatabaseUnderTest } from '../databases';

/** The models and people of the demo. */
const CATALOG = path.resolve(__dirname, '../../../../examples/demo');
/** Ada's job of the demo. */
const JOB = 'databricks-demo:job/8123';
/** More than a benchmark starts: it measures what a limit costs, and is not stopped by it. */
const NO_LIMIT = 1_000_000;

/** app-config of the demo's portal, with a proxy to the platform beside the gate. */
export function portalConfig(options: {
  port: number;
  database: DatabaseUnderTest['config'];
  simulators: Simulators;
  /** What the proxy shows the platform for everybody. */
  platformToken: string;
  /** More of `catalog`. */
  catalog: object;
}): object {
  const { port, database, simulators, platformToken, catalog } = options;
  const baseUrl = `http://127.0.0.1:${port}`;
  return {
    app: { baseUrl },
    backend: {
      baseUrl,
      listen: { host: '127.0.0.1', port },
      database,
    },
    permission: { enabled: true },
    // Signs in as Ada without a browser; the token is the auth backend's own.
    auth: { providers: { guest: { userEntityRef: 'user:default/ada' } } },
    catalog: {
      rules: [{ allow: ['User', 'Group', 'Component', 'Resource'] }],
      locations: ['people.yaml', 'models.yaml'].map(file => ({
        type: 'file',
        target: path.join(CATALOG, file),
      })),
      ...catalog,
    },
    proxy: {
      endpoints: {
        '/databricks': {
          target: simulators.databricks.host,
          headers: { Authorization: `Bearer ${platformToken}` },
        },
      },
    },
    modelops: {
      trustedLocations: [`file:${CATALOG}/`],
      identity: {
        authProvider: 'guest',
        issuer: simulators.idp.issuer,
        audience: 'backstage',
        insecure: true,
        bindBy: 'emailMatchingUserEntityProfileEmail',
        workload: {
          clientId: 'backstage-reader',
          clientSecret: 'modelops-demo-reader-secret',
        },
      },
      connections: {
        'databricks-demo': {
          platform: 'databricks',
          host: simulators.databricks.host,
          insecure: true,
          environment: 'production',
          user: { exchange: 'databricks-federation', scopes: ['all-apis'] },
          reader: {
            exchange: 'databricks-federation',
            servicePrincipal: '11111111-1111-4111-8111-111111111111',
          },
        },
      },
      roles: [
        {
          name: 'fraud-ml-engineer',
          members: [{ group: 'group:default/fraud-ml' }],
          allow: [
            {
              actions: ['read', 'train', 'cancel'],
              resources: [JOB, 'databricks-demo:model/main.fraud.*'],
              environments: ['production'],
              ownedByMember: true,
              parameters: { epochs: { minimum: 1, maximum: 20 } },
              limits: { concurrentRuns: NO_LIMIT },
            },
          ],
        },
      ],
    },
  };
}
