import type { Simulators } from '../attachSimulators';
import type { Person } from '../people';
import { parseJson, stringifyJson } from '../server/json';

/** An answer of the workspace, read whole. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; ids above 2^53 are `bigint`. */
  body: any;
}

/** Calls the workspace with one access token. */
export interface Caller {
  get(path: string): Promise<Answer>;
  send(method: string, path: string, body: unknown): Promise<Answer>;
}

/** Hands a JWT to the token endpoint; `form` adds fields or, with an empty text, takes them away. */
export async function exchange(
  simulators: Simulators,
  subjectToken: string,
  form: Record<string, string> = {},
): Promise<Answer> {
  const fields = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subjectToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    scope: 'all-apis',
    ...form,
  };
  const given = Object.entries(fields).filter(([, value]) => value !== '');
  return read(
    await fetch(`${simulators.databricks.host}/oidc/v1/token`, {
      method: 'POST',
      body: new URLSearchParams(given),
    }),
  );
}

/** An access token of a demo person. */
export async function accessTokenOf(
  simulators: Simulators,
  person: Person,
  scope = 'all-apis',
): Promise<string> {
  const { status, body, text } = await exchange(
    simulators,
    await simulators.idp.signIdToken(person),
    { scope },
  );
  if (status !== 200)
    throw new Error(`The exchange for ${person} failed: ${status} ${text}`);
  return body.access_token;
}

/** A caller with the access token of a demo person. */
export async function callerOf(
  simulators: Simulators,
  person: Person,
  scope?: string,
): Promise<Caller> {
  return callerWith(simulators, await accessTokenOf(simulators, person, scope));
}

/** A caller with any credential, or none. */
export function callerWith(
  simulators: Simulators,
  accessToken: string | undefined,
): Caller {
  const { host } = simulators.databricks;
  const headers: Record<string, string> =
    accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  return {
    get: async path =>
      read(await fetch(`${host}${path}`, { headers, redirect: 'manual' })),
    send: async (method, path, body) =>
      read(
        await fetch(`${host}${path}`, {
          method,
          headers,
          body: stringifyJson(body),
          redirect: 'manual',
        }),
      ),
  };
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = response.headers
    .get('content-type')
    ?.startsWith('application/json');
  let body: unknown;
  try {
    body = json ? parseJson(text) : undefined;
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, body };
}

/** Starts a run of the fraud job and gives its id. */
export async function startFraudRun(
  caller: Caller,
  fields: Record<string, unknown> = {},
): Promise<string> {
  const { status, body, text } = await caller.send(
    'POST',
    '/api/2.2/jobs/run-now',
    { job_id: 8123, ...fields },
  );
  if (status !== 200) throw new Error(`run-now failed: ${status} ${text}`);
  return String(body.run_id);
}

/** Waits until the workspace says TERMINATED and gives the run. */
export async function untilTerminated(
  caller: Caller,
  runId: string,
): Promise<any> {
  for (;;) {
    const { body } = await caller.get(`/api/2.2/jobs/runs/get?run_id=${runId}`);
    if (body.status.state === 'TERMINATED') return body;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
