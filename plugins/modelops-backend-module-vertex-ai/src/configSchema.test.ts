import { resolve } from 'node:path';
import { DeclaredConfig } from 'backstage-plugin-modelops-node/testUtils';
import { readerSettings, userSettings } from './google/exchangeSettings';
import { connectionSettings } from './vertexSettings';

let config: DeclaredConfig;
beforeAll(async () => {
  config = await DeclaredConfig.of(resolve(__dirname, '..'));
}, 60_000);

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Keys = Record<string, Json>;

const WORKFORCE =
  '//iam.googleapis.com/locations/global/workforcePools/acme/providers/okta';
const WORKLOAD =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/okta';
const LEAST = { project: 'ml-prod', location: 'europe-west4' };
const PEOPLE = { audience: WORKFORCE, userProject: 'ml-prod' };
const READER = {
  audience: WORKLOAD,
  servicePrincipal: 'reader@ml-prod.iam.gserviceaccount.com',
};
const TEMPLATE = {
  title: 'Weekly',
  customJob: {
    displayName: 'weekly',
    labels: { team: 'fraud' },
    jobSpec: {
      serviceAccount: 'trainer@ml-prod.iam.gserviceaccount.com',
      scheduling: { timeout: '3600s', restartJobOnWorkerRestart: false },
      workerPoolSpecs: [
        {
          machineSpec: { machineType: '{{machine}}' },
          replicaCount: 1,
          containerSpec: {
            imageUri: 'example/trainer:1',
            args: ['--epochs', '{{epochs}}'],
            env: [{ name: 'RATE', value: '{{rate}}' }],
          },
        },
      ],
    },
  },
  parameters: {
    epochs: { type: 'integer', default: 5, minimum: 1, maximum: 50 },
    rate: { type: 'number', title: 'Rate', description: 'Of learning' },
    machine: { type: 'string', enum: ['n1-standard-4', 'n1-standard-8'] },
  },
} as const satisfies Keys;

/** Whether config.d.ts and the schemas of the module take a connection; the backend checks for unknown keys. */
function verdicts(own: Keys, block: 'user' | 'reader', exchange: Keys) {
  const connections = { prod: { ...own, [block]: exchange } };
  const declared = config.accepts({ modelops: { connections } });
  const exchangeSettings = block === 'user' ? userSettings : readerSettings;
  const parsed =
    connectionSettings.safeParse(own).success &&
    exchangeSettings.safeParse(exchange).success;
  return { declared, parsed };
}

describe('config.d.ts and the schemas of the module', () => {
  it.each<[string, Keys, 'user' | 'reader', Keys]>([
    ['the least', LEAST, 'user', PEOPLE],
    [
      'everything for people',
      {
        ...LEAST,
        projectNumber: '123456789012',
        host: 'https://gateway.example',
        stsHost: 'https://sts.example',
        iamCredentialsHost: 'https://iam.example',
        loggingHost: 'https://logging.example',
        storageHost: 'https://storage.example',
        consoleHost: 'https://console.example',
        predictionHost: 'https://psc.example',
        trainingTemplates: { weekly: TEMPLATE },
      },
      'user',
      {
        ...PEOPLE,
        subjectClaim: 'sub',
        scopes: ['https://www.googleapis.com/auth/cloud-platform'],
        credentialLifetime: { minutes: 10, seconds: 30 },
      },
    ],
    [
      'numbers that were not quoted',
      { ...LEAST, projectNumber: 123456789012 },
      'user',
      { ...PEOPLE, userProject: 123456789012 },
    ],
    [
      'everything for a reader',
      LEAST,
      'reader',
      { ...READER, credentialLifetime: { hours: 1 } },
    ],
    [
      'a pipeline',
      {
        ...LEAST,
        trainingTemplates: {
          nightly: {
            pipelineJob: {
              templateUri: 'https://example/pipeline.yaml',
              runtimeConfig: {
                gcsOutputDirectory: 'gs://bucket/out',
                parameterValues: {
                  deep: '{{deep}}',
                  run: '{{modelops.runId}}',
                },
              },
            },
            parameters: {
              deep: { type: 'boolean', default: false, secret: true },
            },
          },
        },
      },
      'user',
      PEOPLE,
    ],
  ])('take %s', (_what, own, block, exchange) => {
    expect(verdicts(own, block, exchange)).toEqual({
      declared: true,
      parsed: true,
    });
  });

  const template = (change: Keys) => ({
    ...LEAST,
    trainingTemplates: { weekly: { ...TEMPLATE, ...change } },
  });
  it.each<[string, Keys, 'user' | 'reader', Keys]>([
    ['a project that is no text', { ...LEAST, project: {} }, 'user', PEOPLE],
    ['a list of locations', { ...LEAST, location: ['a'] }, 'user', PEOPLE],
    ['a host that is no text', { ...LEAST, host: {} }, 'user', PEOPLE],
    ['an audience that is no text', LEAST, 'user', { audience: {} }],
    ['scopes in one text', LEAST, 'user', { ...PEOPLE, scopes: 'a b' }],
    ['a claim that is no text', LEAST, 'user', { ...PEOPLE, subjectClaim: {} }],
    [
      'a lifetime in words',
      LEAST,
      'user',
      { ...PEOPLE, credentialLifetime: '15 minutes' },
    ],
    [
      'a lifetime in days',
      LEAST,
      'user',
      { ...PEOPLE, credentialLifetime: { days: 1 } },
    ],
    [
      'a service account that is no text',
      LEAST,
      'reader',
      { ...READER, servicePrincipal: {} },
    ],
    ['a key that a template has not', template({ custom: {} }), 'user', PEOPLE],
    ['a job that is no object', template({ customJob: 'job' }), 'user', PEOPLE],
    [
      'a parameter of an unknown type',
      template({ parameters: { epochs: { type: 'int' } } }),
      'user',
      PEOPLE,
    ],
    [
      'a parameter with an unknown key',
      template({ parameters: { epochs: { type: 'integer', max: 5 } } }),
      'user',
      PEOPLE,
    ],
  ])('refuse %s', (_what, own, block, exchange) => {
    expect(verdicts(own, block, exchange)).toEqual({
      declared: false,
      parsed: false,
    });
  });

  it('declare the same keys', () => {
    const declares = (own: Keys, block: 'user' | 'reader', exchange: Keys) =>
      verdicts(own, block, exchange).declared;
    const values: Keys = {
      trainingTemplates: {},
      scopes: ['a'],
      credentialLifetime: {},
    };
    for (const key of Object.keys(connectionSettings.shape))
      expect([
        key,
        declares({ [key]: values[key] ?? 'text' }, 'user', {}),
      ]).toEqual([key, true]);
    for (const [block, { shape }] of [
      ['user', userSettings],
      ['reader', readerSettings],
    ] as const)
      for (const key of Object.keys(shape)) {
        const exchange = { [key]: values[key] ?? 'text' };
        expect([block, key, declares({}, block, exchange)]).toEqual([
          block,
          key,
          true,
        ]);
      }
    expect(declares({ projct: 'ml-prod' }, 'user', {})).toBe(false);
    expect(declares({}, 'user', { servicePrincipal: 'a' })).toBe(false);
  });

  it('show the browser nothing', () => {
    const data = {
      modelops: {
        connections: {
          prod: {
            ...LEAST,
            user: PEOPLE,
            reader: READER,
            trainingTemplates: { weekly: TEMPLATE },
          },
        },
      },
    };
    expect(config.visible(data, 'frontend')).toEqual({});
  });
});
