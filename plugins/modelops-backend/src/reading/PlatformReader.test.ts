import { setImmediate } from 'node:timers/promises';
import {
  PlatformError,
  type PlatformErrorCode,
  Secret,
} from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import { CredentialBroker } from '../credentials/CredentialBroker';
import { UnavailableError } from '../errors';
import { PlatformReader, type ReadQuestion } from './PlatformReader';

const START = Date.parse('2026-11-22T08:00:00.000Z');
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Who asks what; whatever differs makes it somebody else, or something else. */
interface Asked {
  issuer?: string;
  subject?: string;
  user?: string;
  agent?: string;
  email?: string;
  as?: string;
  connection?: string;
  resource?: string;
  about?: unknown[];
  since?: string;
  reads?: 'person' | 'reader';
}

/** A reader in front of a platform that answers with the number of the question, or fails. */
function desk() {
  let now = START;
  const asked: string[] = [];
  let failure: Error | undefined;
  let arrival: Promise<void> | undefined;
  const clock = () => new Date(now);
  const credentials = new CredentialBroker({
    exchangers: new Map([
      [
        'badge',
        {
          id: 'badge',
          userSettings: z.object({}),
          readerSettings: z.object({}),
          principalOf: ({ wanted }) =>
            wanted.kind === 'person' ? String(wanted.claims.email) : wanted.id,
          exchange: async ({ wanted, subjectToken }) => ({
            accessToken: new Secret(`for ${subjectToken.reveal()}`),
            principal:
              wanted.kind === 'person'
                ? String(wanted.claims.email)
                : wanted.id,
            confirmed: true,
            expiresAt: new Date(now + HOUR / 2),
          }),
        },
      ],
    ]),
    workloadToken: async () => new Secret("the portal's token"),
    recordIssued: async () => undefined,
    clock,
  });
  const reader = new PlatformReader({ credentials, clock });
  const toQuestion = (who: Asked) =>
    ({
      caller: {
        userEntityRef: who.user ?? 'user:default/ada',
        agent: who.agent,
        identity: {
          token: new Secret(`token of ${who.subject ?? 'ada'}`),
          issuer: who.issuer ?? 'https://idp',
          subject: who.subject ?? 'ada',
          claims: { email: who.email ?? 'ada@acme.example' },
        },
      },
      binding: {
        connection: who.connection ?? 'desk',
        resource: who.resource ?? 'model/a',
        open: {
          config: {
            id: who.connection ?? 'desk',
            reads: who.reads ?? 'person',
            user: { exchange: 'badge', settings: {} },
            reader: {
              exchange: 'badge',
              settings: { servicePrincipal: 'portal' },
            },
          },
        },
      },
      decision: {
        allowed: true,
        as: who.as && { servicePrincipal: who.as, through: 'person' },
      },
      about: who.about ?? ['versions'],
      since: who.since,
    } as unknown as ReadQuestion);
  const ask = async ({
    credential,
  }: {
    credential: { principal: string };
  }): Promise<string> => {
    asked.push(credential.principal);
    const answer = `answer ${asked.length}`;
    const failing = failure;
    await arrival;
    if (failing) throw failing;
    return answer;
  };
  return {
    asked,
    read: (who: Asked = {}) => reader.read(toQuestion(who), ask),
    readAsPerson: (who: Asked = {}) =>
      reader.readAsPerson(toQuestion(who), ask),
    pass: (ms: number) => {
      now += ms;
    },
    fail: (code: PlatformErrorCode | Error) => {
      failure =
        code instanceof Error
          ? code
          : new PlatformError('desk', code, 'It went wrong.', {
              refused: true,
            });
    },
    /** Questions from now on are answered then. */
    answerWhen: (when: Promise<void> | undefined) => {
      arrival = when;
    },
    recover: () => {
      failure = undefined;
    },
  };
}

