import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { parse } from 'yaml';
import { readModelopsConfig } from './index';
import { sampleModules } from './__testUtils__/modules';
import {
  badMeanings,
  badShapes,
  completeConfig,
  goodSamples,
  SAMPLE_SECRET,
  sampleWith,
  type Changes,
} from './__testUtils__/samples';

function read(config: JsonObject, production = false) {
  return readModelopsConfig(new ConfigReader(config), {
    ...sampleModules,
    production,
  });
}

/** Lines of the message, one per problem. */
function problemsOf(changes: Changes, production = false): string[] {
  try {
    read(sampleWith(changes), production);
  } catch (error) {
    expect(error).toMatchObject({ name: 'InputError' });
    expect(inspect(error)).not.toContain(SAMPLE_SECRET);
    const [, ...problems] = (error as Error).message.split('\n  - ');
    return problems;
  }
  return [];
}

describe('readModelopsConfig', () => {
  it.each(goodSamples)('accepts %s', (_name, changes) => {
    expect(problemsOf(changes)).toEqual([]);
  });

  it.each([...badShapes, ...badMeanings])(
    'refuses %s',
    (_name, changes, problem) => {
      expect(problemsOf(changes)).toContainEqual(
        expect.stringContaining(problem),
      );
    },
  );

  it.each(
    // These break what other parts rely on, so more than one part has to change.
    [...badShapes, ...badMeanings].filter(
      ([name]) =>
        ![
          'a local part of any domain',
          'ownership without trusted locations',
          'as without trusted locations',
          'as on several connections',
          'a limit of predictions without predict',
        ].includes(name),
    ),
  )('reports nothing else for %s', (_name, changes) => {
    expect(problemsOf(changes)).toHaveLength(1);
  });

  it('lists every problem at once, whichever part it is in', () => {
    expect(
      problemsOf({
        'modelops.identity.issuer': 'http://idp.acme.com',
        'modelops.identity.bindBy': 'oidMatchingUserEntityAnnotation',
        'modelops.connections.desk-prod.logs': {},
        'modelops.connections.desk-local.platform': 'desk',
        'modelops.roles.0.allow.0.actions': ['trian'],
        'modelops.roles.0.allow.1.resources': ['desk-prd:model/main.fraud'],
        'modelops.roles.1.name': '',
        'modelops.audit.hashKey': 'short',
        'modelops.role': [],
      }).map(problem => problem.split(': ')[0]),
    ).toEqual([
      'modelops',
      'modelops.identity.issuer',
      'modelops.identity.allowedDomains',
      'modelops.audit.hashKey',
      'modelops.connections.desk-prod.logs',
      'modelops.connections.desk-local.platform',
      'modelops.roles[0].allow[0].actions[0]',
      'modelops.roles[0].allow[1].resources[0]',
      'modelops.roles[1].name',
    ]);
  });

  it('names the block when there is none', () => {
    expect(problemsOf({ modelops: undefined })).toEqual([
      expect.stringMatching(/^modelops: is missing/),
      expect.stringMatching(/^modelops\.identity: is missing/),
    ]);
  });

  it('gives what is written down, with defaults and units made plain', () => {
    const config = read(completeConfig);
    expect(config.identity).toMatchObject({
      audiences: ['portal', 'portal-preview'],
      allowedDomains: ['acme.com', 'acme.org'],
      clockToleranceSeconds: 10,
      workload: {
        kind: 'client',
        clientId: 'reader',
        resource: 'urn:acme:desk',
      },
    });
    expect([...config.connections.keys()]).toEqual(['desk-prod', 'desk-local']);
    expect(config.connections.get('desk-prod')).toEqual({
      id: 'desk-prod',
      platform: 'sample-desk',
      environment: 'production',
      insecure: false,
      logs: false,
      reads: 'reader',
      acceptLongLived: true,
      settings: { host: 'https://desk.acme.com', region: 'eu' },
      user: {
        exchange: 'sample-federation',
        settings: { scopes: ['jobs'], nameClaim: 'upn' },
      },
      reader: {
        exchange: 'sample-federation',
        settings: { scopes: ['jobs-read'], servicePrincipal: 'sp-reader' },
      },
    });
    expect(config.connections.get('desk-local')).toMatchObject({
      logs: true,
      reads: 'person',
      acceptLongLived: false,
      insecure: false,
      reader: { settings: { scopes: ['all'], servicePrincipal: 'sp-reader' } },
    });
    expect(config.mapping.roles[0].members[0]).toEqual({
      group: 'group:default/fraud',
      user: 'user:default/ada',
    });
    expect([...config.warnings, ...config.mapping.warnings]).toEqual([]);
  });

  it('defaults to 30 seconds of clock tolerance', () => {
    const config = read(
      sampleWith({ 'modelops.identity.clockTolerance': undefined }),
    );
    expect(config.identity.clockToleranceSeconds).toBe(30);
  });

  it('holds secrets so that they cannot be printed', () => {
    const config = read(completeConfig);
    expect(config.audit.hashKey?.reveal()).toContain(SAMPLE_SECRET);
    expect(
      JSON.stringify(config.identity) + inspect(config, false, 9),
    ).not.toContain(SAMPLE_SECRET);
  });

  it('has the same hash for the same roles, and another for others', () => {
    const hash = (changes: Changes) => read(sampleWith(changes)).mapping.hash;
    expect(hash({})).toMatch(/^[0-9a-f]{64}$/);
    expect(hash({ 'modelops.identity.audience': 'portal' })).toBe(hash({}));
    expect(
      hash({ 'modelops.roles.0.allow.0.parameters.epochs.maximum': 21 }),
    ).not.toBe(hash({}));
  });
});

