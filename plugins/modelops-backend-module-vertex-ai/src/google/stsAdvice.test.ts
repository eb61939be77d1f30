import { stsAdvice } from './stsAdvice';

const WORKFORCE = {
  audience:
    '//iam.googleapis.com/locations/global/workforcePools/acme/providers/okta',
};
const WORKLOAD = {
  audience:
    '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/portal/providers/okta',
};

describe('the advice about a refusal', () => {
  it.each<[string, string, typeof WORKFORCE, string]>([
    [
      'invalid_request',
      'Invalid value for "audience". This value should be the full resource name of the Identity Provider. See https://x for the list of possible formats.',
      WORKFORCE,
      'audience parameter is malformed',
    ],
    [
      'invalid_request',
      'The option "userProject" is required for an audience that is a workforce pool.',
      WORKFORCE,
      "Set 'userProject'",
    ],
    [
      'invalid_request',
      'userProject is not allowed',
      WORKLOAD,
      "Remove 'userProject'",
    ],
    [
      'unauthorized_client',
      'Caller does not have required permission to use project 1.',
      WORKFORCE,
      'roles/serviceusage.serviceUsageConsumer',
    ],
    ['invalid_target', 'anything', WORKFORCE, 'no such pool or provider'],
    ['unauthorized_client', '', WORKFORCE, 'attribute condition'],
    [
      'invalid_grant',
      'The issuer in ID Token https://a does not match the expected ones: https://b',
      WORKFORCE,
      'comes from another issuer',
    ],
    [
      'invalid_grant',
      'The audience in ID Token [a] does not match the expected audience b.',
      WORKLOAD,
      "one of the provider's allowed audiences",
    ],
    ['invalid_grant', 'The number of groups exceeds', WORKFORCE, '400'],
    ['invalid_grant', 'issued at 7 is in the future', WORKFORCE, 'clock'],
    ['invalid_grant', 'more than 48 hours', WORKFORCE, '48 hours'],
    [
      'invalid_grant',
      'Unsupported algorithm PS256 in the ID Token',
      WORKFORCE,
      'RS256 or ES256',
    ],
    ['invalid_grant', 'something new', WORKFORCE, "'iss' claim"],
    ['invalid_scope', '', WORKFORCE, "'scopes' of the connection"],
    ['slow_down', '', WORKFORCE, WORKFORCE.audience],
  ])('%s %s', (code, description, question, words) => {
    expect(stsAdvice({ code, description }, question)).toContain(words);
  });

  it('takes no time over a description that is made to take some', () => {
    const began = performance.now();
    for (const piece of ['issuer in ID Token ', 'mapped attribute', '"', ' '])
      stsAdvice({ description: piece.repeat(2_000) }, WORKFORCE);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
