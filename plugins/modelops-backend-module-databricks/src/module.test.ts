import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { startTestBackend } from '@backstage/backend-test-utils';
import {
  modelopsPlatformsExtensionPoint,
  type CredentialExchanger,
  type ModelPlatform,
} from 'backstage-plugin-modelops-node';
import { connectionSettings } from './databricksSettings';
import databricks from './index';

describe('the module', () => {
  it('adds the platform and its exchange to modelops', async () => {
    const platforms: ModelPlatform[] = [];
    const exchangers: CredentialExchanger[] = [];
    const backend = await startTestBackend({
      features: [
        databricks,
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
      ['databricks', 'Databricks'],
    ]);
    expect(exchangers.map(({ id }) => id)).toEqual(['databricks-federation']);
    expect(platforms[0].resourceForms).toContain('job/<id>');
    await backend.stop();
  });
});

describe('the settings of a connection', () => {
  const host = 'https://dbc.example';

  it('have defaults, and one spelling', () => {
    expect(connectionSettings.parse({ host: `${host}/` })).toEqual({
      host,
      runIdParameter: 'modelops_run_id',
    });
    expect(
      connectionSettings.parse({ host, workspaceId: 42 }).workspaceId,
    ).toBe('42');
    // What was read once can be read again.
    const settings = connectionSettings.parse({
      host,
      consoleHost: `${host}/`,
      workspaceId: 42,
    });
    expect(connectionSettings.parse(settings)).toEqual(settings);
  });

  it.each([
    {},
    { host: 7 },
    { host: `${host}/api` },
    { host, consoleHost: `${host}/api` },
    { host, workspaceId: 'main' },
    { host, workspaceId: 2 ** 60 },
    { host, runIdParameter: '' },
    { host, runIdParameter: 'a b' },
  ])('refuse %j', settings => {
    expect(connectionSettings.safeParse(settings).success).toBe(false);
  });
});
