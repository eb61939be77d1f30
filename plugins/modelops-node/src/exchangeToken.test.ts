import { inspect } from 'node:util';
import { requestToken, type TokenRequest } from './exchangeToken';
import { PlatformError } from './PlatformError';
import { Secret } from './Secret';
import { TestServer, type Answer } from './__testUtils__/TestServer';

const SUBJECT_TOKEN = 'header.subject-token-of-ada.signature';
const CLIENT_SECRET = 'client secret:/of the portal';
const ISSUED = 'issued-access-token';

describe('requestToken', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(() => server.close());

  function ask(more: Partial<TokenRequest> = {}) {
    return requestToken({
      connection: 'databricks-prod',
      tokenEndpoint: `${server.host}/oidc/v1/token`,
      form: { subject_token: SUBJECT_TOKEN, scope: 'all-apis' },
      clock: () => new Date('2026-05-04T09:30:00Z'),
      signal: new AbortController().signal,
      ...more,
    });
  }

  function json(body: unknown, status = 200): Answer {
    return res => {
      res.writeHead(status, { 'content-type': 'application/json' });
      res.end(JSON.stringify(body));
    };
  }

  async function failureOf(answer: Answer, more: Partial<TokenRequest> = {}) {
    server.answerWith(answer);
    const error = await ask(more).then(
      () => new Error('it did not fail'),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(PlatformError);
    const seen = `${inspect(error, {
      showHidden: true,
      depth: 9,
    })}${JSON.stringify(error)}`;
    for (const secret of [SUBJECT_TOKEN, CLIENT_SECRET, ISSUED])
      expect(seen).not.toContain(secret);
    expect(error).toMatchObject({ refused: true });
    return error as PlatformError;
  }

  const answer = {
    access_token: ISSUED,
    token_type: 'Bearer',
    expires_in: 3600,
  };

  it('sends exactly the form, and no client authentication of its own accord', async () => {
    server.answerWith(json(answer));
    const issued = await ask();
    expect(issued.token.reveal()).toBe(ISSUED);
    expect(issued.expiresAt).toEqual(new Date('2026-05-04T10:30:00Z'));
    expect(
      Object.fromEntries(new URLSearchParams(server.requests[0].body)),
    ).toEqual({
      subject_token: SUBJECT_TOKEN,
      scope: 'all-apis',
    });
    expect(server.requests[0].headers.authorization).toBeUndefined();
  });

  it('encodes id and secret of a client before it joins them', async () => {
    server.answerWith(json(answer));
    await ask({
      basic: { clientId: 'a:b', clientSecret: new Secret(CLIENT_SECRET) },
    });
    const sent = server.requests[0].headers.authorization ?? '';
    expect(Buffer.from(sent.slice('Basic '.length), 'base64').toString()).toBe(
      'a%3Ab:client%20secret%3A%2Fof%20the%20portal',
    );
  });

  it('takes a life sent as text', async () => {
    server.answerWith(json({ ...answer, expires_in: '240' }));
    expect((await ask()).expiresAt).toEqual(new Date('2026-05-04T09:34:00Z'));
  });

  it.each<[string, Record<string, unknown>]>([
    ['no token', { ...answer, access_token: undefined }],
    ['an empty token', { ...answer, access_token: '' }],
    ['a token with a line break', { ...answer, access_token: 'a\nb' }],
    ['no life', { ...answer, expires_in: undefined }],
    ['a life of null', { ...answer, expires_in: null }],
    ['a life of true', { ...answer, expires_in: true }],
    ['a life in a list', { ...answer, expires_in: [3600] }],
    ['an empty life', { ...answer, expires_in: '' }],
    ['a life that is over', { ...answer, expires_in: -1 }],
    ['a life beyond any date', { ...answer, expires_in: 1e300 }],
    ['another kind of token', { ...answer, token_type: 'mac' }],
    ['no kind of token', { ...answer, token_type: undefined }],
  ])('refuses an answer with %s', async (_what, body) => {
    expect((await failureOf(json(body))).code).toBe(
      'exchange-response-invalid',
    );
  });

  it.each<[string, Answer]>([
    ['a sign-in page', res => res.end('<html>Sign in</html>')],
    ['nothing', res => res.end()],
    ['10 MB', res => res.end('a'.repeat(10 * 1024 * 1024))],
    ['a redirect', res => res.writeHead(302, { location: '/login' }).end()],
  ])('does not take %s for a token', async (_what, page) => {
    expect((await failureOf(page)).code).toBe('exchange-response-invalid');
  });

  it.each([
    [400, { error: 'invalid_grant' }, '(invalid_grant)'],
    [401, { error_code: 'UNAUTHENTICATED' }, '(UNAUTHENTICATED)'],
    [403, { errorCode: 403 }, '(403)'],
    [401, 'Invalid credentials.', '(401)'],
    [400, { error: `bad ${SUBJECT_TOKEN}` }, '(400)'],
    [400, { error: 'e', error_description: `bad ${SUBJECT_TOKEN}` }, '(e)'],
  ])(
    'names the code of a refusal and nothing else: %s %j',
    async (status, body, shown) => {
      const error = await failureOf(json(body, status));
      expect(error.code).toBe('exchange-refused');
      expect(error.message).toContain(shown);
      expect(error.message).toContain('Nothing was started');
    },
  );

  it('gives the advice that the caller has for a code', async () => {
    const advice = new Map([['invalid_grant', 'Check the audience.']]);
    const known = await failureOf(json({ error: 'invalid_grant' }, 400), {
      advice,
    });
    expect(known.message).toContain('Check the audience.');
    const other = await failureOf(json({ error: 'constructor' }, 400), {
      advice,
    });
    expect(other.message).toContain('Check issuer, audience and subject');
  });

  it('recognises a cause by what the endpoint said, and passes none of it on', async () => {
    const said = { error: 'invalid_grant', error_description: SUBJECT_TOKEN };
    const error = await failureOf(json(said, 400), {
      advice: ({ code, description }) =>
        code === 'invalid_grant' && description === SUBJECT_TOKEN
          ? 'Check the clock.'
          : undefined,
    });
    expect(error.message).toContain('Check the clock.');
    expect(error.message).not.toContain(SUBJECT_TOKEN);
    const silent = await failureOf(
      json({ error: 'e', error_description: 7 }, 400),
      {
        advice: ({ description }) => description || 'Nothing was said.',
      },
    );
    expect(silent.message).toContain('Nothing was said.');
  });

  it.each([429, 500, 502, 503, 504])('takes %s for an outage', async status => {
    const error = await failureOf(res =>
      res.writeHead(status, { 'retry-after': '0' }).end(),
    );
    expect(error.code).toBe('exchange-unreachable');
  });

  it('takes a lost connection for an outage', async () => {
    expect((await failureOf(res => void res.destroy())).code).toBe(
      'exchange-unreachable',
    );
  });
});
