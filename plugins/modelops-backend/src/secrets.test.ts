import { inspect } from 'node:util';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { LoggedRequest } from 'modelops-simulators';
import { MASK, maskParameters } from './runs/maskParameters';
import { type Portal, startPortal } from './__testUtils__/portal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

/** Spellings a secret could leak in. */
function spellings(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    // The signature alone is enough to use a token; one without a signature has none to leak.
    ...(secret.split('.')[2] ? [secret.split('.')[2]] : []),
  ];
}

/** Every credential that went over the wire to the simulators. */
function credentialsOf(requests: LoggedRequest[]): string[] {
  const found = new Set<string>();
  for (const { headers, body } of requests) {
    const [, bearer] =
      /^Bearer (.+)$/.exec(String(headers.authorization ?? '')) ?? [];
    if (bearer) found.add(bearer);
    const [, subject] =
      /subject_token["=: ]+([A-Za-z0-9_.-]{40,})/.exec(
        JSON.stringify(body ?? ''),
      ) ?? [];
    if (subject) found.add(subject);
  }
  return [...found];
}

describe('A secret', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal({ databases, databaseId: 'SQLITE_3' });
  });
  afterAll(() => portal?.close());

  it('is in no log line, entry, row, answer or error, whatever goes wrong', async () => {
    const { databricks, idp } = portal.simulators;
    const idToken = await idp.signIdToken('ada');
    const echo = (status: number) =>
      ({
        effect: 'body',
        status,
        body: JSON.stringify({
          error_code: 'PERMISSION_DENIED',
          error: idToken,
          message: `no: ${idToken}`,
          error_description: idToken,
        }),
      } as const);

    // A good run.
    const { body: run } = await portal.train('ada', {
      idToken,
      reason: 'a good run',
    });
    await portal.until(run.id, 'succeeded');
    await portal.call('ada', 'GET', `/v1/runs/${run.id}/logs`, { idToken });
    await portal.call('ada', 'GET', `/v1/runs/${run.id}/result`, { idToken });
    // A log that holds the token.
    await databricks.fault({
      path: '/api/2.2/jobs/runs/get-output',
      effect: 'merge',
      json: { logs: `epoch 1\nAuthorization: Bearer ${idToken}\n` },
      count: 1,
    });
    const leaking = await portal.call('ada', 'GET', `/v1/runs/${run.id}/logs`, {
      idToken,
    });
    expect(leaking.text).toContain('Bearer [secret]');
    // Errors of the platform and of its token endpoint that repeat what they were sent.
    for (const status of [200, 400, 403, 500]) {
      await databricks.fault({
        path: '/api/2.2/jobs/run-now',
        ...echo(status),
        count: 1,
      });
      await portal.train('ada', { idToken });
    }
    await databricks.fault({ path: '/oidc/v1/token', ...echo(400), count: 5 });
    await portal.train('grace', {
      idToken: await idp.signIdToken('grace'),
      entityRef: 'resource:default/growth-uplift',
    });
    await portal.reconcile();
    await databricks.clearFaults();
    // Versions, what is served, and predictions; well, and with errors that repeat what they were sent.
    const model = '/v1/models/resource/default/fraud-detector';
    const ask = async () => {
      for (const below of [
        'versions?limit=3',
        'versions/1',
        'serving',
        'prediction-form',
      ])
        await portal.call('ada', 'GET', `${model}/${below}`, { idToken });
      await portal.call('ada', 'POST', '/v1/predictions', {
        idToken,
        body: {
          entityRef: 'resource:default/fraud-detector',
          instances: [{ note: idToken }],
        },
      });
    };
    for (const status of [400, 403, 500]) {
      for (const path of [
        '/api/2.1/unity-catalog/*',
        '/api/2.0/serving-endpoints*',
        '/serving-endpoints/*',
      ])
        await databricks.fault({ path, ...echo(status) });
      await ask();
      await databricks.clearFaults();
      await ask();
    }
    // Tokens that are refused, and a request that cannot be parsed.
    for (const kind of [
      'expired',
      'wrong-key',
      'alg-none',
      'unverified-email',
    ] as const) {
      await portal.train('ada', { idToken: await idp.forge(kind, 'ada') });
    }
    await portal.train('grace', { idToken });
    await portal.call('ada', 'POST', '/v1/runs', {
      idToken,
      body: `{"token": "${idToken}`,
    });
    await portal.call('ada', 'POST', '/v1/runs', {
      idToken,
      body: { entityRef: idToken },
    });
    // An error nobody expected.
    await portal.db.schema.renameTable('runs', 'runs_away');
    const unexpected = await portal.train('ada', { idToken });
    expect(unexpected.body.error).toMatchObject({ code: 'internal' });
    await portal.db.schema.renameTable('runs_away', 'runs');

    const secrets = new Set([
      ...portal.idTokens,
      ...credentialsOf(await databricks.requests()),
      'modelops-demo-reader-secret',
      (await portal.db('keys').first('value')).value,
    ]);
    expect(secrets.size).toBeGreaterThan(8);
    const places: [string, string][] = [
      ['logs', portal.logs.join('\n')],
      ['answers', portal.answers.join('\n')],
      ['entries', JSON.stringify(await portal.entries())],
      ['runs', JSON.stringify(await portal.db('runs'))],
    ];
    for (const [place, text] of places) {
      expect(text.length).toBeGreaterThan(1000);
      for (const secret of secrets) {
        for (const spelling of spellings(secret)) {
          if (text.includes(spelling))
            throw new Error(
              `A secret is in the ${place}, near: ${inspect(
                text.slice(
                  Math.max(0, text.indexOf(spelling) - 200),
                  text.indexOf(spelling),
                ),
              )}`,
            );
        }
      }
    }
  });

  it.each<
    [string, Record<string, string | number | boolean>, string[], object]
  >([
    ['a field marked secret', { note: 'x' }, ['note'], { note: MASK }],
    [
      'a name that sounds like one',
      { 'api-key': 'x', dbPassword: 'y', epochs: 5 },
      [],
      { 'api-key': MASK, dbPassword: MASK, epochs: 5 },
    ],
    [
      'a value that holds one',
      { note: 'Bearer held-secret', other: 'x' },
      [],
      { note: MASK, other: 'x' },
    ],
    ['nothing to hide', { token: '' }, [], { token: '' }],
  ])('as a parameter is masked: %s', (_rule, parameters, fields, shown) => {
    expect(
      maskParameters(parameters, {
        fields: new Set(fields),
        values: ['held-secret'],
        byName: true,
      }),
    ).toEqual(shown);
  });
});