describe('with NODE_ENV=production', () => {
  it('refuses each secret of the demo, and its plain http', async () => {
    const text = await readFile(
      resolvePackagePath(
        'backstage-plugin-modelops-backend',
        '../../app-config.demo.yaml',
      ),
      'utf8',
    );
    const demo = parse(text.replace(/\$\{\w+:-(\d+)\}/g, '$1'));
    let message = '';
    try {
      read(demo, true);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.match(/\S+(?=: is a secret of the demo)/g)).toEqual([
      'modelops.identity.workload.clientSecret',
      'auth.session.secret',
      'auth.providers.oidc.development.clientSecret',
    ]);
    expect(message.match(/\S+(?=: plain http must not)/g)).toEqual([
      'modelops.identity.insecure',
      'modelops.connections.databricks-demo.insecure',
      'modelops.connections.vertex-demo.insecure',
    ]);
  });

  it.each<[string, Changes, string]>([
    [
      'a demo secret of modelops',
      { 'modelops.identity.workload.clientSecret': 'modelops-demo-reader' },
      'modelops.identity.workload.clientSecret: is a secret of the demo',
    ],
    [
      'a demo secret of the session',
      { 'auth.session.secret': 'modelops-demo-session' },
      'auth.session.secret: is a secret of the demo',
    ],
    [
      'a demo secret of an auth provider',
      { 'auth.providers.oidc.production.clientSecret': 'modelops-demo-portal' },
      'auth.providers.oidc.production.clientSecret: is a secret of the demo',
    ],
    [
      'guests',
      { 'auth.providers.guest.dangerouslyAllowOutsideDevelopment': true },
      'auth.providers.guest.dangerouslyAllowOutsideDevelopment: lets anybody sign in',
    ],
    [
      'guests by an environment variable',
      { 'auth.providers.guest.dangerouslyAllowOutsideDevelopment': 'true' },
      'auth.providers.guest.dangerouslyAllowOutsideDevelopment: lets anybody sign in',
    ],
    [
      'plain http to the identity provider',
      {
        'modelops.identity.issuer': 'http://127.0.0.1:8401',
        'modelops.identity.insecure': true,
      },
      'modelops.identity.insecure: plain http must not be used in production',
    ],
    [
      'plain http to a platform',
      {
        'modelops.connections.desk-prod.host': 'http://127.0.0.1:8402',
        'modelops.connections.desk-prod.insecure': true,
      },
      'modelops.connections.desk-prod.insecure: plain http must not be used in production',
    ],
  ])('refuses %s, and only then', (_name, changes, problem) => {
    expect(problemsOf(changes, true)).toEqual([
      expect.stringContaining(problem),
    ]);
    expect(problemsOf(changes, false)).toEqual([]);
  });

  it.each<[string, Changes, boolean, string | undefined]>([
    ['says nothing about permissions that are on', {}, true, undefined],
    [
      'warns of permissions that are off',
      { 'permission.enabled': false },
      true,
      'permission.enabled is not true',
    ],
    [
      'warns of permissions that are not mentioned, which means off',
      { permission: undefined },
      true,
      'permission.enabled is not true',
    ],
    [
      'says nothing about that outside production',
      { permission: undefined },
      false,
      undefined,
    ],
    [
      'warns of an empty list of roles',
      { 'modelops.roles': [] },
      false,
      'modelops.roles is empty',
    ],
  ])('%s', (_rule, changes, production, warning) => {
    const { warnings, mapping } = read(sampleWith(changes), production);
    expect(
      [...warnings, ...mapping.warnings].map(one =>
        one.includes(warning ?? ''),
      ),
    ).toEqual(warning ? [true] : []);
  });
});
