import {
  claimOf,
  isUnverified,
  refusal,
  requestToken,
  type Connection,
  type Credential,
  type CredentialExchanger,
  type ExchangeRequest,
  type IssuedToken,
} from 'backstage-plugin-modelops-node';
import { connectionSettings, type VertexSettings } from '../vertexSettings';
import {
  lifetimeSeconds,
  parseAudience,
  readerSettings,
  serviceAccountSchema,
  userSettings,
} from './exchangeSettings';
import { impersonate } from './impersonation';
import { stsAdvice } from './stsAdvice';

const OAUTH = 'urn:ietf:params:oauth';
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';
/** Longest `google.subject`, in bytes. Source: IAM v1 discovery document. */
const LONGEST_SUBJECT = 127;
/** A credential with less life left would end during the request it is for, in milliseconds. */
const LEAST_LIFE_MS = 40_000;

/** What a `user` and a `reader` block have in common once read. */
interface ExchangeSettings {
  audience: string;
  userProject?: string;
  credentialLifetime: { hours?: number; minutes?: number; seconds?: number };
  scopes: readonly string[];
}

/**
 * Workload or workforce identity federation: hands the token of the identity provider to Google's Security Token Service, and, for
 * a service account, has the result become it. Never another credential instead. Google has no "who am I" for a federated
 * person, so such a credential is not confirmed; that of a service account was made for exactly the account in the address.
 * @internal
 */
export class GoogleExchanger implements CredentialExchanger {
  readonly id = 'google-federation';
  readonly userSettings = userSettings;
  readonly readerSettings = readerSettings;

  constructor(private readonly clock: () => Date) {}

  principalOf({
    settings,
    wanted,
  }: Pick<ExchangeRequest, 'settings' | 'wanted'>): string | undefined {
    if (isUnvouched({ settings, wanted })) return undefined;
    if (wanted.kind === 'service-principal')
      return serviceAccountSchema.safeParse(wanted.id).data;
    const { subjectClaim, audience } = userSettings.parse(settings);
    const subject = claimOf(wanted.claims, subjectClaim);
    return isSubject(subject)
      ? `principal://iam.googleapis.com/${
          parseAudience(audience)!.pool
        }/subject/${subject}`
      : undefined;
  }

  async exchange(request: ExchangeRequest): Promise<Credential> {
    const connection = vertexConnection(request.connection);
    const principal = this.principalOf(request);
    if (!principal) throw nobodyWanted(request);
    const settings = settingsOf(request);
    const person = request.wanted.kind === 'person';
    const federated = await this.federate(request, connection, settings);
    const issued = person
      ? federated
      : await impersonate({
          connection: connection.id,
          iamCredentialsHost: connection.settings.iamCredentialsHost,
          token: federated.token,
          serviceAccount: principal,
          scopes: settings.scopes,
          seconds: lifetimeSeconds(settings.credentialLifetime),
          clock: this.clock,
          signal: request.signal,
        });
    this.requireLife(connection.id, issued);
    return {
      accessToken: issued.token,
      principal,
      confirmed: !person,
      expiresAt: issued.expiresAt,
    };
  }

  /** Source: reference, section 1. An `Authorization` header would make the call fail, so none is sent. */
  private federate(
    request: ExchangeRequest,
    connection: Connection<TokenHosts>,
    { audience, userProject, scopes }: ExchangeSettings,
  ): Promise<IssuedToken> {
    const { wanted } = request;
    return requestToken({
      connection: connection.id,
      tokenEndpoint: `${connection.settings.stsHost}/v1/token`,
      form: {
        grant_type: `${OAUTH}:grant-type:token-exchange`,
        audience,
        // To become a service account takes this scope; what the account may then do, its own token's scopes say.
        scope: wanted.kind === 'person' ? scopes.join(' ') : CLOUD_PLATFORM,
        requested_token_type: `${OAUTH}:token-type:access_token`,
        subject_token: request.subjectToken.reveal(),
        subject_token_type: `${OAUTH}:token-type:${
          wanted.claims ? 'id_token' : 'jwt'
        }`,
        ...(userProject && { options: JSON.stringify({ userProject }) }),
      },
      advice: said =>
        stsAdvice(said, {
          audience,
          userProject,
          claims: wanted.claims,
        }),
      clock: this.clock,
      signal: request.signal,
    });
  }

  private requireLife(connection: string, { expiresAt }: IssuedToken): void {
    if (expiresAt.getTime() - this.clock().getTime() >= LEAST_LIFE_MS) return;
    throw refusal(
      connection,
      'credential-expired',
      `Google issued a credential for ${connection} that is over within seconds. Check the clock of this server, and sign in again.`,
    );
  }
}

/** Where tokens come from. */
type TokenHosts = Pick<VertexSettings, 'stsHost' | 'iamCredentialsHost'>;

function vertexConnection(connection: Connection): Connection<TokenHosts> {
  const settings = connectionSettings.safeParse(connection.settings);
  if (settings.success) return { ...connection, settings: settings.data };
  throw refusal(
    connection.id,
    'exchange-refused',
    `The exchange google-federation works with connections of platform vertex-ai only. Check ${connection.id} in app-config.`,
  );
}

/** A reader block has no scopes; what tells the two apart is that only it names its account. */
function settingsOf({ settings }: ExchangeRequest): ExchangeSettings {
  return 'servicePrincipal' in settings
    ? { ...readerSettings.parse(settings), scopes: [CLOUD_PLATFORM] }
    : userSettings.parse(settings);
}

function isSubject(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    Buffer.byteLength(value) <= LONGEST_SUBJECT
  );
}

/** Google maps the claim as it is, also for somebody who only wants to become a service account. */
function isUnvouched({
  settings,
  wanted,
}: Pick<ExchangeRequest, 'settings' | 'wanted'>): boolean {
  return (
    wanted.claims !== undefined &&
    isUnverified(wanted.claims, userSettings.parse(settings).subjectClaim)
  );
}

function nobodyWanted(request: ExchangeRequest) {
  const { connection, settings, wanted } = request;
  if (isUnvouched(request))
    return refusal(
      connection.id,
      'platform-identity-mismatch',
      `The ID token does not say email_verified: true, so its claim 'email' does not prove who you are on ${connection.id}. Have the address verified at the identity provider, or set subjectClaim to a claim that people cannot change.`,
    );
  if (wanted.kind === 'service-principal')
    return refusal(
      connection.id,
      'exchange-refused',
      `The service account for ${connection.id} is not named by its e-mail address, …@….gserviceaccount.com. Check servicePrincipal in app-config.`,
    );
  const { subjectClaim } = userSettings.parse(settings);
  const subject = claimOf(wanted.claims, subjectClaim);
  return refusal(
    connection.id,
    'exchange-refused',
    typeof subject === 'string' && subject !== ''
      ? `The claim '${subjectClaim}' of the ID token is longer than the ${LONGEST_SUBJECT} bytes that Google takes as google.subject. Map it from a shorter claim, and set subjectClaim to that.`
      : `The ID token has no claim '${subjectClaim}', which says who you are on ${connection.id}. Ask the identity provider for it, or set subjectClaim to the claim that google.subject is mapped from.`,
  );
}
