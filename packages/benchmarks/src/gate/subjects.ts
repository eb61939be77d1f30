import type { Simulators } from 'modelops-simulators';
import type { Load } from './load';
import type { Portal } from './Portal';

const JOB_ID = 8123;
/** What the gate sends when the form is left as it is; the other two send the same. */
const PARAMETERS = { epochs: '10' };

/** A request that starts the same job, by the way it takes. */
export type Subject = Pick<Load, 'url' | 'headers' | 'body' | 'status'>;

/** What Databricks gives for Ada's ID token: for the bare call, and for the proxy, which keeps it for everybody. */
export async function platformTokenOf(simulators: Simulators): Promise<string> {
  const response = await fetch(`${simulators.databricks.host}/oidc/v1/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: await simulators.idp.signIdToken('ada'),
      scope: 'all-apis',
    }),
  });
  const { access_token: token } = await response.json();
  if (!token) throw new Error(`No platform token: ${response.status}`);
  return token;
}

/** The call to the platform itself, as any client of it would send it. */
export function bareCall(
  simulators: Simulators,
  platformToken: string,
): Subject {
  return {
    url: `${simulators.databricks.host}/api/2.2/jobs/run-now`,
    headers: { authorization: `Bearer ${platformToken}` },
    body: runNow(),
    status: 200,
  };
}

/** The same call through Backstage's own proxy: signed in, and with one shared key towards the platform. */
export function throughProxy(portal: Portal, backstageToken: string): Subject {
  return {
    url: `${portal.url}/api/proxy/databricks/api/2.2/jobs/run-now`,
    headers: { authorization: `Bearer ${backstageToken}` },
    body: runNow(),
    status: 200,
  };
}

/** A start through the whole gate, as Ada. */
export async function throughGate(
  portal: Portal,
  backstageToken: string,
  simulators: Simulators,
): Promise<Subject> {
  return {
    url: `${portal.url}/api/modelops/v1/runs`,
    headers: {
      authorization: `Bearer ${backstageToken}`,
      'modelops-identity-token': await simulators.idp.signIdToken('ada'),
      'idempotency-key': '{id}',
    },
    body: JSON.stringify({
      entityRef: 'resource:default/fraud-detector',
      action: 'train',
      operation: 'start',
      parameters: PARAMETERS,
    }),
    status: 202,
  };
}

function runNow(): string {
  return JSON.stringify({
    job_id: JOB_ID,
    job_parameters: PARAMETERS,
    idempotency_token: '{id}',
  });
}