describe('What a platform answered', () => {
  it('is asked for once by all who wait for it, and again after 5 s', async () => {
    const { read, asked, pass } = desk();
    const answers = await Promise.all(Array.from({ length: 20 }, () => read()));
    expect(new Set(answers.map(({ value }) => value))).toEqual(
      new Set(['answer 1']),
    );
    pass(4 * SECOND);
    expect(await read()).toMatchObject({
      value: 'answer 1',
      freshness: { readAt: '2026-11-22T08:00:00.000Z' },
    });
    pass(2 * SECOND);
    expect(await read()).toMatchObject({
      value: 'answer 2',
      readAs: 'person',
      freshness: { readAt: '2026-11-22T08:00:06.000Z' },
      facts: { principal: 'ada@acme.example' },
    });
    expect(asked).toHaveLength(2);
  });

  it.each<PlatformErrorCode>([
    'platform-unreachable',
    'platform-throttled',
    'platform-failed',
    'exchange-unreachable',
  ])('is shown with its age while the answer now is %s', async code => {
    const { read, pass, fail, recover } = desk();
    await read();
    pass(10 * SECOND);
    fail(code);
    expect(await read()).toMatchObject({
      value: 'answer 1',
      freshness: {
        readAt: '2026-11-22T08:00:00.000Z',
        failure: { code, message: 'It went wrong.' },
      },
    });
    recover();
    expect((await read()).freshness).toEqual({
      readAt: '2026-11-22T08:00:10.000Z',
    });
  });

  it('is shown for an hour and no longer', async () => {
    const { read, pass, fail } = desk();
    await read();
    fail('platform-unreachable');
    pass(HOUR);
    expect((await read()).value).toBe('answer 1');
    pass(1);
    await expect(read()).rejects.toMatchObject({
      code: 'platform-unreachable',
    });
  });

  it.each<PlatformErrorCode>([
    'platform-permission-denied',
    'platform-not-found',
    'platform-refused-credential',
    'platform-identity-mismatch',
    'exchange-refused',
    'credential-expired',
    'credential-too-long-lived',
    'platform-response-invalid',
  ])('is gone once the answer was %s', async code => {
    const { read, pass, fail } = desk();
    await read();
    pass(10 * SECOND);
    fail(code);
    await expect(read()).rejects.toMatchObject({ code });
    fail('platform-unreachable');
    await expect(read()).rejects.toMatchObject({
      code: 'platform-unreachable',
    });
  });

  it('is gone once anything else about the same resource was refused, and nothing about another', async () => {
    const { read, pass, fail } = desk();
    await read();
    await read({ resource: 'model/ab' });
    pass(10 * SECOND);
    fail('platform-permission-denied');
    await expect(read({ about: ['version', '1'] })).rejects.toThrow();
    fail('platform-unreachable');
    await expect(read()).rejects.toMatchObject({
      code: 'platform-unreachable',
    });
    expect((await read({ resource: 'model/ab' })).value).toBe('answer 2');
  });

  it('is gone on the whole connection once the person was refused a credential', async () => {
    const { read, pass, fail } = desk();
    await read({ resource: 'model/b' });
    await read({ connection: 'other' });
    pass(10 * SECOND);
    fail('exchange-refused');
    await expect(read()).rejects.toMatchObject({ code: 'exchange-refused' });
    fail('platform-unreachable');
    await expect(read({ resource: 'model/b' })).rejects.toThrow();
    expect((await read({ connection: 'other' })).value).toBe('answer 2');
  });

  it('is not held if it was on its way while something was refused', async () => {
    const { read, asked, pass, fail, recover, answerWhen } = desk();
    let arrive = () => {};
    answerWhen(new Promise<void>(resolve => (arrive = resolve)));
    const slow = read();
    while (asked.length === 0) await setImmediate();
    answerWhen(undefined);
    fail('platform-permission-denied');
    await expect(read({ about: ['version', '1'] })).rejects.toThrow();
    recover();
    arrive();
    await slow;
    pass(10 * SECOND);
    fail('platform-unreachable');
    await expect(read()).rejects.toMatchObject({
      code: 'platform-unreachable',
    });
  });

  it('is asked for again after a change made here, and still is the last good one', async () => {
    const { read, fail } = desk();
    await read({ since: 'deployed' });
    expect((await read({ since: 'deployed' })).value).toBe('answer 1');
    expect((await read({ since: 'promoted' })).value).toBe('answer 2');
    fail('platform-unreachable');
    expect(await read({ since: 'rolled back' })).toMatchObject({
      value: 'answer 2',
      freshness: { failure: { code: 'platform-unreachable' } },
    });
  });

  it('is not shown when something of ours failed', async () => {
    const { read, pass, fail } = desk();
    await read();
    pass(10 * SECOND);
    fail(new UnavailableError('audit-unavailable', 'No entry, no answer.'));
    await expect(read()).rejects.toMatchObject({ code: 'audit-unavailable' });
    fail('platform-unreachable');
    expect((await read()).value).toBe('answer 1');
  });

  it.each<[string, Asked]>([
    ['of another issuer', { issuer: 'https://other' }],
    ['with another subject', { subject: 'grace' }],
    ['who is another user', { user: 'user:default/grace' }],
    ['for whom an agent asks', { agent: 'plugin:mcp-actions' }],
    ['whom the platform knows by another name', { email: 'a@acme.example' }],
    ['who acts as a service principal', { as: 'sp-1' }],
    ['on another connection', { connection: 'other' }],
    ['about another resource', { resource: 'model/b' }],
    ['about another page', { about: ['versions', 'next'] }],
    ['whose connection reads as the portal', { reads: 'reader' }],
  ])('is never given to somebody %s', async (_who, other) => {
    const { read, readAsPerson, asked, fail, pass } = desk();
    await read();
    expect((await read(other)).value).toBe('answer 2');
    expect((await readAsPerson()).value).toBe('answer 1');
    expect(asked).toHaveLength(2);
    pass(10 * SECOND);
    fail('platform-permission-denied');
    await expect(read()).rejects.toThrow();
    fail('platform-unreachable');
    // What is theirs stays theirs, unless it is another question about what was refused.
    const theirs = await read(other).then(
      ({ value }) => value,
      error => error.code,
    );
    expect(theirs).toBe(other.about ? 'platform-unreachable' : 'answer 2');
  });

  it('is read as the portal where the connection says so, and held for each person alone', async () => {
    const { read, readAsPerson, asked } = desk();
    expect(await read({ reads: 'reader' })).toMatchObject({
      readAs: 'reader',
      facts: { principal: 'portal' },
    });
    await read({ reads: 'reader', subject: 'grace' });
    await readAsPerson({ reads: 'reader' });
    expect(asked).toEqual(['portal', 'portal', 'ada@acme.example']);
  });

  it('is not held where only the answer of now will do', async () => {
    const { readAsPerson, pass, fail } = desk();
    await readAsPerson();
    pass(10 * SECOND);
    fail('platform-unreachable');
    await expect(readAsPerson()).rejects.toMatchObject({
      code: 'platform-unreachable',
    });
  });

  it('is held 500 times; the oldest goes first', async () => {
    const { read, pass, fail } = desk();
    for (let page = 0; page <= 500; page += 1) await read({ about: [page] });
    pass(10 * SECOND);
    fail('platform-unreachable');
    await expect(read({ about: [0] })).rejects.toThrow();
    expect((await read({ about: [1] })).value).toBe('answer 2');
  });

  it('is read again with a new credential when the platform refused the one it had issued', async () => {
    const { read, asked, fail } = desk();
    fail('platform-refused-credential');
    await expect(read()).rejects.toMatchObject({
      code: 'platform-refused-credential',
    });
    expect(asked).toHaveLength(2);
  });
});
