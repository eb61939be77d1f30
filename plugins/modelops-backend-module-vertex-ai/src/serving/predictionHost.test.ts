import { PlatformError } from 'backstage-plugin-modelops-node';
import { VertexClient } from '../vertexClient';
import { connectionSettings, toVertexSettings } from '../vertexSettings';
import { predictionHost } from './predictionHost';

const ENDPOINT = { kind: 'endpoint', canonical: 'endpoint/e' };
const OWN = 'e.europe-west4-123456789012.prediction.vertexai.goog';

function hostOf(
  dedicatedEndpointDns: string | undefined,
  settings: Record<string, unknown> = {},
  dedicatedEndpointEnabled = true,
) {
  const client = new VertexClient({
    id: 'vertex',
    platform: 'vertex-ai',
    settings: toVertexSettings(
      connectionSettings.parse({
        project: 'ml-demo',
        location: 'europe-west4',
        ...settings,
      }),
    ),
  });
  return predictionHost(client, ENDPOINT, {
    dedicatedEndpointEnabled,
    dedicatedEndpointDns,
  });
}

describe('The host that an endpoint is asked at', () => {
  it('is the shared one, unless the endpoint has its own', () => {
    expect(hostOf(OWN, {}, false)).toBeUndefined();
    expect(hostOf(OWN, { predictionHost: 'https://psc.acme' }, false)).toBe(
      undefined,
    );
  });

  it.each([OWN, `https://${OWN}`, `https://${OWN}/`])(
    'is its own, written as %s',
    dns => {
      expect(hostOf(dns)).toBe(`https://${OWN}`);
    },
  );

  it('is the one that the connection names in its place', () => {
    expect(hostOf('evil.example', { predictionHost: 'https://psc.acme' })).toBe(
      'https://psc.acme',
    );
  });

  it.each([
    undefined,
    '',
    'prediction.vertexai.goog',
    'evilprediction.vertexai.goog',
    `${OWN}.evil.example`,
    `evil.example/${OWN}`,
    `evil.example#${OWN}`,
    `evil.example?x=${OWN}`,
    `user:pass@${OWN}`,
    `${OWN}:8443`,
    `http://${OWN}`,
    `https://${OWN}/v1/x`,
    `${OWN}\n`,
    `E.${OWN}`,
    `..${OWN}`,
    `${'a.'.repeat(5_000)}prediction.vertexai.goog`,
  ])('is never %j', dns => {
    expect(() => hostOf(dns)).toThrow(PlatformError);
  });
});
