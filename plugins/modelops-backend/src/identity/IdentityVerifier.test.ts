import { inspect } from 'node:util';
import { mockServices } from '@backstage/backend-test-utils';
import {
  startSimulators,
  type Fault,
  type ForgedTokenKind,
  type TokenOverrides,
} from 'modelops-simulators';
import type { IdentityConfig } from './IdentityConfig';
import { IdentityVerifier } from './IdentityVerifier';

const DISCOVERY = '/.well-known/openid-configuration';
const MINUTE = 60_000;

let simulators: Awaited<ReturnType<typeof startSimulators>>;
beforeAll(async () => {
  simulators = await startSimulators();
}, 60_000);
beforeEach(() => simulators.idp.reset());
afterAll(() => simulators.close());

/** A verifier whose clock can be moved, beside the real one. */
function createVerifier(changes: Partial<IdentityConfig> = {}) {
  let aheadMs = 0;
  const verifier = new IdentityVerifier({
    config: {
      authProvider: 'oidc',
      issuer: simulators.idp.issuer,
      audiences: ['backstage'],
      bindBy: 'emailMatchingUserEntityProfileEmail',
      allowedDomains: [],
      clockToleranceSeconds: 30,
      insecure: true,
      ...changes,
    },
    clock: () => new Date(Date.now() + aheadMs),
    logger: mockServices.logger.mock(),
  });
  return {
    verifier,
    pass: (ms: number) => {
      aheadMs += ms;
    },
  };
}

/** `accepted`, or the code of the refusal; and never a word of the token. */
async function verdict(verifier: IdentityVerifier, token: string) {
  try {
    await verifier.verify(token);
    return 'accepted';
  } catch (error) {
    for (const part of [token, ...token.split('.')]) {
      if (part.length > 20) {
        expect(inspect(error, { showHidden: true })).not.toContain(part);
      }
    }
    return (error as { code: string }).code;
  }
}

async function keyRequests() {
  return (await simulators.idp.requests({ path: '/jwks' })).length;
}

