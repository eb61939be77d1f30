import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
} from 'jose';
import type { Simulators } from '../attachSimulators';
import type { ForgedTokenKind } from '../handles/forgedTokenKinds';
import { startSimulators } from '../startSimulators';

let simulators: Simulators;
beforeAll(async () => {
  simulators = await startSimulators();
});
afterAll(() => simulators.close());

/** Verifies as a careful relying party would, short of the checks that are about the person. */
async function verify(token: string) {
  const { issuer } = simulators.idp;
  return jwtVerify(token, createRemoteJWKSet(new URL(`${issuer}/jwks`)), {
    issuer,
    audience: 'backstage',
    algorithms: ['RS256'],
    requiredClaims: ['exp', 'iat', 'sub'],
    clockTolerance: 60,
  });
}

it('verifies a good token', async () => {
  const { payload } = await verify(await simulators.idp.signIdToken('ada'));
  expect(payload).toMatchObject({
    sub: 'idp|ada',
    email: 'ada@acme.example',
    groups: ['ml-engineers'],
  });
});

it.each<[ForgedTokenKind, string]>([
  ['expired', 'ERR_JWT_EXPIRED'],
  ['not-yet-valid', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ['wrong-issuer', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ['wrong-audience', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ['alg-none', 'ERR_JOSE_ALG_NOT_ALLOWED'],
  ['hs256-with-public-key', 'ERR_JOSE_ALG_NOT_ALLOWED'],
  ['wrong-key', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
  ['embedded-jwk', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
  ['unknown-kid', 'ERR_JWKS_NO_MATCHING_KEY'],
  ['no-subject', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ['no-expiry', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
])('%s fails a standard verification with %s', async (kind, code) => {
  await expect(
    verify(await simulators.idp.forge(kind, 'ada')),
  ).rejects.toMatchObject({ code });
});

it.each<[ForgedTokenKind, Record<string, unknown>, Record<string, unknown>]>([
  [
    'two-audiences-without-azp',
    {},
    { aud: ['backstage', 'another-application'] },
  ],
  ['foreign-azp', {}, { azp: 'another-application' }],
  [
    'unverified-email',
    {},
    { email: 'ada@acme.example', email_verified: false },
  ],
  ['access-token-typ', { typ: 'at+jwt' }, {}],
  ['access-token-claim', {}, { typ: 'Bearer' }],
  ['logout-token-typ', { typ: 'logout+jwt' }, {}],
  ['logout-token-events', {}, { events: expect.anything() }],
  ['group-overage', {}, { _claim_names: { groups: 'src1' } }],
  ['no-email', {}, { name: 'Ada Lovelace' }],
])(
  '%s is rightly signed and differs only as it says',
  async (kind, header, claims) => {
    const token = await simulators.idp.forge(kind, 'ada');
    await verify(token);
    expect(decodeProtectedHeader(token)).toMatchObject(header);
    expect(decodeJwt(token)).toMatchObject(claims);
  },
);

it('leaves out what a kind says is missing', async () => {
  expect(
    decodeJwt(await simulators.idp.forge('two-audiences-without-azp', 'ada')),
  ).not.toHaveProperty('azp');
  expect(
    decodeJwt(await simulators.idp.forge('group-overage', 'ada')),
  ).not.toHaveProperty('groups');
  expect(
    decodeJwt(await simulators.idp.forge('no-email', 'ada')),
  ).not.toHaveProperty('email');
});

it('mints what a test describes', async () => {
  const token = await simulators.idp.signIdToken('ada', {
    claims: { groups: ['x'], team: null },
    lifetimeSeconds: 240,
  });
  const claims = decodeJwt(token);
  expect(claims.groups).toEqual(['x']);
  expect(claims).not.toHaveProperty('team');
  expect(claims.exp! - claims.iat!).toBe(240);
});

it('names the kinds when asked for one that does not exist', async () => {
  await expect(
    simulators.idp.forge('nonsense' as ForgedTokenKind, 'ada'),
  ).rejects.toThrow(/one of expired, /);
});
