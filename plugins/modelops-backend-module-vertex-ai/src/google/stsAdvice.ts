import type { TokenRefusal } from 'backstage-plugin-modelops-node';
import { parseAudience } from './exchangeSettings';

/** What an exchange was asked with, as far as its advice may name it. @internal */
export interface StsQuestion {
  /** `audience` of the connection: the provider. */
  audience: string;
  userProject?: string;
  /** Claims of a verified ID token; of the portal's own token we know none. */
  claims?: Readonly<Record<string, unknown>>;
}

/** A claim longer than this, or of other characters, is not shown. */
const SHOWN_CLAIM = /^[A-Za-z0-9._~:/@-]{1,200}$/;

type Advise = (question: StsQuestion) => string;

const CONDITION =
  "The attribute condition of the provider is false for this token. Compare the condition with the claims of the token, or ask the pool's administrator to let this person in.";

/** The first that fits. None of the patterns can backtrack, and the description is of bounded length. */
const CAUSES: readonly [RegExp, Advise][] = [
  [
    /should be the full resource name of the Identity Provider|Invalid value for "audience"/i,
    () =>
      "The audience parameter is malformed. Write 'audience' of the connection as //iam.googleapis.com/locations/global/workforcePools/<pool>/providers/<provider>, or with projects/<number>/locations/global/workloadIdentityPools.",
  ],
  [
    /serviceusage\.services\.use|permission to use project/i,
    ({ userProject = 'userProject of the connection' }) =>
      `The permission serviceusage.services.use is missing on the project that calls are counted on (${userProject}). Ask its owner for roles/serviceusage.serviceUsageConsumer.`,
  ],
  [
    /userProject/,
    question =>
      isWorkforce(question)
        ? "A workforce pool belongs to no project. Set 'userProject' of the connection to the project that calls are counted on."
        : "A workload identity pool has a project of its own. Remove 'userProject' from the connection.",
  ],
  [/attribute condition/i, () => CONDITION],
  [
    /Error connecting to the given credential's issuer/i,
    question =>
      `Google cannot reach the issuer${quoted(
        question,
        'iss',
      )} to fetch its keys. Make its /.well-known/openid-configuration reachable from the internet, or upload its keys to the provider (jwksJson).`,
  ],
  [
    /issuer in ID Token .{0,1000}does not match|does not match the expected (ones|issuer)/is,
    question =>
      `The token comes from another issuer${quoted(
        question,
        'iss',
      )} than the provider expects. Set the provider's issuer URI to exactly the token's 'iss' claim; a slash at the end counts.`,
  ],
  [/audience in ID Token|expected audience/i, wrongAudClaim],
  [
    /mapped attribute|bytes limit/i,
    () =>
      "An attribute that the provider maps is too long (google.subject: 127 bytes). Map google.subject from a shorter claim, and set 'subjectClaim' of the connection to it.",
  ],
  [
    /number of groups/i,
    () =>
      'The token names too many groups (Google takes 400). Have the identity provider send fewer, or do not map google.groups.',
  ],
  [
    /in the future/i,
    () =>
      'The token says that it was issued in the future. Check the clock of the identity provider.',
  ],
  [/stale to sign-in|expired/i, () => 'The token is too old. Sign in again.'],
  [
    /more than 48 hours/i,
    () =>
      'The token is valid for longer than Google takes (48 hours). Shorten the ID tokens of the identity provider.',
  ],
  [
    /unsupported algorithm|must have the field 'kid'/i,
    () =>
      'Google takes ID tokens signed with RS256 or ES256 that name their key (kid). Change that at the identity provider.',
  ],
  [
    /revoked/i,
    () =>
      'The sessions of this person were revoked on Google Cloud. Ask an administrator of the pool.',
  ],
];

const CODES: ReadonlyMap<string, Advise> = new Map<string, Advise>([
  [
    'invalid_target',
    ({ audience }) =>
      `There is no such pool or provider, or it is disabled or deleted: ${audience}. Check 'audience' of the connection, and the provider on Google Cloud.`,
  ],
  ['unauthorized_client', () => CONDITION],
  [
    'invalid_scope',
    () => "Google knows no such scope. Check 'scopes' of the connection.",
  ],
  [
    'invalid_grant',
    question =>
      `Check that the provider's issuer URI is exactly the token's 'iss' claim, that its 'aud' claim is accepted there, and sign in again. ${wrongAudClaim(
        question,
      )}`,
  ],
]);

const OTHERWISE: Advise = ({ audience }) =>
  `Check 'audience' of the connection (${audience}), and that Google's Security Token Service is enabled there.`;

/**
 * What to do about a refusal of Google's Security Token Service. Its codes are few, so the cause is recognised by its words, of
 * which none are passed on. Source of the words: reference, section 1.
 * @internal
 */
export function stsAdvice(
  { code, description }: TokenRefusal,
  question: StsQuestion,
): string {
  for (const [pattern, advise] of CAUSES)
    if (pattern.test(description)) return advise(question);
  return (CODES.get(code ?? '') ?? OTHERWISE)(question);
}

/** Two audiences are easily confused: the parameter, which names the provider, and the claim, which names a client. */
function wrongAudClaim(question: StsQuestion): string {
  const claim = quoted(question, 'aud');
  return isWorkforce(question)
    ? `The 'aud' claim of the ID token${claim} has to be the client id in the workforce provider's OIDC settings. It is not the audience parameter (${question.audience}), which names the provider and was accepted.`
    : `The 'aud' claim of the token${claim} has to be one of the provider's allowed audiences. It is not the audience parameter (${question.audience}), which names the provider and was accepted.`;
}

function isWorkforce({ audience }: StsQuestion): boolean {
  return parseAudience(audience)?.kind === 'workforce';
}

/** ` ('backstage')`: a claim of a token that was verified here, where it is fit to be shown. */
function quoted({ claims = {} }: StsQuestion, name: 'aud' | 'iss'): string {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  const values = Array.isArray(value) ? value.slice(0, 5) : [value];
  return values.every(one => typeof one === 'string' && SHOWN_CLAIM.test(one))
    ? ` (${values.map(one => `'${one}'`).join(', ')})`
    : '';
}
