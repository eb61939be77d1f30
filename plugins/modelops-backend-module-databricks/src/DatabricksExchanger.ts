import {
  failingAs,
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
import { confirmPrincipal } from './databricksIdentity';
import {
  applicationIdSchema,
  connectionSettings,
  exchangeSettings,
  readerSettings,
  userSettings,
  type DatabricksSettings,
} from './databricksSettings';

/** Azure Databricks refuses a token with 30 s left; Databricks' own SDKs give up 40 s before the end. */
const LEAST_LIFE_MS = 40_000;

/** What to do about a refusal. The token endpoint's codes do not tell its causes apart, so each names all of them. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  [
    'invalid_grant',
    "Check that the federation policy names the token's issuer and audience exactly, and sign in again if it is old.",
  ],
  [
    'invalid_client',
    'Check that a federation policy matches the subject, and that the user or service principal exists and is active in the workspace.',
  ],
  [
    'invalid_scope',
    "Check 'scopes' of the connection: this workspace may accept all-apis only.",
  ],
]);

/**
 * Token federation: hands the token of the identity provider to the workspace, and asks the workspace whom the token it
 * gives in return belongs to. Never another credential instead.
 * @internal
 */
export class DatabricksExchanger implements CredentialExchanger {
  readonly id = 'databricks-federation';
  readonly userSettings = userSettings;
  readonly readerSettings = readerSettings;

  constructor(private readonly clock: () => Date) {}

  principalOf({
    settings,
    wanted,
  }: Pick<ExchangeRequest, 'settings' | 'wanted'>): string | undefined {
    const name =
      wanted.claims &&
      vouchedName(namingClaim({ settings, claims: wanted.claims }));
    if (wanted.claims && !name) return undefined;
    return wanted.kind === 'service-principal'
      ? applicationIdSchema.safeParse(wanted.id).data
      : name;
  }

  async exchange(request: ExchangeRequest): Promise<Credential> {
    const connection = databricksConnection(request.connection);
    const wanted = this.principalOf(request);
    if (!wanted) throw nobodyWanted(request);
    const issued = await this.requestToken(request, connection);
    const principal = await failingAs(
      { refused: true },
      confirmPrincipal(request, connection, issued, wanted),
    );
    return {
      accessToken: issued.token,
      principal,
      confirmed: true,
      expiresAt: issued.expiresAt,
    };
  }

  private async requestToken(
    request: ExchangeRequest,
    connection: Connection<DatabricksSettings>,
  ): Promise<IssuedToken> {
    const { scopes } = exchangeSettings.parse(request.settings);
    const issued = await requestToken({
      connection: connection.id,
      tokenEndpoint: `${connection.settings.host}/oidc/v1/token`,
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: request.subjectToken.reveal(),
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        scope: scopes.join(' '),
        // For a person there must be none: with a client_id the token is a service principal's, and the person is gone.
        ...(request.wanted.kind === 'service-principal' && {
          client_id: request.wanted.id,
        }),
      },
      advice: ADVICE,
      clock: this.clock,
      signal: request.signal,
    });
    // The credential lives as long as the token handed in.
    if (issued.expiresAt.getTime() - this.clock().getTime() < LEAST_LIFE_MS)
      throw refusal(
        connection.id,
        'credential-expired',
        `The sign-in has too little life left for ${connection.id}. Sign in again.`,
      );
    return issued;
  }
}

function databricksConnection(
  connection: Connection,
): Connection<DatabricksSettings> {
  const settings = connectionSettings.safeParse(connection.settings);
  if (settings.success) return { ...connection, settings: settings.data };
  throw refusal(
    connection.id,
    'exchange-refused',
    `The exchange databricks-federation works with connections of platform databricks only. Check ${connection.id} in app-config.`,
  );
}

/** Databricks compares the claim only, also for somebody who is to become a service principal. */
function namingClaim({
  settings,
  claims,
}: Pick<ExchangeRequest, 'settings'> & {
  claims: IdentityClaims;
}): NamingClaim {
  return { claims, name: userSettings.parse(settings).principalClaim };
}

function nobodyWanted({ connection, settings, wanted }: ExchangeRequest) {
  const claim =
    wanted.claims && namingClaim({ settings, claims: wanted.claims });
  return claim && !vouchedName(claim)
    ? namelessRefusal(connection.id, claim, 'principalClaim')
    : refusal(
        connection.id,
        'exchange-refused',
        `The service principal for ${connection.id} is not named by its application id, a UUID. Check servicePrincipal in app-config.`,
      );
}
