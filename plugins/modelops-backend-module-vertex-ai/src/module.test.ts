import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { startTestBackend } from '@backstage/backend-test-utils';
import {
  modelopsPlatformsExtensionPoint,
  type CredentialExchanger,
  type ModelPlatform,
} from 'backstage-plugin-modelops-node';
import { readerSettings, userSettings } from './google/exchangeSettings';
import vertexAi from './index';
import { connectionSettings, toVertexSettings } from './vertexSettings';

describe('the module', () => {
  it('adds the platform and its exchange to modelops', async () => {
    const platforms: ModelPlatform[] = [];
    const exchangers: CredentialExchanger[] = [];
    const backend = await startTestBackend({
      features: [
        vertexAi,
        createBackendPlugin({
          pluginId: 'modelops',
          register(env) {
            env.registerExtensionPoint(modelopsPlatformsExtensionPoint, {
              addPlatform: platform => platforms.push(platform),
              addExchanger: exchanger => exchangers.push(exchanger),
            });
            env.registerInit({ deps: {}, async init() {} });
          },
        }),
      ],
    });
    expect(platforms.map(({ id, title }) => [id, title])).toEqual([
      ['vertex-ai', 'Vertex AI'],
    ]);
    expect(exchangers.map(({ id }) => id)).toEqual(['google-federation']);
    expect(platforms[0].resourceForms).toContain('training-template/<name>');
    await backend.stop();
  });
});

const LEAST = { project: 'ml-prod', location: 'europe-west4' };
const host = 'https://gateway.example';

describe('the settings of a connection', () => {
  it('have defaults, and one spelling', () => {
    const settings = connectionSettings.parse(LEAST);
    expect(toVertexSettings(settings)).toEqual({
      ...LEAST,
      host: 'https://europe-west4-aiplatform.googleapis.com',
      stsHost: 'https://sts.googleapis.com',
      iamCredentialsHost: 'https://iamcredentials.googleapis.com',
      loggingHost: 'https://logging.googleapis.com',
      storageHost: 'https://storage.googleapis.com',
      consoleHost: 'https://console.cloud.google.com',
      trainingTemplates: {},
    });
    const chosen = connectionSettings.parse({
      ...LEAST,
      host: `${host}/`,
      projectNumber: 123456789012,
    });
    expect(toVertexSettings(chosen)).toMatchObject({
      host,
      projectNumber: '123456789012',
    });
    // What was read once can be read again.
    expect(connectionSettings.parse(chosen)).toEqual(chosen);
  });

  it.each([
    {},
    { project: 'ml-prod' },
    { ...LEAST, project: '123456789012' },
    { ...LEAST, project: 'ml-prod/../other' },
    { ...LEAST, location: 'eu' },
    { ...LEAST, location: 'global' },
    { ...LEAST, host: `${host}/v1` },
    { ...LEAST, loggingHost: `${host}/v2` },
    { ...LEAST, projectNumber: 'ml-prod' },
    { ...LEAST, trainingTemplates: { 'Not good': {} } },
  ])('refuse %j', settings => {
    expect(connectionSettings.safeParse(settings).success).toBe(false);
  });
});

const WORKFORCE =
  '//iam.googleapis.com/locations/global/workforcePools/acme/providers/okta';
const WORKLOAD =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/okta';

describe('the settings of an exchange', () => {
  it('have defaults, and can be read twice', () => {
    const settings = userSettings.parse({
      audience: WORKFORCE,
      userProject: 42,
    });
    expect(settings).toEqual({
      audience: WORKFORCE,
      userProject: '42',
      subjectClaim: 'email',
      scopes: ['https://www.googleapis.com/auth/cloud-platform'],
      credentialLifetime: { minutes: 15 },
    });
    expect(userSettings.parse(settings)).toEqual(settings);
    const reader = readerSettings.parse({
      audience: WORKLOAD,
      servicePrincipal: 'Reader@ml-prod.iam.gserviceaccount.com',
    });
    expect(reader.servicePrincipal).toBe(
      'reader@ml-prod.iam.gserviceaccount.com',
    );
    expect(readerSettings.parse(reader)).toEqual(reader);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    [
      'a workforce pool without a project',
      { audience: WORKFORCE },
      'userProject',
      'belongs to no project',
    ],
    [
      'a workload pool with one',
      { audience: WORKLOAD, userProject: 'ml-prod' },
      'userProject',
      'remove it',
    ],
    [
      'the address of a provider instead of its name',
      { audience: `https:${WORKFORCE}` },
      'audience',
      'full name of a provider',
    ],
    [
      'a pool without a provider',
      { audience: WORKFORCE.replace(/\/providers.*/, '') },
      'audience',
      'full name of a provider',
    ],
    [
      'a project by its id in a workload pool',
      { audience: WORKLOAD.replace('123456789012', 'ml-prod') },
      'audience',
      'full name of a provider',
    ],
    [
      'a life of over an hour',
      {
        audience: WORKLOAD,
        credentialLifetime: { minutes: 61 },
      },
      'credentialLifetime',
      'between 2 and 60 minutes',
    ],
    [
      'a scope that is none',
      { audience: WORKLOAD, scopes: ['all'] },
      'scopes',
      'must be a scope',
    ],
  ])('refuse %s with a sentence', (_what, settings, at, sentence) => {
    const result = userSettings.safeParse(settings);
    const issue = result.error?.issues.find(({ path }) => path[0] === at);
    expect(issue?.message).toContain(sentence);
  });

  it.each(['reader', 'reader@example.com', 'a@b.gserviceaccount.com.evil.com'])(
    'refuse the service account %s',
    servicePrincipal => {
      const settings = { audience: WORKLOAD, servicePrincipal };
      expect(readerSettings.safeParse(settings).success).toBe(false);
    },
  );
});