describe('a good ID token', () => {
  it('becomes an identity', async () => {
    const { verifier } = createVerifier();
    const token = await simulators.idp.signIdToken('ada');
    const identity = await verifier.verify(token);
    expect(identity).toMatchObject({
      issuer: simulators.idp.issuer,
      subject: 'idp|ada',
      claims: { email: 'ada@acme.example', groups: ['ml-engineers'] },
      groupsOverage: false,
    });
    expect(identity.token.reveal()).toBe(token);
    expect(inspect(identity)).not.toContain(token.split('.')[2]);
    expect(identity.expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  it.each<[string, TokenOverrides, Partial<IdentityConfig>]>([
    ['without a type', { header: { typ: undefined } }, {}],
    ['with its type in lower case', { header: { typ: 'jwt' } }, {}],
    ['for one of several clients', {}, { audiences: ['preview', 'backstage'] }],
  ])('is accepted %s', async (_rule, overrides, changes) => {
    const { verifier } = createVerifier(changes);
    const token = await simulators.idp.signIdToken('ada', overrides);
    expect(await verdict(verifier, token)).toBe('accepted');
  });

  it('is accepted from a clock within the tolerance, and not beyond', async () => {
    const { verifier } = createVerifier();
    await simulators.idp.setClockOffset(25);
    const early = await simulators.idp.signIdToken('ada');
    await simulators.idp.setClockOffset(40);
    const tooEarly = await simulators.idp.signIdToken('ada');
    expect(await verdict(verifier, early)).toBe('accepted');
    expect(await verdict(verifier, tooEarly)).toBe('identity-not-yet-valid');
  });
});

describe('a forged token', () => {
  /** By kind: the code, and whether its claims may be recorded. */
  const expected: Record<ForgedTokenKind, [code: string, signed: boolean]> = {
    expired: ['identity-expired', true],
    'not-yet-valid': ['identity-not-yet-valid', true],
    'wrong-issuer': ['identity-issuer', true],
    'wrong-audience': ['identity-audience', true],
    'two-audiences-without-azp': ['identity-authorized-party', true],
    'foreign-azp': ['identity-authorized-party', true],
    'alg-none': ['identity-algorithm', false],
    'hs256-with-public-key': ['identity-algorithm', false],
    'wrong-key': ['identity-signature', false],
    'unknown-kid': ['identity-key-unknown', false],
    'embedded-jwk': ['identity-signature', false],
    'unverified-email': ['identity-email-unverified', true],
    'no-email': ['identity-claim-missing', true],
    'no-subject': ['identity-claim-missing', true],
    'no-expiry': ['identity-claim-missing', true],
    'access-token-typ': ['identity-type', false],
    'access-token-claim': ['identity-type', true],
    'logout-token-typ': ['identity-type', false],
    'logout-token-events': ['identity-type', true],
    // Accepted: its groups do not count, which is for the roles to say.
    'group-overage': ['accepted', true],
  };

  it.each(Object.entries(expected))(
    '%s',
    async (kind, [code, signatureVerified]) => {
      const { verifier } = createVerifier();
      const token = await simulators.idp.forge(kind as ForgedTokenKind, 'ada');
      expect(await verdict(verifier, token)).toBe(code);
      const outcome: object = await verifier.verify(token).catch(e => e);
      expect(outcome).toMatchObject(
        code === 'accepted'
          ? { groupsOverage: true }
          : {
              name: 'NotAllowedError',
              signatureVerified,
              subject:
                signatureVerified && kind !== 'no-subject'
                  ? 'idp|ada'
                  : undefined,
            },
      );
    },
  );

  it.each<[string, (token: string) => string, string]>([
    ['no token', () => '', 'identity-missing'],
    ['a word', () => 'token', 'identity-malformed'],
    [
      'two parts',
      token => token.split('.').slice(0, 2).join('.'),
      'identity-malformed',
    ],
    [
      'five parts, as of an encrypted token',
      token => `${token}.a.b`,
      'identity-malformed',
    ],
    [
      'a header that is no JSON',
      token => token.replace(/^[^.]+/, 'bm90IGpzb24'),
      'identity-malformed',
    ],
    [
      'a header that is a list',
      token => token.replace(/^[^.]+/, 'W10'),
      'identity-malformed',
    ],
    ['spaces around it', token => ` ${token}`, 'identity-malformed'],
    [
      'the word Bearer before it',
      token => `Bearer ${token}`,
      'identity-malformed',
    ],
    [
      'no signature',
      token => token.replace(/[^.]+$/, ''),
      'identity-signature',
    ],
    [
      'another payload',
      token =>
        token.replace(
          /\.[^.]+\./,
          `.${btoa('{"sub":"alan"}').replace(/=/g, '')}.`,
        ),
      'identity-signature',
    ],
    ['a signature with one bit changed', changeSignature, 'identity-signature'],
    [
      'a critical extension nobody knows',
      withHeader({ alg: 'RS256', crit: ['x'], x: 1 }),
      'identity-malformed',
    ],
    [
      'an algorithm that is a list',
      withHeader({ alg: ['RS256'] }),
      'identity-algorithm',
    ],
    [
      'a type that is a list',
      withHeader({ alg: 'RS256', typ: ['JWT'] }),
      'identity-type',
    ],
    [
      'an algorithm the key is not for',
      withKeyOf({ alg: 'ES256' }),
      'identity-key-unknown',
    ],
  ])('%s', async (_rule, change, code) => {
    const { verifier } = createVerifier();
    const token = await simulators.idp.signIdToken('ada');
    expect(await verdict(verifier, change(token))).toBe(code);
  });

  it('over 8 kB is refused before anything is asked of the identity provider', async () => {
    const { verifier } = createVerifier();
    const token = await simulators.idp.signIdToken('ada', {
      claims: { padding: 'x'.repeat(8 * 1024) },
    });
    expect(await verdict(verifier, token)).toBe('identity-too-large');
    expect(await simulators.idp.requests()).toEqual([]);
  });
});

describe('keys', () => {
  it('are fetched once for many requests at the same time', async () => {
    const { verifier } = createVerifier();
    const token = await simulators.idp.signIdToken('ada');
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token)));
    await verifier.verify(token);
    expect(await keyRequests()).toBe(1);
  });

  it('that are new are found at once', async () => {
    const { verifier } = createVerifier();
    await verifier.verify(await simulators.idp.signIdToken('ada'));
    await simulators.idp.rotateKeys();
    const token = await simulators.idp.signIdToken('ada');
    expect(await verdict(verifier, token)).toBe('accepted');
    expect(await keyRequests()).toBe(2);
  });

  it('that nobody publishes do not make us ask again and again', async () => {
    const { verifier, pass } = createVerifier();
    const unknown = await simulators.idp.forge('unknown-kid', 'ada');
    for (let i = 0; i < 30; i++) {
      expect(await verdict(verifier, unknown)).toBe('identity-key-unknown');
    }
    expect(await keyRequests()).toBe(2);
    const token = await simulators.idp.signIdToken('ada');
    expect(await verdict(verifier, token)).toBe('accepted');
    pass(31_000);
    await verdict(verifier, unknown);
    expect(await keyRequests()).toBe(3);
  });

  it('that are new and could not be fetched are not called unknown, and are found a second later', async () => {
    const { verifier, pass } = createVerifier();
    await verifier.verify(await simulators.idp.signIdToken('ada'));
    await simulators.idp.rotateKeys();
    const token = await simulators.idp.signIdToken('ada');
    await simulators.idp.fault({
      path: '/jwks',
      effect: 'status',
      status: 500,
    });
    for (let i = 0; i < 10; i++) {
      expect(await verdict(verifier, token)).toBe(
        'identity-provider-unreachable',
      );
    }
    expect(await keyRequests()).toBe(2);
    await simulators.idp.clearFaults();
    pass(1_000);
    expect(await verdict(verifier, token)).toBe('accepted');
  });

  it('that were withdrawn end after ten minutes', async () => {
    const { verifier, pass } = createVerifier();
    const token = await simulators.idp.signIdToken('ada');
    await verifier.verify(token);
    await simulators.idp.rotateKeys({ keepOld: false });
    pass(9 * MINUTE);
    expect(await verdict(verifier, token)).toBe('accepted');
    pass(2 * MINUTE);
    expect(await verdict(verifier, token)).toBe('identity-key-unknown');
  });

  it('stay in use for an hour while the identity provider is away, and no longer', async () => {
    const { verifier, pass } = createVerifier();
    await verifier.verify(await simulators.idp.signIdToken('ada'));
    await simulators.idp.fault({ path: '/*', effect: 'drop' });
    const token = await simulators.idp.signIdToken('ada', {
      lifetimeSeconds: 7200,
    });
    pass(59 * MINUTE);
    expect(await verdict(verifier, token)).toBe('accepted');
    pass(2 * MINUTE);
    expect(await verdict(verifier, token)).toBe(
      'identity-provider-unreachable',
    );
    await simulators.idp.clearFaults();
    expect(await verdict(verifier, token)).toBe('accepted');
  });
});

