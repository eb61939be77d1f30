import { Secret } from 'backstage-plugin-modelops-node';
import { VertexClient } from './vertexClient';
import { customJobLink, modelLink } from './vertexLinks';
import { parseName, parseOperationName } from './vertexNames';
import { connectionSettings, toVertexSettings } from './vertexSettings';

const AT = 'projects/123456789012/locations/europe-west4';

function client(change: Record<string, unknown> = {}) {
  const settings = connectionSettings.parse({
    project: 'ml-prod',
    location: 'europe-west4',
    ...change,
  });
  return new VertexClient({
    id: 'vertex-eu',
    platform: 'vertex-ai',
    settings: toVertexSettings(settings),
  });
}

describe('a name in an answer', () => {
  it('is read apart', () => {
    expect(parseName(`${AT}/models/demand-forecast@3`)).toEqual({
      project: '123456789012',
      location: 'europe-west4',
      collection: 'models',
      id: 'demand-forecast',
      version: '3',
    });
    expect(parseOperationName(`${AT}/endpoints/7/operations/42`)).toEqual({
      project: '123456789012',
      location: 'europe-west4',
      collection: 'endpoints',
      id: '7',
      operation: '42',
    });
  });

  it.each([
    undefined,
    '',
    `${AT}/models/..`,
    `${AT}/models/a/b`,
    `${AT}/models/a:delete`,
    `${AT}/models/a?x=1`,
    `https://evil.example/${AT}/models/a`,
    `${AT}/endpoints/7/operations/42`,
    `${AT}/models/a\n`,
    `${AT}/models/${'a'.repeat(500)}`,
  ])('is not %s', text => {
    expect(parseName(text)).toBeUndefined();
  });

  it('is ours by the id of the project, and by the number that the first answer names', () => {
    const here = client();
    const other = { project: '999', location: 'europe-west4' };
    expect(here.ownName(`${AT}/customJobs/7`, 'customJobs').id).toBe('7');
    expect(here.isOurs({ ...other, project: 'ml-prod' })).toBe(true);
    expect(here.isOurs({ ...other, project: '123456789012' })).toBe(true);
    expect(here.isOurs(other)).toBe(false);
    expect(() =>
      here.ownName(
        'projects/999/locations/europe-west4/customJobs/7',
        'customJobs',
      ),
    ).toThrow('named something else');
  });

  it.each([
    `${AT}/models/7`,
    'projects/123456789012/locations/us-central1/customJobs/7',
    'customJobs/7',
  ])('is refused as the answer to something else: %s', name => {
    expect(() => client().ownName(name, 'customJobs')).toThrow(
      'named something else',
    );
  });

  it('is refused when the connection says another number', () => {
    const here = client({ projectNumber: '42' });
    expect(() => here.ownName(`${AT}/customJobs/7`, 'customJobs')).toThrow(
      'named something else',
    );
  });
});

describe('a link', () => {
  it('leads to the console of the connection, whatever the ids hold', () => {
    const { settings } = client({ consoleHost: 'https://console.example' });
    expect(customJobLink(settings, '7')).toBe(
      'https://console.example/agent-platform/locations/europe-west4/training/7?project=ml-prod',
    );
    expect(modelLink(settings, 'a?b#c', '3')).toBe(
      'https://console.example/vertex-ai/models/locations/europe-west4/models/a%3Fb%23c/versions/3?project=ml-prod',
    );
  });
});

describe('a path', () => {
  it('cannot lead up or away', async () => {
    const call = {
      credential: {
        accessToken: new Secret('token'),
        principal: 'a',
        confirmed: false,
        expiresAt: new Date(),
      },
      signal: AbortSignal.timeout(5_000),
    };
    const request = { target: 'a', needs: 'b' };
    for (const path of ['models/../../x', '//evil.example/x'])
      await expect(
        client().send(
          call,
          { ...request, path },
          { method: 'GET', repeat: 'once' },
        ),
      ).rejects.toMatchObject({
        code: 'platform-response-invalid',
        refused: true,
      });
  });
});
