import type { Entity } from '@backstage/catalog-model';
import type { Simulators } from 'modelops-simulators';
import { demoEntities, modelEntity } from './demoCatalog';
import type { DemoConfig } from './portal';

export const DEMAND = 'resource:default/demand-forecast';
/** Trained on Databricks, served on Vertex AI. */
export const MIXED = 'resource:default/fraud-detector-eu';

const WORKFORCE =
  '//iam.googleapis.com/locations/global/workforcePools/acme/providers/idp';
const WORKLOAD =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/idp';

/** The demo's connection to Vertex AI; one simulator answers for all of Google's hosts. */
function vertexConnection({ google }: Simulators) {
  return {
    platform: 'vertex-ai',
    project: 'ml-demo',
    location: 'europe-west4',
    host: google.host,
    stsHost: google.host,
    iamCredentialsHost: google.host,
    loggingHost: google.host,
    storageHost: google.host,
    insecure: true,
    environment: 'production',
    user: {
      exchange: 'google-federation',
      audience: WORKFORCE,
      userProject: '123456789012',
    },
    reader: {
      exchange: 'google-federation',
      audience: WORKLOAD,
      servicePrincipal: 'modelops-reader@ml-demo.iam.gserviceaccount.com',
    },
    trainingTemplates: {
      'forecast-weekly': {
        customJob: {
          displayName: 'demand-forecast weekly',
          jobSpec: {
            serviceAccount: 'forecast-trainer@ml-demo.iam.gserviceaccount.com',
            workerPoolSpecs: [
              {
                machineSpec: { machineType: 'n1-standard-4' },
                replicaCount: '1',
                containerSpec: {
                  imageUri:
                    'europe-west4-docker.pkg.dev/ml-demo/training/forecast-trainer:3',
                  args: [
                    '--epochs',
                    '{{epochs}}',
                    '--learning-rate',
                    '{{learning_rate}}',
                  ],
                  env: [
                    { name: 'MODEL', value: 'demand-forecast' },
                    { name: 'MODELOPS_RUN_ID', value: '{{modelops.runId}}' },
                  ],
                },
              },
            ],
          },
        },
        parameters: {
          epochs: { type: 'integer', default: 5, minimum: 1, maximum: 50 },
          learning_rate: {
            type: 'number',
            default: 0.05,
            minimum: 0.0001,
            maximum: 1,
          },
        },
      },
    },
  };
}

const ROLES = [
  {
    name: 'forecast-ml-engineer',
    members: [{ group: 'group:default/forecasting' }],
    allow: [
      {
        actions: ['read', 'train', 'cancel'],
        resources: [
          'vertex-demo:training-template/forecast-weekly',
          'vertex-demo:model/demand-forecast',
        ],
        ownedByMember: true,
        parameters: {
          epochs: { minimum: 1, maximum: 20 },
          learning_rate: { minimum: 0.0001, maximum: 1 },
        },
        limits: { concurrentRuns: 2 },
      },
      {
        actions: ['read', 'deploy', 'serve', 'predict'],
        resources: ['vertex-demo:endpoint/*', 'vertex-demo:model/*'],
        ownedByMember: true,
        createEndpoints: true,
      },
    ],
  },
  {
    name: 'forecast-reader',
    members: [{ group: 'group:default/growth' }],
    allow: [{ actions: ['read'], resources: ['vertex-demo:*'] }],
  },
];

/** Models of the demo, those on Vertex AI included. */
export function vertexEntities(): Entity[] {
  return [
    ...demoEntities(),
    modelEntity('demand-forecast', {
      owner: 'group:default/forecasting',
      annotations: {
        'modelops/model': 'vertex-demo:model/demand-forecast',
        'modelops/train': 'vertex-demo:training-template/forecast-weekly',
        'modelops/deploy':
          'vertex-demo:endpoint/demand-forecast, vertex-demo:endpoint/shared-scores, vertex-demo:endpoint/demand-new',
      },
    }),
    modelEntity('fraud-detector-eu', {
      annotations: {
        'modelops/train': 'databricks-demo:job/8123',
        'modelops/model': 'vertex-demo:model/fraud-detector-eu',
        'modelops/serve': 'vertex-demo:endpoint/fraud-detector-eu',
      },
    }),
  ];
}

/** app-config of the demo with Vertex AI beside Databricks. */
export function withVertex(demo: DemoConfig, simulators: Simulators) {
  const { modelops } = demo;
  return {
    ...demo,
    modelops: {
      ...modelops,
      connections: {
        ...modelops.connections,
        'vertex-demo': vertexConnection(simulators),
      },
      roles: [...modelops.roles, ...ROLES],
    },
  };
}