describe('an identity provider that cannot be used', () => {
  it.each<[string, Fault]>([
    ['drops the connection', { path: DISCOVERY, effect: 'drop' }],
    ['answers 500', { path: DISCOVERY, effect: 'status', status: 500 }],
    ['answers 401', { path: DISCOVERY, effect: 'status', status: 401 }],
    ['sends a page', { path: DISCOVERY, effect: 'html' }],
    ['sends no JSON', { path: DISCOVERY, effect: 'not-json' }],
    ['sends nothing', { path: DISCOVERY, effect: 'empty' }],
    ['sends 10 MB', { path: DISCOVERY, effect: 'huge' }],
    [
      'sends elsewhere',
      {
        path: DISCOVERY,
        effect: 'redirect',
        location: 'https://evil.example/',
      },
    ],
    [
      'names another issuer',
      {
        path: DISCOVERY,
        effect: 'merge',
        json: { issuer: 'https://evil.example' },
      },
    ],
    [
      'names keys on plain http elsewhere',
      {
        path: DISCOVERY,
        effect: 'merge',
        json: { jwks_uri: 'http://evil.example/jwks' },
      },
    ],
    [
      'names keys in a file',
      {
        path: DISCOVERY,
        effect: 'merge',
        json: { jwks_uri: 'file:///etc/keys' },
      },
    ],
    [
      'names no keys',
      { path: DISCOVERY, effect: 'merge', json: { jwks_uri: null } },
    ],
    [
      'does not send its keys',
      { path: '/jwks', effect: 'status', status: 404 },
    ],
    [
      'sends keys that are none',
      { path: '/jwks', effect: 'merge', json: { keys: 'none' } },
    ],
    ['sends keys without end', { path: '/jwks', effect: 'huge' }],
  ])('%s: 503, never a refusal', async (_rule, fault) => {
    const { verifier } = createVerifier();
    await simulators.idp.fault(fault);
    const token = await simulators.idp.signIdToken('ada');
    await expect(verifier.verify(token)).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      code: 'identity-provider-unreachable',
    });
    await simulators.idp.clearFaults();
    expect(await verdict(verifier, token)).toBe('accepted');
  });

  it('on plain http is not asked without insecure', async () => {
    const { verifier } = createVerifier({ insecure: false });
    const token = await simulators.idp.signIdToken('ada');
    expect(await verdict(verifier, token)).toBe(
      'identity-provider-unreachable',
    );
    expect(await keyRequests()).toBe(0);
  });
});

function changeSignature(token: string): string {
  const [header, payload, signature] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  // One bit of it.
  bytes[10] ^= 1; // eslint-disable-line no-bitwise
  return [header, payload, bytes.toString('base64url')].join('.');
}

function withHeader(header: object) {
  return (token: string) =>
    token.replace(
      /^[^.]+/,
      Buffer.from(JSON.stringify(header)).toString('base64url'),
    );
}

function withKeyOf(changes: object) {
  return (token: string) => {
    const [header] = token.split('.');
    const own = JSON.parse(Buffer.from(header, 'base64url').toString());
    return withHeader({ ...own, ...changes })(token);
  };
}
