import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { stringify } from 'yaml';
import {
  badMeanings,
  badShapes,
  type Changes,
  goodSamples,
  SAMPLE_SECRET,
  sampleWith,
} from '../config/__testUtils__/samples';

const PACKAGE = resolvePackagePath('backstage-plugin-modelops-backend');
const REPOSITORY = path.resolve(PACKAGE, '../..');
const SAMPLE_MODULE = path.join(
  PACKAGE,
  'src/config/__testUtils__/sampleModule.ts',
);

// Each case starts a process that loads TypeScript.
jest.setTimeout(60_000);

describe('modelops-policy', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'modelops-policy-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (name: string, content: object | string) =>
    writeFile(
      path.join(folder, name),
      typeof content === 'string' ? content : stringify(content),
    );

  /** Runs the command as a person does. */
  function run(
    args: string[],
    { cwd = folder, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  ): Promise<{ code: number; out: string; error: string }> {
    return new Promise(resolve => {
      execFile(
        process.execPath,
        [path.join(PACKAGE, 'bin/modelops-policy.cjs'), ...args],
        { cwd, env: { PATH: process.env.PATH, ...env } },
        (failure, out, error) =>
          resolve({ code: failure ? Number(failure.code) : 0, out, error }),
      );
    });
  }

  async function check(changes: Changes, ...options: string[]) {
    await write('app-config.yaml', sampleWith(changes));
    const result = await run([
      'check',
      'app-config.yaml',
      '--module',
      SAMPLE_MODULE,
      ...options,
    ]);
    expect(result.out + result.error).not.toContain(SAMPLE_SECRET);
    return result;
  }

  it.each(goodSamples.slice(0, 2))('accepts %s', async (_name, changes) => {
    const { code, out } = await check(changes);
    expect(out).toContain('app-config.yaml: good, ');
    expect(code).toBe(0);
  });

  it.each([...badShapes.slice(0, 2), ...badMeanings.slice(0, 2)])(
    'refuses %s',
    async (_name, changes, problem) => {
      const { code, out } = await check(changes);
      expect(out).toContain(`  - ${problem}`);
      expect(out).toContain('app-config.yaml: not good.');
      expect(code).toBe(1);
    },
  );

  it('names every problem at once, and the nearest known name', async () => {
    const { code, out } = await check(
      {
        'modelops.roles.0.allow.0.actions': ['trian'],
        'modelops.roles.0.allow.1.resources': ['desk-prd:model/main.fraud'],
        'modelops.connections.desk-local.platform': 'sample-dsk',
      },
      '--json',
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      files: ['app-config.yaml'],
      modules: [SAMPLE_MODULE],
      problems: [
        {
          path: 'modelops.connections.desk-local.platform',
          message: expect.stringContaining("did you mean 'sample-desk'?"),
        },
        {
          path: 'modelops.roles[0].allow[0].actions[0]',
          message: expect.stringContaining("did you mean 'train'?"),
        },
        {
          path: 'modelops.roles[0].allow[1].resources[0]',
          message: expect.stringContaining("did you mean 'desk-prod'?"),
        },
      ],
      warnings: [],
      unset: [],
    });
  });

  it('warns of rules that never decide, and still says good', async () => {
    // A sample is JSON of any shape.
    const { roles } = sampleWith({}).modelops as any;
    const { code, out } = await check({
      'modelops.roles': [roles[0], { ...roles[0], name: 'again' }],
    });
    expect(out).toContain('2 warnings:');
    expect(out).toContain('the rule again#0 never decides anything');
    expect(code).toBe(0);
  });

  it('checks for production when it is told to', async () => {
    const changes = {
      'modelops.identity.workload.clientSecret': 'modelops-demo-secret',
    };
    expect((await check(changes)).code).toBe(0);
    const { code, out } = await check(changes, '--production');
    expect(out).toContain('is a secret of the demo');
    expect(code).toBe(1);
  });

  it('reads several files as Backstage does, with variables and included files', async () => {
    const good = sampleWith({});
    await write('base.yaml', good);
    await write('secret.txt', `${SAMPLE_SECRET}\n`);
    // A sample is JSON of any shape.
    await write('roles.yaml', (good.modelops as any).roles);
    await write('over.yaml', {
      modelops: {
        identity: {
          issuer: '${MISSING:-https://acme.okta.com}',
          audience: { $env: 'AUDIENCE' },
          workload: {
            clientId: '${CLIENT_ID}',
            clientSecret: { $file: 'secret.txt' },
          },
        },
        roles: { $include: 'roles.yaml' },
        audit: { hashKey: '${HASH_KEY}' },
      },
    });
    const { code, out } = await run(
      ['check', 'base.yaml', 'over.yaml', '--module', SAMPLE_MODULE, '--json'],
      { env: { AUDIENCE: 'portal', CLIENT_ID: 'reader' } },
    );
    expect(JSON.parse(out)).toMatchObject({
      files: ['base.yaml', 'over.yaml'],
      problems: [],
      unset: [{ path: 'modelops.audit.hashKey', variables: ['HASH_KEY'] }],
      mapping: { roles: 2, rules: 3 },
    });
    expect(out).not.toContain(SAMPLE_SECRET);
    expect(code).toBe(0);
  });

  it('says what it could not check because a variable is not set', async () => {
    const { code, out } = await check({
      'modelops.identity.workload.clientSecret': '${READER_SECRET}',
      'modelops.connections.desk-prod.host': 'https://${DESK_HOST}',
      'modelops.connections.desk-prod.reader.servicePrincipal': {
        $env: 'READER',
      },
      'modelops.roles.1.name': '',
    });
    expect(out).toContain(
      [
        '1 problem:',
        '  - modelops.roles[1].name: has to be 1 to 63 of A-Z a-z 0-9 -, not beginning or ending with -',
        '',
        'Not checked, because the variable is not set here:',
        '  - modelops.connections.desk-prod.reader.servicePrincipal (READER): names no service principal of Sample Desk',
      ].join('\n'),
    );
    expect(out).toContain('(DESK_HOST)');
    expect(out).toContain(
      '  - modelops.identity.workload.clientSecret (READER_SECRET)',
    );
    expect(code).toBe(1);
  });

  it('finds the platform modules of the current folder and of the backend below it', async () => {
    const name = '@acme/backstage-plugin-modelops-backend-module-desk';
    const module = path.join(folder, 'packages/backend/node_modules', name);
    await mkdir(module, { recursive: true });
    await writeFile(
      path.join(module, 'index.js'),
      `module.exports = require(${JSON.stringify(SAMPLE_MODULE)});`,
    );
    await write(
      'packages/backend/package.json',
      JSON.stringify({
        dependencies: { [name]: '^1.0.0', express: '^4.0.0' },
      }),
    );
    await write('app-config.yaml', sampleWith({}));
    const { code, out } = await run(['check', 'app-config.yaml']);
    expect(out).toContain(`Platform modules: ${name}.`);
    expect(code).toBe(0);
  });

  it('accepts the configuration of the demo', async () => {
    const { code, out } = await run(
      ['check', 'app-config.yaml', 'app-config.demo.yaml'],
      { cwd: REPOSITORY },
    );
    expect(out).toContain(
      'app-config.yaml, app-config.demo.yaml: good, 7 roles with ',
    );
    expect(out).toContain(
      'Platform modules: backstage-plugin-modelops-backend-module-databricks, backstage-plugin-modelops-backend-module-vertex-ai.',
    );
    expect(code).toBe(0);
  });

  it.each<[string, string[], RegExp]>([
    ['no verb', [], /^Usage: modelops-policy check/],
    ['another verb', ['fix', 'app-config.yaml'], /^Usage:/],
    ['an unknown option', ['check', '--fix'], /Unknown option '--fix'/],
    ['no such file', ['check', 'gone.yaml'], /^gone\.yaml: does not exist$/],
    [
      'a file that is not YAML',
      ['check', 'broken.yaml'],
      /^broken\.yaml: is not valid YAML at line 2, column \d+$/,
    ],
    [
      'an include that is not there',
      ['check', 'include.yaml'],
      /^include\.yaml: what modelops\.roles includes cannot be read$/,
    ],
    [
      'a module that is not installed',
      ['check', 'empty.yaml', '--module', 'not-installed'],
      /^The module not-installed is not installed where /,
    ],
    [
      'a module that is broken',
      ['check', 'empty.yaml', '--module', './broken.cjs'],
      /^The module \.\/broken\.cjs cannot be loaded: SyntaxError/,
    ],
    [
      'a module that needs more than a check has',
      ['check', 'empty.yaml', '--module', './needy.cjs'],
      /^The module \.\/needy\.cjs cannot be loaded: .*its registration uses core\.database, and a check has neither/s,
    ],
  ])('gives exit code 2 for %s', async (_name, args, message) => {
    await write('broken.yaml', `modelops:\n  secret: ${SAMPLE_SECRET}: [\n`);
    await write('include.yaml', 'modelops: { roles: { $include: gone.yaml } }');
    await write('empty.yaml', '{}');
    await write('broken.cjs', 'module.exports = {');
    await write(
      'needy.cjs',
      `const { coreServices, createBackendModule } = require(${JSON.stringify(
        require.resolve('@backstage/backend-plugin-api'),
      )});
      module.exports = createBackendModule({
        pluginId: 'modelops', moduleId: 'needy',
        register: ({ registerInit }) => registerInit({
          deps: { database: coreServices.database },
          init: ({ database }) => database.getClient(),
        }),
      });`,
    );
    const { code, out, error } = await run(args);
    expect(error.trim()).toMatch(message);
    expect(error).not.toContain(SAMPLE_SECRET);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  it('is a command of the package that is published', async () => {
    const { bin, files } = JSON.parse(
      await readFile(path.join(PACKAGE, 'package.json'), 'utf8'),
    );
    expect(bin['modelops-policy']).toBe('bin/modelops-policy.cjs');
    expect(files).toContain('bin');
  });
});
