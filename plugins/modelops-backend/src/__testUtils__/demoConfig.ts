import type { Simulators } from 'modelops-simulators';

/** app-config of the demo, with the addresses of these simulators. */
export function demoConfig(
  simulators:
    | { idp: { issuer: string }; databricks: { host: string } }
    | Simulators,
) {
  return {
    backend: { baseUrl: 'http://localhost:7007' },
    modelops: {
      trustedLocations: ['url:https://git.acme.example/ml/'],
      identity: {
        authProvider: 'oidc',
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
              resources: [
                'databricks-demo:job/8123',
                'databricks-demo:model/main.fraud.*',
              ],
              environments: ['production'],
              ownedByMember: true,
              parameters: {
                epochs: { minimum: 1, maximum: 20 },
                learning_rate: { minimum: 0.0001, maximum: 1 },
                class_weight: { enum: ['balanced', 'none'] },
              },
              limits: { concurrentRuns: 2 },
            },
            {
              actions: ['read', 'deploy', 'serve', 'predict'],
              resources: [
                'databricks-demo:endpoint/fraud-*',
                'databricks-demo:endpoint/payments-shared',
                'databricks-demo:model/main.fraud.*',
              ],
              environments: ['production'],
              ownedByMember: true,
              createEndpoints: true,
              parameters: { size: { enum: ['Small', 'Medium'] } },
              limits: { concurrentRuns: 4, predictionsPerMinute: 60 },
            },
          ],
        },
        {
          name: 'growth-data-scientist',
          members: [{ group: 'group:default/growth' }],
          allow: [
            {
              actions: ['read', 'train', 'cancel'],
              resources: [
                'databricks-demo:job/8124',
                'databricks-demo:model/main.growth.*',
              ],
              ownedByMember: true,
            },
            {
              actions: ['read', 'deploy', 'serve', 'predict'],
              resources: [
                'databricks-demo:endpoint/payments-shared',
                'databricks-demo:model/main.growth.*',
              ],
              ownedByMember: true,
            },
          ],
        },
        {
          name: 'fraud-reader',
          members: [{ group: 'group:default/growth' }],
          allow: [
            {
              actions: ['read'],
              resources: [
                'databricks-demo:job/8123',
                'databricks-demo:model/main.fraud.*',
                'databricks-demo:endpoint/fraud-*',
              ],
            },
          ],
        },
        {
          name: 'staff-reader',
          members: [
            { group: 'group:default/growth' },
            { group: 'group:default/fraud-ml' },
          ],
          allow: [
            {
              actions: ['read'],
              resources: ['databricks-demo:model/main.hr.*'],
            },
          ],
        },
        {
          name: 'platform-admin',
          members: [{ claims: { groups: 'platform-admins' } }],
          allow: [
            { actions: ['read'], resources: ['*'] },
            { actions: ['audit', 'administer'] },
          ],
        },
        {
          name: 'auditor',
          members: [{ group: 'group:default/security' }],
          allow: [
            { actions: ['read'], resources: ['*'] },
            { actions: ['audit'] },
          ],
        },
      ] as Array<Record<string, any>>,
    },
  };
}
