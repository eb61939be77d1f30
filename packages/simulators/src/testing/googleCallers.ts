import type { Simulators } from '../attachSimulators';
import type { Person } from '../people';

const WORKFORCE_AUDIENCE =
  '//iam.googleapis.com/locations/global/workforcePools/acme/providers/idp';

/** An answer of Google, read whole. */
export interface GoogleAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: any;
}

/** Calls Google with one access token. */
export interface GoogleCaller {
  get(path: string): Promise<GoogleAnswer>;
  send(method: string, path: string, body?: unknown): Promise<GoogleAnswer>;
}

/** A federated access token of a demo person. */
export async function googleTokenOf(
  simulators: Simulators,
  person: Person,
): Promise<string> {
  const response = await fetch(`${simulators.google.host}/v1/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: WORKFORCE_AUDIENCE,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token: await simulators.idp.signIdToken(person),
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      options: '{"userProject":"123456789012"}',
    }),
  });
  const body = await response.json();
  if (response.status !== 200)
    throw new Error(`The exchange for ${person} failed: ${body.error}`);
  return body.access_token;
}

/** A caller with the access token of a demo person. */
export async function googleCallerOf(
  simulators: Simulators,
  person: Person,
): Promise<GoogleCaller> {
  return googleCallerWith(simulators, await googleTokenOf(simulators, person));
}

/** A caller with any credential, or none. A body that is text is sent as it is. */
export function googleCallerWith(
  simulators: Simulators,
  accessToken: string | undefined,
): GoogleCaller {
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${simulators.google.host}${path}`, {
      method,
      headers: {
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body:
        body === undefined || typeof body === 'string'
          ? body
          : JSON.stringify(body),
      redirect: 'manual',
    });
    const text = await response.text();
    const json = response.headers
      .get('content-type')
      ?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: json ? JSON.parse(text) : undefined,
    };
  };
  return { get: path => send('GET', path), send };
}
