import { checkClaims } from './checkClaims';
import type { IdentityConfig } from './IdentityConfig';

const NOW = new Date('2026-01-02T03:04:05Z');
const NOW_SECONDS = NOW.getTime() / 1000;

const config: IdentityConfig = {
  authProvider: 'oidc',
  issuer: 'https://idp.acme.com',
  audiences: ['portal', 'portal-preview'],
  bindBy: 'emailMatchingUserEntityProfileEmail',
  allowedDomains: [],
  clockToleranceSeconds: 30,
  insecure: false,
};
const BY_OID: Partial<IdentityConfig> = {
  bindBy: 'oidMatchingUserEntityAnnotation',
};

const good = {
  iss: 'https://idp.acme.com',
  sub: 'ada',
  aud: 'portal',
  iat: NOW_SECONDS - 10,
  exp: NOW_SECONDS + 600,
  email: 'ada@acme.com',
  email_verified: true,
};

/** `accepted`, or the code of the refusal. */
function verdict(
  claims: Record<string, unknown>,
  changes: Partial<IdentityConfig> = {},
): string {
  try {
    checkClaims({ ...good, ...claims }, { ...config, ...changes }, NOW);
    return 'accepted';
  } catch (error) {
    expect(error).toMatchObject({ name: 'NotAllowedError' });
    return (error as { code: string }).code;
  }
}

function catchError(action: () => unknown): object {
  try {
    action();
  } catch (error) {
    return error as object;
  }
  throw new TypeError('Nothing was thrown');
}

