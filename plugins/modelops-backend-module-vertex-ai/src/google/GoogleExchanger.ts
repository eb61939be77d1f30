import {
  namelessRefusal,
  refusal,
  requestToken,
  vouchedName,
  type Connection,
  type Credential,
  type CredentialExchanger,
  type ExchangeRequest,
  type IdentityClaims,
  type IssuedToken,
  type NamingClaim,
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
    const subject =
      wanted.claims && subjectOf({ settings, claims: wanted.claims });
    if (wanted.claims && !subject) return undefined;
    if (wanted.kind === 'service-principal')
      return serviceAccountSchema.safeParse(wanted.id).data;
    const { audience } = userSettings.parse(settings);
    return `principal://iam.googleapis.com/${
      parseAudience(audience)!.pool
    }/subject/${subject}`;
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

/** A person as `google.subject`, which Google maps from the claim as it is, also for somebody who is to become an account. */
function subjectOf(person: Person): string | undefined {
  const subject = vouchedName(namingClaim(person));
  return subject && Buffer.byteLength(subject) <= LONGEST_SUBJECT
    ? subject
    : undefined;
}

interface Person extends Pick<ExchangeRequest, 'settings'> {
  claims: IdentityClaims;
}

function namingClaim({ settings, claims }: Person): NamingClaim {
  return { claims, name: userSettings.parse(settings).subjectClaim };
}

function nobodyWanted({ connection, settings, wanted }: ExchangeRequest) {
  const { claims } = wanted;
  if (!claims || subjectOf({ settings, claims }))
    return refusal(
      connection.id,
      'exchange-refused',
      `The service account for ${connection.id} is not named by its e-mail address, …@….gserviceaccount.com. Check servicePrincipal in app-config.`,
    );
  const claim = namingClaim({ settings, claims });
  return vouchedName(claim)
    ? refusal(
        connection.id,
        'exchange-refused',
        `The claim '${claim.name}' of the ID token is longer than the ${LONGEST_SUBJECT} bytes that Google takes as google.subject. Map it from a shorter claim, and set subjectClaim to that.`,
      )
    : namelessRefusal(connection.id, claim, 'subjectClaim');
}
