import { resolve } from 'node:path';
import { DeclaredConfig } from 'backstage-plugin-modelops-node/testUtils';
import {
  connectionSettings,
  readerSettings,
  userSettings,
} from './databricksSettings';

let config: DeclaredConfig;
beforeAll(async () => {
  config = await DeclaredConfig.of(resolve(__dirname, '..'));
}, 60_000);

const host = 'https://dbc.example';
const servicePrincipal = '11111111-1111-4111-8111-111111111111';

type Keys = Record<string, string | number | string[] | Record<string, never>>;

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
    ['the least', { host }, 'user', {}],
    [
      'everything for people',
      { host, consoleHost: host, workspaceId: '42', runIdParameter: 'run' },
      'user',
      { scopes: ['jobs', 'mlflow'], principalClaim: 'upn' },
    ],
    ['a workspace that was not quoted', { host, workspaceId: 42 }, 'user', {}],
    [
      'everything for a reader',
      { host },
      'reader',
      { scopes: ['jobs'], servicePrincipal },
    ],
  ])('take %s', (_what, own, block, exchange) => {
    expect(verdicts(own, block, exchange)).toEqual({
      declared: true,
      parsed: true,
    });
  });

  it.each<[string, Keys, 'user' | 'reader', Keys]>([
    ['a host that is no text', { host: {} }, 'user', {}],
    ['a console host that is no text', { host, consoleHost: [] }, 'user', {}],
    ['a list of workspaces', { host, workspaceId: ['42'] }, 'user', {}],
    ['a parameter that is no text', { host, runIdParameter: {} }, 'user', {}],
    ['scopes in one text', { host }, 'user', { scopes: 'jobs mlflow' }],
    ['a claim that is no text', { host }, 'user', { principalClaim: {} }],
    [
      'a service principal that is no text',
      { host },
      'reader',
      { servicePrincipal: {} },
    ],
  ])('refuse %s', (_what, own, block, exchange) => {
    expect(verdicts(own, block, exchange)).toEqual({
      declared: false,
      parsed: false,
    });
  });

  it('declare the same keys', () => {
    for (const key of Object.keys(connectionSettings.shape)) {
      const { declared } = verdicts({ [key]: 'text' }, 'user', {});
      expect([key, declared]).toEqual([key, true]);
    }
    expect(verdicts({ host, hots: host }, 'user', {}).declared).toBe(false);
    for (const [block, { shape }] of [
      ['user', userSettings],
      ['reader', readerSettings],
    ] as const)
      for (const key of Object.keys(shape)) {
        const value = key === 'scopes' ? ['jobs'] : 'text';
        const { declared } = verdicts({ host }, block, { [key]: value });
        expect([block, key, declared]).toEqual([block, key, true]);
      }
    expect(verdicts({ host }, 'user', { servicePrincipal }).declared).toBe(
      false,
    );
  });

  it('show the browser nothing', () => {
    const data = {
      modelops: {
        connections: { prod: { host, reader: { servicePrincipal } } },
      },
    };
    expect(config.visible(data, 'frontend')).toEqual({});
  });
});
