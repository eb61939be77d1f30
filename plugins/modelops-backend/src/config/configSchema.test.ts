import { execFileSync } from 'node:child_process';
import { loadConfigSchema, type ConfigSchema } from '@backstage/config-loader';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { sampleModulesSchema } from './__testUtils__/modules';
import {
  badMeanings,
  badShapes,
  goodSamples,
  sampleWith,
  type Changes,
} from './__testUtils__/samples';

/** Compiles config.d.ts as the CLI does. In a process of its own, because the compiler is loaded by `import()`, which jest lacks. */
const COMPILE = `
  const { loadConfigSchema } = require('@backstage/config-loader');
  loadConfigSchema({ dependencies: [], packagePaths: [process.argv[1]], excludePackageDependencies: true })
    .then(schema => process.stdout.write(JSON.stringify(schema.serialize())));
`;

let schema: ConfigSchema;
beforeAll(async () => {
  const folder = resolvePackagePath('backstage-plugin-modelops-backend');
  const serialized = JSON.parse(
    execFileSync(process.execPath, ['-e', COMPILE, `${folder}/package.json`], {
      cwd: folder,
      encoding: 'utf8',
    }),
  );
  schema = await loadConfigSchema({
    serialized: {
      ...serialized,
      schemas: [
        ...serialized.schemas,
        { path: 'sample modules', value: sampleModulesSchema },
        {
          path: 'permission',
          value: {
            type: 'object',
            properties: {
              permission: {
                type: 'object',
                properties: { enabled: { type: 'boolean' } },
              },
            },
          },
        },
      ],
    },
    // As `config:check --strict`: without it an unknown key is no error.
    noUndeclaredProperties: true,
  } as Parameters<typeof loadConfigSchema>[0]);
}, 60_000);

function check(changes: Changes) {
  schema.process([{ data: sampleWith(changes), context: 'sample' }]);
}

describe('config.d.ts', () => {
  it.each(goodSamples)('accepts %s', (_name, changes) => {
    expect(() => check(changes)).not.toThrow();
  });

  it.each(badShapes)('refuses %s', (_name, changes) => {
    expect(() => check(changes)).toThrow('Config validation failed');
  });

  it.each(badMeanings)('cannot tell %s', (_name, changes) => {
    expect(() => check(changes)).not.toThrow();
  });

  it('marks every secret, so that the logger masks it', () => {
    const [{ data, filteredKeys = [] }] = schema.process(
      [{ data: sampleWith({}), context: 'sample' }],
      { visibility: ['secret'], withFilteredKeys: true },
    );
    expect(data).toEqual({
      modelops: {
        identity: { workload: { clientSecret: expect.any(String) } },
        audit: {
          hashKey: expect.any(String),
          checkpoints: {
            signingKey: expect.any(String),
            sinks: { siem: { headers: { Authorization: expect.any(String) } } },
          },
        },
      },
    });
    expect(filteredKeys).not.toHaveLength(0);
  });

  it('shows the browser nothing but the auth provider', () => {
    const [{ data }] = schema.process(
      [{ data: sampleWith({}), context: 'sample' }],
      { visibility: ['frontend'] },
    );
    expect(data).toEqual({ modelops: { identity: { authProvider: 'oidc' } } });
  });
});