describe('checkClaims', () => {
  it.each<[string, Record<string, unknown>, Partial<IdentityConfig>, string]>([
    ['a good token', {}, {}, 'accepted'],
    ['another issuer', { iss: 'https://idp.evil.com' }, {}, 'identity-issuer'],
    [
      'the issuer with a slash more',
      { iss: 'https://idp.acme.com/' },
      {},
      'identity-issuer',
    ],
    ['no issuer', { iss: undefined }, {}, 'identity-issuer'],
    [
      'a list of issuers',
      { iss: ['https://idp.acme.com'] },
      {},
      'identity-issuer',
    ],

    ['any of our clients', { aud: 'portal-preview' }, {}, 'accepted'],
    ['a list with our client', { aud: ['portal'] }, {}, 'accepted'],
    ['another client', { aud: 'wiki' }, {}, 'identity-audience'],
    [
      'a client whose name only begins the same',
      { aud: 'portal-2' },
      {},
      'identity-audience',
    ],
    ['no audience', { aud: undefined }, {}, 'identity-audience'],
    ['an empty list of audiences', { aud: [] }, {}, 'identity-audience'],
    [
      'an audience that is no text',
      { aud: ['portal', { a: 1 }] },
      {},
      'identity-audience',
    ],
    [
      'several audiences without azp',
      { aud: ['portal', 'wiki'] },
      {},
      'identity-authorized-party',
    ],
    [
      'several audiences, issued to us',
      { aud: ['portal', 'wiki'], azp: 'portal' },
      {},
      'accepted',
    ],
    [
      'several audiences, issued to another',
      { aud: ['portal', 'wiki'], azp: 'wiki' },
      {},
      'identity-authorized-party',
    ],
    [
      'one audience, issued to another',
      { azp: 'wiki' },
      {},
      'identity-authorized-party',
    ],
    ['one audience, issued to us', { azp: 'portal' }, {}, 'accepted'],
    [
      'an azp that is a list',
      { azp: ['portal'] },
      {},
      'identity-authorized-party',
    ],
    ['an azp that is null', { azp: null }, {}, 'identity-authorized-party'],

    ['a token that expires now', { exp: NOW_SECONDS }, {}, 'accepted'],
    [
      'a token that expired within the tolerance',
      { exp: NOW_SECONDS - 29 },
      {},
      'accepted',
    ],
    [
      'a token that expired beyond it',
      { exp: NOW_SECONDS - 30 },
      {},
      'identity-expired',
    ],
    [
      'a token that expires now, without tolerance',
      { exp: NOW_SECONDS },
      { clockToleranceSeconds: 0 },
      'identity-expired',
    ],
    ['no expiry', { exp: undefined }, {}, 'identity-claim-missing'],
    [
      'an expiry as text',
      { exp: String(NOW_SECONDS + 600) },
      {},
      'identity-claim-missing',
    ],
    ['an expiry that is no date', { exp: 1e300 }, {}, 'identity-expired'],
    [
      'a token issued within the tolerance',
      { iat: NOW_SECONDS + 30 },
      {},
      'accepted',
    ],
    [
      'a token issued beyond it',
      { iat: NOW_SECONDS + 31 },
      {},
      'identity-not-yet-valid',
    ],
    ['no time of issue', { iat: undefined }, {}, 'identity-claim-missing'],
    [
      'a token valid within the tolerance',
      { nbf: NOW_SECONDS + 30 },
      {},
      'accepted',
    ],
    [
      'a token valid later',
      { nbf: NOW_SECONDS + 31 },
      {},
      'identity-not-yet-valid',
    ],
    [
      'a start of validity as text',
      { nbf: 'now' },
      {},
      'identity-claim-missing',
    ],

    ['an ID token of Keycloak', { typ: 'ID' }, {}, 'accepted'],
    ['an access token of Keycloak', { typ: 'Bearer' }, {}, 'identity-type'],
    ['a refresh token of Keycloak', { typ: 'Refresh' }, {}, 'identity-type'],
    ['a type in another case', { typ: 'id' }, {}, 'identity-type'],
    ['an event', { events: {} }, {}, 'identity-type'],

    ['no subject', { sub: undefined }, {}, 'identity-claim-missing'],
    ['an empty subject', { sub: '' }, {}, 'identity-claim-missing'],
    ['a subject that is no text', { sub: 7 }, {}, 'identity-claim-missing'],
    [
      'a subject without end',
      { sub: 'a'.repeat(256) },
      {},
      'identity-claim-missing',
    ],

    ['no e-mail address', { email: undefined }, {}, 'identity-claim-missing'],
    [
      'a list of e-mail addresses',
      { email: ['ada@acme.com'] },
      {},
      'identity-claim-missing',
    ],
    [
      'an address that is not verified',
      { email_verified: false },
      {},
      'identity-email-unverified',
    ],
    [
      'an address of which nobody says that it is',
      { email_verified: undefined },
      {},
      'identity-email-unverified',
    ],
    [
      'verified as text',
      { email_verified: 'true' },
      {},
      'identity-email-unverified',
    ],
    [
      'by object id, without an address',
      { email: undefined, email_verified: undefined, oid: '1' },
      BY_OID,
      'accepted',
    ],
    ['by object id, without one', {}, BY_OID, 'identity-claim-missing'],
  ])('%s', (_rule, claims, changes, expected) => {
    expect(verdict(claims, changes)).toBe(expected);
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ['groups in the token', { groups: ['a'] }, false],
    ['groups elsewhere', { _claim_names: { groups: 'src1' } }, true],
    ['something else elsewhere', { _claim_names: { roles: 'src1' } }, false],
    ['groups that are only announced', { hasgroups: true }, true],
    [
      'a malformed list of what is elsewhere',
      { _claim_names: 'groups' },
      false,
    ],
  ])('sees whether groups were left out: %s', (_rule, claims, overage) => {
    expect(checkClaims({ ...good, ...claims }, config, NOW)).toEqual({
      subject: 'ada',
      expiresAt: new Date((NOW_SECONDS + 600) * 1000),
      groupsOverage: overage,
    });
  });

  it('names the subject of a refused token, where no handler prints it', () => {
    const refused = () => checkClaims({ ...good, aud: 'wiki' }, config, NOW);
    const error = catchError(refused);
    expect(error).toMatchObject({ signatureVerified: true, subject: 'ada' });
    expect({ ...error }).toEqual({
      name: 'NotAllowedError',
      code: 'identity-audience',
      cause: undefined,
    });
  });
});
