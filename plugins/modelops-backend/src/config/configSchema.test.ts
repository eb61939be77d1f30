import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { DeclaredConfig } from 'backstage-plugin-modelops-node/testUtils';
import { sampleModulesSchema } from './__testUtils__/modules';
import {
  badMeanings,
  badShapes,
  goodSamples,
  sampleWith,
  type Changes,
} from './__testUtils__/samples';

let config: DeclaredConfig;
beforeAll(async () => {
  config = await DeclaredConfig.of(
    resolvePackagePath('backstage-plugin-modelops-backend'),
    {
      'sample modules': sampleModulesSchema,
      permission: {
        type: 'object',
        properties: {
          permission: {
            type: 'object',
            properties: { enabled: { type: 'boolean' } },
          },
        },
      },
    },
  );
}, 60_000);

const check = (changes: Changes) => config.check(sampleWith(changes));

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
    expect(config.visible(sampleWith({}), 'secret')).toEqual({
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
  });

  it('shows the browser nothing but the auth provider', () => {
    expect(config.visible(sampleWith({}), 'frontend')).toEqual({
      modelops: { identity: { authProvider: 'oidc' } },
    });
  });
});
