import { TestDatabases } from '@backstage/backend-test-utils';
import type { ErrorCode } from 'backstage-plugin-modelops-common';
import { type Fault, type Simulators } from 'modelops-simulators';
import {
  type Portal,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const TOKEN = { method: 'POST', path: '/oidc/v1/token' };

/** What is broken, how, and the code it has to end with. */
const BROKEN: [string, (simulators: Simulators) => Promise<void>, ErrorCode][] =
  [
    [
      'a token endpoint that drops connections',
      fault({ ...TOKEN, effect: 'drop' }),
      'exchange-unreachable',
    ],
    [
      'a token endpoint that answers 500',
      fault({ ...TOKEN, effect: 'status', status: 500 }),
      'exchange-unreachable',
    ],
    [
      'a token endpoint that answers 429',
      fault({ ...TOKEN, effect: 'status', status: 429, retryAfterSeconds: 60 }),
      'exchange-unreachable',
    ],
    [
      'a sign-in page instead of a token',
      fault({ ...TOKEN, effect: 'html' }),
      'exchange-response-invalid',
    ],
    [
      'an empty answer',
      fault({ ...TOKEN, effect: 'empty' }),
      'exchange-response-invalid',
    ],
    [
      'an answer of 10 MB',
      fault({ ...TOKEN, effect: 'huge' }),
      'exchange-response-invalid',
    ],
    [
      'a redirect to another host',
      fault({ ...TOKEN, effect: 'redirect', location: 'http://127.0.0.1:9/' }),
      'exchange-response-invalid',
    ],
    [
      'a token that is over already',
      fault({ ...TOKEN, effect: 'merge', json: { expires_in: 0 } }),
      'exchange-response-invalid',
    ],
    [
      'a token for two hours',
      fault({ ...TOKEN, effect: 'merge', json: { expires_in: 7200 } }),
      'credential-too-long-lived',
    ],
    [
      'a policy for another audience',
      policy({ audiences: ['somebody-else'] }),
      'exchange-refused',
    ],
    [
      'a policy for another issuer',
      policy({ issuer: 'https://idp.example.net' }),
      'exchange-refused',
    ],
    [
      'an exchange that answers as somebody else',
      s => s.databricks.exchangeAs('grace@acme.example'),
      'platform-identity-mismatch',
    ],
    [
      'an exchange that answers as the portal',
      s => s.databricks.exchangeAs('11111111-1111-4111-8111-111111111111'),
      'platform-identity-mismatch',
    ],
    [
      'a person whom Databricks has revoked',
      s => s.databricks.revokePrincipal('ada@acme.example'),
      'exchange-refused',
    ],
  ];

function fault(broken: Fault) {
  return (simulators: Simulators) => simulators.databricks.fault(broken);
}

function policy(change: { audiences?: string[]; issuer?: string }) {
  return async ({ databricks }: Simulators) => {
    const policies = await databricks.federationPolicies();
    await databricks.setFederationPolicies(
      policies.map(one => ({ ...one, ...change })),
    );
  };
}

describe('An exchange that fails', () => {
  const simulators = useSimulators();
  let portal: Portal;
  beforeEach(async () => {
    portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      simulators: simulators(),
    });
  });
  afterEach(() => portal?.close());

  it.each(BROKEN)('refuses, for %s', async (_what, breakIt, code) => {
    await breakIt(portal.simulators);
    const answer = await portal.train('ada');
    expect(answer.body.error).toMatchObject({ code });
    expect(answer.status).toBe(503);
    expect(await portal.simulators.databricks.runs()).toEqual([]);
    const jobs = await portal.simulators.databricks.requests();
    expect(jobs.filter(sent => sent.path.startsWith('/api/2.2/jobs'))).toEqual(
      [],
    );
    expect(await portal.entriesSinceStart()).toMatchObject([
      {
        actor: 'user:default/ada',
        code: 'run.refused',
        outcome: 'refused',
        refusalCode: code,
      },
    ]);
  });
});
