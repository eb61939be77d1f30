import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { loadConfigSchema, type ConfigSchema } from '@backstage/config-loader';
import {
  connectionSettings,
  readerSettings,
  userSettings,
} from './databricksSettings';

/** Compiles config.d.ts as the CLI does. In a process of its own, because the compiler is loaded by `import()`, which jest lacks. */
const COMPILE = `
  const { loadConfigSchema } = require('@backstage/config-loader');
  loadConfigSchema({ dependencies: [], packagePaths: [process.argv[1]], excludePackageDependencies: true })
    .then(schema => process.stdout.write(JSON.stringify(schema.serialize())));
`;

let schema: ConfigSchema;
beforeAll(async () => {
  const folder = resolve(__dirname, '..');
  const serialized = JSON.parse(
    execFileSync(process.execPath, ['-e', COMPILE, `${folder}/package.json`], {
      cwd: folder,
      encoding: 'utf8',
    }),
  );
  schema = await loadConfigSchema({
    serialized,
    noUndeclaredProperties: true, // as `config:check --strict`
  } as Parameters<typeof loadConfigSchema>[0]);
}, 60_000);

const host = 'https://dbc.example';
const servicePrincipal = '11111111-1111-4111-8111-111111111111';

type Keys = Record<string, string | number | string[] | Record<string, never>>;

/** Whether config.d.ts and the schemas of the module take a connection; the backend checks for unknown keys. */
function verdicts(own: Keys, block: 'user' | 'reader', exchange: Keys) {
  const connections = { prod: { ...own, [block]: exchange } };
  let declared = true;
  try {
    schema.process([
      { data: { modelops: { connections } }, context: 'sample' },
    ]);
  } catch {
    declared = false;
  }
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
    const [seen] = schema.process([{ data, context: 'sample' }], {
      visibility: ['frontend'],
    });
    expect(seen.data).toEqual({});
  });
});
